"""J8: the code leaves sealed to the network system alone, once for each request, and the person can see that it did."""

import json
from base64 import b64decode, b64encode
from datetime import date, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from jlis.demo import oversight
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.audit.sealing import index_subjects
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from jlis.kernel.time import Moment
from juki.domain import link_sealing
from juki.models import CodeProvision, LinkKey
from juki.selectors import link_keys as selectors
from juki.selectors import statistics
from juki.selectors.disclosures import METHODS
from juki.services import code_provisions, disclosures, link_keys, numbers
from juki.services.code_provisions import Asked
from tests.conftest import CHIYODA, actor, client_of
from tests.jpki.people import account, sign_in
from tests.juki.caller import faults, problem, registered
from tests.juki.factories import change, tell, with_codes
from tests.juki.towns import living

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PATH = "/api/v1/juki/code-provisions"
PAIR = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PRIVATE, PUBLIC = PAIR.private_bytes_raw(), PAIR.public_key().public_bytes_raw()
OPERATOR = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
ORGAN = client_of("NENKIN", "juki.request_code", kind="NATIONAL_ORGAN")
PORTAL = client_of("DIGITAL", "juki.request_code", "juki.request_code_of_holder", kind="NATIONAL_ORGAN")


@pytest.fixture
def key(at) -> LinkKey:
    return link_keys.register(public_key=PUBLIC, valid_from=at.day, by=OPERATOR, at=at)


@pytest.fixture
def resident(clerk, at):
    with_codes(clerk, at)
    return living(clerk, at)


def number_of(resident, clerk) -> str:
    with acting(clerk.scope):
        return numbers.open_numbers([resident.pk])[resident.pk]


def ask(at, by=ORGAN, request="r-1", **how):
    return code_provisions.provide(asked=Asked(request, **how), by=by, at=at)


@given(st.text("0123456789", min_size=11, max_size=11), st.text(max_size=20), st.text(max_size=64))
@settings(max_examples=20, deadline=None)
def test_what_is_sealed_opens_for_its_request_alone(code, requester, request):
    bound = {"requester": requester, "request": request}
    sealed = link_sealing.seal(PUBLIC, code, **bound)
    assert code.encode() not in sealed
    assert link_sealing.opened(PRIVATE, sealed, **bound) == code
    assert link_sealing.seal(PUBLIC, code, **bound) != sealed
    for other in (bound | {"requester": f"{requester}x"}, bound | {"request": f"{request}x"}):
        with pytest.raises(InvalidTag):
            link_sealing.opened(PRIVATE, sealed, **other)
    with pytest.raises(InvalidTag):
        link_sealing.opened(bytes(range(1, 33)), sealed, **bound)


def test_an_organ_is_answered_by_number_with_what_the_network_system_alone_opens(resident, key, clerk, at):
    found = ask(at, individual_number=number_of(resident, clerk)).provision
    assert (found.result, found.key_id) == ("PROVIDED", key.pk)
    sealed = bytes(found.envelope)
    assert resident.resident_code.encode() not in sealed
    assert link_sealing.opened(PRIVATE, sealed, requester="NENKIN", request="r-1") == resident.resident_code


def test_the_portal_asks_for_whom_it_has_identified_and_an_organ_may_not(resident, key, at):
    found = ask(at, PORTAL, resident=resident.pk).provision
    opened = link_sealing.opened(PRIVATE, bytes(found.envelope), requester="DIGITAL", request="r-1")
    assert opened == resident.resident_code
    with pytest.raises(Forbidden):
        ask(at, resident=resident.pk)
    with pytest.raises(Forbidden):
        ask(at, client_of(CHIYODA, "juki.query"), individual_number="123456789018")
    with pytest.raises(Forbidden):  # J-LIS's own centres are no party to the link
        ask(at, client_of("JLIS-CARD", "juki.request_code", kind="JLIS"), individual_number="123456789018")


def test_a_request_is_answered_once_and_with_another_content_refused(resident, key, clerk, at):
    number = number_of(resident, clerk)
    first, again = ask(at, individual_number=number), ask(at.later(days=1), individual_number=number)
    assert (first.replayed, again.replayed) == (False, True)
    assert bytes(first.provision.envelope) == bytes(again.provision.envelope)
    with pytest.raises(Unprocessable):
        ask(at, individual_number="123456789018")
    assert not ask(at, PORTAL, resident=resident.pk).replayed  # another body's numbers are its own
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.code_provided").count() == 2


def test_it_is_in_the_chain_the_disclosure_and_the_statistics_without_the_code(resident, key, clerk, at):
    ask(at, individual_number=number_of(resident, clerk))
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="juki.code_provided")
        index_subjects([entry])
    assert (entry.subject, entry.purpose, entry.organisation) == (resident.pk, "BANGO-LINK", "NENKIN")
    assert resident.resident_code not in json.dumps(entry.detail)
    assert ("juki.code_provided", entry.detail["method"]) in statistics.METHODS
    _, lines = disclosures.disclose(resident=resident.pk, by=clerk, at=at)
    line = next(line for line in lines if line.method == METHODS["juki.code_provided"])
    assert (line.organisation, line.fields) == ("日本年金機構", ["住民票コード"])


def test_nobody_and_the_dead_are_not_found_and_that_tells_nothing(resident, key, clerk, at):
    number = number_of(resident, clerk)
    tell(change("D03", resident.resident_code), by=clerk, at=at)
    dead = ask(at, individual_number=number).provision
    nobody = ask(at, request="r-2", individual_number="123456789018").provision
    for found in (dead, nobody):
        assert (found.result, found.key_id, bytes(found.envelope)) == ("NOT_FOUND", None, b"")
    with acting(SYSTEM):
        assert set(AuditEntry.objects.filter(action="juki.code_provided").values_list("subject", flat=True)) == {None}


def test_who_left_japan_is_answered_for(resident, key, clerk, at):
    number = number_of(resident, clerk)
    tell(change("D02", resident.resident_code), by=clerk, at=at)
    assert ask(at, individual_number=number).provision.result == "PROVIDED"


def test_who_told_of_leaving_is_answered_for_until_the_day(resident, key, clerk, at):
    number = number_of(resident, clerk)
    tell(change("D01", resident.resident_code, changed_on="2026-12-20"), by=clerk, at=at)
    eve, day = Moment.of(date(2026, 12, 19)), Moment.of(date(2026, 12, 20))
    assert ask(eve, individual_number=number).provision.result == "PROVIDED"
    assert ask(day, request="r-2", individual_number=number).provision.result == "NOT_FOUND"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, {"individual_number"}),
        ({"individual_number": "123456789010"}, {"individual_number"}),
        ({"request": " ", "individual_number": "123456789018"}, {"request"}),
        ({"request": "a" * 65, "individual_number": "123456789018"}, {"request"}),
    ],
)
def test_a_faulty_request_is_refused_by_field(key, at, changes, fields):
    with pytest.raises(Invalid) as refusal:
        ask(at, **changes)
    assert {fault.field for fault in refusal.value.errors} == fields


def test_without_a_key_in_force_nothing_is_provided(resident, clerk, at):
    number = number_of(resident, clerk)
    with pytest.raises(Conflict):
        ask(at, individual_number=number)
    later = link_keys.register(public_key=PUBLIC, valid_from=at.day + timedelta(days=1), by=OPERATOR, at=at)
    with pytest.raises(Conflict):
        ask(at, individual_number=number)
    assert ask(at.later(days=1), individual_number=number).provision.key_id == later.pk


def test_keys_are_registered_by_the_operator_replaced_and_ended(key, at):
    for raw in (b"", bytes(31), bytes(32)):
        with pytest.raises(Invalid):
            link_keys.register(public_key=raw, valid_from=at.day, by=OPERATOR, at=at)
    with pytest.raises(Conflict):
        link_keys.register(public_key=PUBLIC, valid_from=at.day, by=OPERATOR, at=at)
    with pytest.raises(Forbidden):
        link_keys.register(public_key=PUBLIC, valid_from=at.day, by=actor(CHIYODA, "SUPERVISOR"), at=at)
    fresh = X25519PrivateKey.generate().public_key().public_bytes_raw()
    second = link_keys.register(public_key=fresh, valid_from=at.day, by=OPERATOR, at=at)
    with acting(REGISTRY):
        assert selectors.in_force(at.day) == second
    link_keys.end(key=second.pk, by=OPERATOR, at=at)
    with acting(REGISTRY):
        assert selectors.in_force(at.day) == key
    with pytest.raises(Conflict):
        link_keys.end(key=second.pk, by=OPERATOR, at=at)
    with pytest.raises(NotFound):
        link_keys.end(key=10**6, by=OPERATOR, at=at)


def test_over_rest_the_code_is_in_no_answer(resident, key, clerk, at):
    number = number_of(resident, clerk)
    system = registered("NENKIN", "juki.request_code", at=at)
    answer = system.post(PATH, {"request": "r-1", "individual_number": number})
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["result"], told["replayed"], answer.headers["X-Delivered-Count"]) == ("PROVIDED", False, "1")
    assert resident.resident_code not in answer.content.decode()
    opened = link_sealing.opened(PRIVATE, b64decode(told["sealed"]), requester="NENKIN", request="r-1")
    assert opened == resident.resident_code
    again = system.post(PATH, {"request": "r-1", "individual_number": number}).json()
    assert again == told | {"replayed": True}
    problem(system.post(PATH, {"request": "r-1", "individual_number": "123456789018"}), 422)
    assert ("individual_number", "check_digit") in {
        (field, code) for _, field, code in faults(system.post(PATH, {"request": "r", "individual_number": "1" * 12}))
    }
    problem(system.post(PATH, {"request": "r-3", "resident": str(resident.pk)}), 403)
    problem(registered(CHIYODA, "juki.query", at=at).post(PATH, {"request": "r", "individual_number": number}), 403)


def test_each_body_sees_its_own_answers_and_rewrites_none(resident, key, clerk, at):
    ask(at, individual_number=number_of(resident, clerk))
    for scope, seen in ((ORGAN.scope, 1), (PORTAL.scope, 0), (Scope("jlis_municipal", CHIYODA), 0),
                        (Scope("jlis_national", ""), 0)):  # fmt: skip
        with acting(scope):
            assert CodeProvision.objects.count() == seen
    for scope in (ORGAN.scope, REGISTRY):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting(scope),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE juki_codeprovision SET envelope = ''")


def test_the_operators_screen(at):
    account("operator", "JLIS-JUKI", "REGISTRY_OPERATOR", at=at)
    account("chief", CHIYODA, "SUPERVISOR", at=at)
    operator = sign_in(Client(), "operator")
    page = "/juki/link-keys/"
    assert "登録された公開鍵はありません" in operator.get(page).content.decode()
    told = {"public_key": b64encode(PUBLIC).decode(), "valid_from": "2026-04-01"}
    assert "Base64として読めません" in operator.post(page, told | {"public_key": "鍵"}).content.decode()
    assert "32バイト" in operator.post(page, told | {"public_key": "AAAA"}).content.decode()
    assert "使用中" in operator.post(page, told, follow=True).content.decode()
    with acting(REGISTRY):
        key = LinkKey.objects.get().pk
    assert "公開鍵を終了しました" in operator.post(f"{page}{key}/end/", follow=True).content.decode()
    assert "終了しています" in operator.post(f"{page}{key}/end/", follow=True).content.decode()
    chief = sign_in(Client(), "chief")
    assert chief.get(page).status_code == chief.post(f"{page}{key}/end/").status_code == 403


@pytest.mark.django_db(transaction=True)  # as the demonstration is made: in no transaction but the services' own
def test_the_demonstration_plays_the_network_system(resident, clerk, at, tmp_path):
    oversight.open_link(people={"operator-jlis-juki": OPERATOR}, folder=tmp_path, at=at)
    private = b64decode(json.loads((tmp_path / "link_key.json").read_text())["private_key"])
    found = ask(at, individual_number=number_of(resident, clerk)).provision
    opened = link_sealing.opened(private, bytes(found.envelope), requester="NENKIN", request="r-1")
    assert opened == resident.resident_code
