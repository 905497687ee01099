"""広域交付 (法12条の4): asked at the next town's counter, answered by hand, drawn from the answer alone."""

import shutil
import subprocess
from datetime import UTC, date, datetime

import pytest

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, acting
from jlis.kernel.time import Moment
from juki.card_proofs import CardProof
from juki.domain.office_days import is_office_day
from juki.domain.wide_area import Order, Who
from juki.issuing import NotGiven
from juki.models import ProtectedResident
from juki.selectors.residents import FourItems
from juki.services import town_messages, wide_area
from juki.services.wide_area import Requester
from tests.conftest import CHIYODA, SHINJUKU, actor
from tests.juki.factories import with_codes
from tests.juki.towns import leaves, living, messages

pytestmark = pytest.mark.django_db
FRIDAY = Moment.of(date(2026, 11, 20))
MEMBER = {
    "name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17", "sex": "M",
    "became_resident_on": "2020-04-01", "address": "東京都千代田区霞が関一丁目1番1号", "address_since": "2020-04-01",
    "notified_on": "2020-04-03", "former_address": "神奈川県横浜市鶴見区鶴見中央三丁目20番1号",
    "honseki": "東京都千代田区九段南一丁目2番", "koseki_head": "髙﨑　一郎", "relation": "世帯主",
    "householder": "髙﨑　太郎",
}  # fmt: skip
SETTINGS = {"wide_area_opens": "09:00", "wide_area_closes": "16:00", "mayor": "東京都新宿区長　見本　太郎",
            "seal": "新宿区長"}  # fmt: skip


@pytest.fixture
def resident(clerk, outsider, at):
    """Somebody of Chiyoda; Shinjuku's signatory is set."""
    with_codes(clerk, at)
    with_codes(outsider, at)
    town_messages.set_desk(office=SHINJUKU, values=SETTINGS, by=outsider, at=at)
    return living(clerk, at)


def by_code(resident) -> Requester:
    return Requester("LICENCE", resident_code=resident.resident_code)


def asked(resident, by, at=FRIDAY, requester=None, **order):
    return wide_area.ask(requester=requester or by_code(resident), order=Order(**order), by=by, at=at)


def answered(resident, clerk, outsider, **order):
    message = asked(resident, outsider, **order)
    wide_area.answer_by_hand(message=message.pk, members=[MEMBER], whole=False, by=clerk, at=FRIDAY)
    return message


def text_of(paper: bytes) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("no poppler-utils on this machine")
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, check=True, capture_output=True).stdout
    return "".join(told.decode().split())


def test_the_first_message_says_just_what_the_law_lets(resident, clerk, outsider):
    message = asked(resident, outsider, relation=True)
    body = town_messages.open_message(message=message.pk, by=clerk, at=FRIDAY).body
    assert body == {
        "requester_name": "髙﨑　太郎", "requester_code": resident.resident_code, "who": "SELF", "names": [],
        "relation": True, "resident_code": False, "individual_number": False,
    }  # fmt: skip
    assert (message.sender, message.receiver, message.due_on) == (SHINJUKU, CHIYODA, FRIDAY.day)


def test_the_second_message_has_no_honseki_and_no_relation_that_nobody_asked_for(resident, clerk, outsider):
    message = answered(resident, clerk, outsider)
    answer = town_messages.open_message(message=message.pk, by=outsider, at=FRIDAY).answer
    (member,) = answer["members"]
    assert not {"honseki", "koseki_head", "relation", "householder", "resident_code", "individual_number"} & set(member)
    assert member["former_address"] == MEMBER["former_address"]


def test_the_paper_says_whence_it_is_made_and_leaves_out_what_was_not_asked_for(resident, clerk, outsider):
    message = answered(resident, clerk, outsider)
    text = text_of(wide_area.draw(message=message.pk, by=outsider, at=FRIDAY))
    assert "東京都千代田区長から通知された住民票の記載事項に基づき作成したものである。" in text
    assert "原本と相違ない" not in text
    assert "東京都新宿区長見本太郎" in text
    assert "九段南" not in text
    assert text.count("省略") == 5  # 世帯主, 続柄, 個人番号, 本籍, 筆頭者
    assert resident.resident_code not in text


def test_what_was_asked_for_is_on_the_paper(resident, clerk, outsider):
    message = asked(resident, outsider, relation=True, resident_code=True)
    members = [MEMBER | {"resident_code": resident.resident_code}]
    wide_area.answer_by_hand(message=message.pk, members=members, whole=True, by=clerk, at=FRIDAY)
    text = text_of(wide_area.draw(message=message.pk, by=outsider, at=FRIDAY))
    assert f"住民票コード{resident.resident_code}" in text
    assert "続柄世帯主" in text
    assert text.count("省略") == 3


def test_it_is_drawn_on_the_day_of_the_answer_and_closes_the_request(resident, clerk, outsider):
    message = asked(resident, outsider)
    with pytest.raises(Conflict, match="まだ回答"):
        wide_area.draw(message=message.pk, by=outsider, at=FRIDAY)
    wide_area.answer_by_hand(message=message.pk, members=[MEMBER], whole=False, by=clerk, at=FRIDAY)
    wide_area.draw(message=message.pk, by=outsider, at=FRIDAY)
    assert messages(clerk)[0].state == "CLOSED"
    wide_area.draw(message=message.pk, by=outsider, at=FRIDAY)
    with pytest.raises(Conflict, match="当日"):
        wide_area.draw(message=message.pk, by=outsider, at=Moment.of(date(2026, 11, 24)))
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.wide_area_issued", subject=resident.pk).count() == 2


def test_the_requester_is_found_by_card_code_or_items(resident, outsider, at):
    proof = CardProof(resident.pk, "7", True, FRIDAY.instant)
    items = FourItems(name="高崎太郎", birth_date="昭和55年2月17日", sex="M")
    for requester in (Requester("CARD", proof=proof), by_code(resident), Requester("PASSPORT", items=items)):
        assert asked(resident, outsider, requester=requester).resident == resident.pk


@pytest.mark.parametrize(("requester", "field"), [
    (Requester("LICENCE"), "resident_code"),
    (Requester("HEALTH_CARD", resident_code="24727059608"), "document"),
    (Requester("CARD", resident_code="24727059608"), "card_number"),
    (Requester("LICENCE", resident_code="24727059600"), "resident_code"),
    (Requester("LICENCE", items=FourItems(birth_date="1980-02-17", sex="M")), "resident_code"),
])  # fmt: skip
def test_a_requester_who_is_not_identified_is_refused(resident, outsider, requester, field):
    with pytest.raises(Invalid) as caught:
        asked(resident, outsider, requester=requester)
    assert field in [error.field for error in caught.value.errors]


def test_a_dead_card_identifies_nobody(resident, outsider):
    dead = Requester("CARD", proof=CardProof(resident.pk, "7", False, FRIDAY.instant))
    with pytest.raises(Invalid) as caught:
        asked(resident, outsider, requester=dead)
    assert [error.code for error in caught.value.errors] == ["not_live"]


def test_nobody_several_and_the_removed_are_told_alike_that_nothing_can_be_given(resident, clerk, outsider, at):
    nobody = Requester("LICENCE", resident_code="24727059608")
    with pytest.raises(NotFound):
        asked(resident, outsider, requester=nobody)
    living(clerk, at)
    twins = Requester("LICENCE", items=FourItems(name="髙﨑太郎", birth_date="1980-02-17", sex="M"))
    with pytest.raises(NotFound, match="住民票コード"):
        asked(resident, outsider, requester=twins)
    leaves(resident, by=clerk, at=at, on=FRIDAY.day)
    with pytest.raises(NotFound):
        asked(resident, outsider)
    assert messages(clerk) == []


def test_the_own_towns_resident_gets_the_ordinary_paper(resident, clerk):
    with pytest.raises(Conflict, match="通常"):
        asked(resident, clerk)


@pytest.mark.parametrize("when", [
    datetime(2026, 11, 21, 3, tzinfo=UTC),  # Saturday
    datetime(2026, 11, 23, 3, tzinfo=UTC),  # 勤労感謝の日
    datetime(2026, 12, 29, 3, tzinfo=UTC),
    datetime(2026, 11, 19, 23, 59, tzinfo=UTC),  # Friday 8:59
    datetime(2026, 11, 20, 8, 0, tzinfo=UTC),  # Friday 17:00
])  # fmt: skip
def test_outside_the_hours_nobody_is_asked(resident, outsider, when):
    with pytest.raises(Conflict) as caught:
        asked(resident, outsider, at=Moment.of(when))
    assert caught.value.code == "outside_hours"


def test_the_hours_are_the_address_towns_to_set(resident, clerk, outsider, at):
    town_messages.set_desk(office=CHIYODA, values=SETTINGS | {"wide_area_opens": "13:00"}, by=clerk, at=at)
    with pytest.raises(Conflict):
        asked(resident, outsider)


def test_the_turn_of_the_year_and_holidays_are_no_office_days():
    assert [day for day in range(1, 32) if is_office_day(date(2026, 1, day))][:3] == [5, 6, 7]
    assert not is_office_day(date(2026, 12, 31))
    assert is_office_day(date(2026, 12, 28))


def test_somebody_covered_is_given_nothing_and_no_message_is_sent(resident, clerk, outsider, at):
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
    with pytest.raises(NotGiven) as caught:
        asked(resident, outsider)
    assert "支援" not in caught.value.message
    assert messages(clerk) == []
    with acting(SYSTEM):
        assert AuditEntry.objects.filter(action="juki.wide_area_refused", subject=resident.pk).count() == 1


def test_out_of_hours_the_hours_of_somebody_covered_are_not_told(resident, clerk, outsider, at):
    """Every town has its own, and would be known by them."""
    town_messages.set_desk(office=CHIYODA, values=SETTINGS | {"wide_area_closes": "15:45"}, by=clerk, at=at)
    with pytest.raises(Conflict, match="15:45"):
        asked(resident, outsider, at=at)
    with acting(REGISTRY):
        ProtectedResident.objects.create(resident=resident.pk, since=at.instant)
    with pytest.raises(NotGiven) as caught:
        asked(resident, outsider, at=at)
    assert "15:45" not in caught.value.message


def test_a_town_without_a_signatory_is_told_to_set_one(resident, clerk, outsider, at):
    town_messages.set_desk(office=SHINJUKU, values=SETTINGS | {"mayor": ""}, by=outsider, at=at)
    message = answered(resident, clerk, outsider)
    with pytest.raises(Conflict, match="証明者"):
        wide_area.draw(message=message.pk, by=outsider, at=FRIDAY)


def test_an_answer_at_fault_is_refused_by_row_and_item(resident, clerk, outsider):
    message = asked(resident, outsider, relation=True)
    bad = MEMBER | {"relation": "", "address": " "}
    with pytest.raises(Invalid) as caught:
        wide_area.answer_by_hand(message=message.pk, members=[MEMBER, bad], whole=False, by=clerk, at=FRIDAY)
    assert {(error.row, error.field) for error in caught.value.errors} == {(2, "address"), (2, "relation")}


def test_strangers_and_other_duties_have_no_part_in_it(resident, clerk, outsider, ward_clerk):
    message = asked(resident, outsider)
    with pytest.raises(NotFound):
        wide_area.draw(message=message.pk, by=ward_clerk, at=FRIDAY)
    with pytest.raises(NotFound):
        wide_area.answer_by_hand(message=message.pk, members=[MEMBER], whole=False, by=ward_clerk, at=FRIDAY)
    with pytest.raises(Forbidden):
        wide_area.answer_by_hand(message=message.pk, members=[MEMBER], whole=False, by=outsider, at=FRIDAY)
    with pytest.raises(Forbidden):
        wide_area.draw(message=message.pk, by=clerk, at=FRIDAY)
    with pytest.raises(Forbidden):
        asked(resident, actor(SHINJUKU, "STAFF_ADMINISTRATOR"))


def test_a_named_member_needs_a_name(resident, outsider):
    with pytest.raises(Invalid):
        asked(resident, outsider, who=Who.NAMED)
