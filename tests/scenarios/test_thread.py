"""The thread, first half, as a story: registered, numbered, certified; moves and loses the right certificate.

Told through a real web server and a real worker, with REST and openssl alone, as a town and a validator would.
"""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jlis.kernel.audit import sealing
from jlis.kernel.isolation.scope import acting
from jlis.kernel.reconcile import run as reconcile
from jlis.kernel.time import now
from jpki.choices import State
from jpki.domain.kinds import Kind
from jpki.services import issuing, publications
from jpki.services.issuing import Order
from juki.models import Resident
from tests.conftest import CHIYODA, SHINJUKU
from tests.scenarios.servers import house, wait_until
from tests.scenarios.story import Company, Validator, all_delivered, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def cast() -> Company:
    """The people and systems of the story: two towns' systems, a clerk, the authority's two key holders."""
    company = Company()
    company.hire("clerk", CHIYODA, "SUPERVISOR")
    company.connect("chiyoda", CHIYODA, "juki.notify")
    company.connect("shinjuku", SHINJUKU, "juki.notify")
    company.allot(CHIYODA, SHINJUKU)
    return company


PERSON = {
    "reason": "R06",
    "changed_on": "2020-04-01",
    "name": "𠮷田　花子",
    "name_kana": "ヨシダ　ハナコ",
    "address": "東京都千代田区霞が関一丁目1番1号",
    "birth_date": "1980-02-17",
    "sex": "F",
    "resident_class": "JAPANESE",
}


def certify(cast, code: str) -> dict[Kind, int]:
    with acting(cast["clerk"].scope):
        resident = Resident.objects.get(resident_code=code).pk
    key = rsa.generate_private_key(65537, 2048).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    orders = [Order(resident, kind, spki) for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)]
    made = issuing.issue_many(orders=orders, by=cast["clerk"], at=now(), purpose="JUKI-CARD")
    assert not made.refusals
    return {order.kind: made.certificates[place] for place, order in enumerate(orders)}


def test_a_resident_is_registered_certified_moves_and_loses_the_right_certificate(cast, tmp_path):
    with house() as address:
        cast.found_authorities(address)
        chiyoda = cast.system("chiyoda", address)
        shinjuku = cast.system("shinjuku", address)
        validator = Validator(address, tmp_path)

        code = chiyoda.tell(key="1", **PERSON)["resident_code"]
        held = certify(cast, code)
        publications.publish_all(by=cast["holder-1"], at=now())
        sign, auth = validator.take(held[Kind.SIGN_CARD], "sign"), validator.take(held[Kind.AUTH_CARD], "auth")
        assert "OK" in validator.by_list("sign", sign)
        assert "OK" in validator.by_list("auth", auth)

        # A minor correction ends neither.
        chiyoda.tell(key="2", reason="M02", changed_on="2026-11-01", resident_code=code,
                     address="東京都千代田区霞が関1-1-1")  # fmt: skip
        wait_until(all_delivered, "the delivery")
        assert [state_of(held[kind]) for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)] == [State.VALID, State.VALID]

        # A move within the town ends the signature certificate, within the minute.
        chiyoda.tell(key="3", reason="M01", changed_on="2026-11-10", resident_code=code,
                     address="東京都千代田区一番町1番地")  # fmt: skip
        took = wait_until(lambda: state_of(held[Kind.SIGN_CARD]) is State.REVOKED, "the revocation")
        assert took < 60
        assert state_of(held[Kind.AUTH_CARD]) is State.VALID
        wait_until(lambda: "revoked" in validator.by_ocsp("sign", sign), "the OCSP answer")
        assert "good" in validator.by_ocsp("auth", auth, "-sha256")
        wait_until(lambda: "certificate revoked" in validator.by_list("sign", sign), "the list")

        # Across the border: the other town sees the person, this one no more.
        chiyoda.tell(key="4", reason="D01", changed_on="2026-11-12", resident_code=code)
        moved = shinjuku.tell(key="1", resident_code=code,
                              **PERSON | {"reason": "R01", "changed_on": "2026-11-13",
                                          "address": "東京都新宿区西新宿二丁目8番1号"})  # fmt: skip
        assert moved["status"] == "applied"
        wait_until(all_delivered, "the delivery")
        assert state_of(held[Kind.AUTH_CARD]) is State.VALID

        # Death ends both.
        shinjuku.tell(key="2", reason="D03", changed_on="2026-11-14", resident_code=code)
        wait_until(lambda: state_of(held[Kind.AUTH_CARD]) is State.REVOKED, "the revocation")
        wait_until(lambda: "revoked" in validator.by_ocsp("auth", auth), "the OCSP answer")
        wait_until(all_delivered, "the delivery")
    sealing.seal_now()
    assert [finding.name for finding in reconcile() if not finding.agrees] == []
