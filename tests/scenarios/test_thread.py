"""The thread, first half, as a story: registered, numbered, certified; moves and loses the right certificate.

Told through a real web server and a real worker, with REST and openssl alone, as a town and a validator would.
"""

import base64
import json
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from jlis.kernel.audit import sealing
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxPending
from jlis.kernel.people import services as people
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.reconcile import run as reconcile
from jlis.kernel.time import Moment, now
from jpki.choices import State
from jpki.domain.kinds import Kind
from jpki.engine.keys import Holder
from jpki.models import Certificate
from jpki.selectors import certificates
from jpki.services import authorities, issuing, publications
from jpki.services.issuing import Order
from juki.models import Resident
from juki.services import codes
from tests.conftest import CHIYODA, SHINJUKU
from tests.scenarios.servers import house, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = 1
public_base = "{base}"
holders = ["holder-1", "holder-2"]
"""


@pytest.fixture
def cast():
    """The people and systems of the story: two towns' systems, a clerk, the authority's two key holders."""
    at = now()
    people.found_administrators(passwords=("first-password-1", "second-password-2"), organisation="JLIS", at=at)
    first, second = (actor_named(name) for name in people.FOUNDERS)

    def hire(username: str, organisation: str, duty: str):
        staff = people.open_account(
            username=username, family_name="物語", given_name="役", organisation=organisation,
            password="a-long-password-1", needs_second_factor=False, by=first, at=at,
        )  # fmt: skip
        grant = people.request_duty(staff_id=staff.pk, duty=duty, by=first, at=at)
        people.approve_duty(grant_id=grant.pk, by=second, at=at)
        return actor_named(username)

    cast = {
        "clerk": hire("clerk", CHIYODA, "SUPERVISOR"),
        "registry": hire("registry", "JLIS-JUKI", "REGISTRY_OPERATOR"),
        "holder-1": hire("holder-1", "JLIS-JPKI", "CERTIFICATE_OPERATOR"),
        "holder-2": hire("holder-2", "JLIS-JPKI", "CERTIFICATE_OPERATOR"),
    }
    for name, town in (("chiyoda", CHIYODA), ("shinjuku", SHINJUKU)):
        cast[name] = people.register_client(name=name, organisation=town, permissions=["juki.notify"], by=first, at=at)
        with acting(cast["registry"].scope):
            codes.allot(office=town, size=100, by=cast["registry"], at=at)
    return cast


class Town:
    """A town's system speaking REST."""

    def __init__(self, address: str, client, secret: str):
        self.address = address
        basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
        token = self._call(
            "/oauth/token/", urlencode({"grant_type": "client_credentials"}).encode(),
            {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        self.headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}

    def tell(self, **notice):
        """One notification; returns its result."""
        body = json.dumps(notice).encode()
        return self._call("/api/v1/juki/notifications", body, self.headers)["results"][0]

    def _call(self, path: str, body: bytes, headers: dict[str, str]):
        request = urllib.request.Request(self.address + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error


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


def make_authorities(cast, address: str) -> None:
    at = Moment.of(datetime.now(UTC) - timedelta(minutes=5))
    by = cast["holder-1"]
    for authority in ("sign", "auth"):
        text = CEREMONY.format(authority=authority, base=address)
        holders = [Holder("holder-1", "鍵保持者その一の長い合言葉"), Holder("holder-2", "鍵保持者その二の長い合言葉")]
        with acting(by.scope):
            authorities.hold_ceremony(text=text, holders=holders, by=by, at=at)
        publications.publish_full(by=by, at=at, authority=authority)


def certify(cast, code: str) -> dict[Kind, int]:
    with acting(cast["clerk"].scope):
        resident = Resident.objects.get(resident_code=code).pk
    key = rsa.generate_private_key(65537, 2048).public_key()
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    orders = [Order(resident, kind, spki) for kind in (Kind.SIGN_CARD, Kind.AUTH_CARD)]
    made = issuing.issue_many(orders=orders, by=cast["clerk"], at=now(), purpose="JUKI-CARD")
    assert not made.refusals
    return {order.kind: made.certificates[place] for place, order in enumerate(orders)}


def state(certificate: int) -> State:
    with acting(JPKI):
        return State(Certificate.objects.select_related("status").get(pk=certificate).status.state)


class Validator:
    """A relying party with openssl and the public addresses."""

    def __init__(self, address: str, folder):
        self.address, self.folder = address, folder

    def fetch(self, path: str, name: str, command: str) -> str:
        der, pem = self.folder / f"{name}.der", self.folder / f"{name}.pem"
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:
            der.write_bytes(answer.read())
        subprocess.run(["openssl", command, "-inform", "der", "-in", der, "-out", pem], check=True)
        return str(pem)

    def take(self, certificate: int, name: str) -> str:
        with acting(JPKI):
            octets = certificates.der(certificates.get(certificate))
        der, pem = self.folder / f"{name}.der", self.folder / f"{name}.pem"
        der.write_bytes(octets)
        subprocess.run(["openssl", "x509", "-inform", "der", "-in", der, "-out", pem], check=True)
        return str(pem)

    def by_list(self, authority: str, certificate: str) -> str:
        root = self.fetch(f"/pki/{authority}/ca.cer", f"{authority}-ca", "x509")
        revoked = self.fetch(f"/pki/{authority}/crl/{CHIYODA}", f"{authority}-crl", "crl")
        checked = subprocess.run(
            ["openssl", "verify", "-CAfile", root, "-crl_check", "-extended_crl", "-CRLfile", revoked, certificate],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return checked.stdout + checked.stderr

    def by_ocsp(self, authority: str, certificate: str, *options: str) -> str:
        root = self.fetch(f"/pki/{authority}/ca.cer", f"{authority}-ca", "x509")
        return subprocess.run(
            ["openssl", "ocsp", "-issuer", root, *options, "-cert", certificate, "-CAfile", root,
             "-url", f"{self.address}/pki/{authority}/ocsp"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip


def test_a_resident_is_registered_certified_moves_and_loses_the_right_certificate(cast, tmp_path):
    with house() as address:
        make_authorities(cast, address)
        chiyoda = Town(address, *cast["chiyoda"])
        shinjuku = Town(address, *cast["shinjuku"])
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
        wait_until(_all_delivered, "the delivery")
        assert [state(held[kind]) for kind in Kind] == [State.VALID, State.VALID]

        # A move within the town ends the signature certificate, within the minute.
        chiyoda.tell(key="3", reason="M01", changed_on="2026-11-10", resident_code=code,
                     address="東京都千代田区一番町1番地")  # fmt: skip
        took = wait_until(lambda: state(held[Kind.SIGN_CARD]) is State.REVOKED, "the revocation")
        assert took < 60
        assert state(held[Kind.AUTH_CARD]) is State.VALID
        wait_until(lambda: "revoked" in validator.by_ocsp("sign", sign), "the OCSP answer")
        assert "good" in validator.by_ocsp("auth", auth, "-sha256")
        wait_until(lambda: "certificate revoked" in validator.by_list("sign", sign), "the list")

        # Across the border: the other town sees the person, this one no more.
        chiyoda.tell(key="4", reason="D01", changed_on="2026-11-12", resident_code=code)
        moved = shinjuku.tell(key="1", resident_code=code,
                              **PERSON | {"reason": "R01", "changed_on": "2026-11-13",
                                          "address": "東京都新宿区西新宿二丁目8番1号"})  # fmt: skip
        assert moved["status"] == "applied"
        wait_until(_all_delivered, "the delivery")
        assert state(held[Kind.AUTH_CARD]) is State.VALID

        # Death ends both.
        shinjuku.tell(key="2", reason="D03", changed_on="2026-11-14", resident_code=code)
        wait_until(lambda: state(held[Kind.AUTH_CARD]) is State.REVOKED, "the revocation")
        wait_until(lambda: "revoked" in validator.by_ocsp("auth", auth), "the OCSP answer")
        wait_until(_all_delivered, "the delivery")
    sealing.seal_now()
    assert [finding.name for finding in reconcile() if not finding.agrees] == []


def _all_delivered() -> bool:
    with acting(SYSTEM):
        return not OutboxPending.objects.exists()
