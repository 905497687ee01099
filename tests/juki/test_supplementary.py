"""附票本人確認情報 (J7): told by the 本籍地, the base for those who left Japan, and given back when they return."""

from datetime import date

import pytest

from jlis.kernel.errors import Forbidden, Invalid, NotFound, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import SYSTEM, Scope, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.domain.supplementary import Base, Contradiction, Reason, base_of
from juki.models import SupplementaryRecord
from juki.selectors.residents import FourItems
from juki.services import affairs, numbers, queries, supplementary
from tests.conftest import CHIYODA, SHINJUKU, actor, client_of
from tests.juki.factories import change, grown, tell, with_codes
from tests.juki.towns import living

pytestmark = pytest.mark.django_db
PURPOSE = "JUKI-COUNTER"
ABROAD = "アメリカ合衆国カリフォルニア州"


@pytest.fixture
def resident(clerk, outsider, at):
    """A national of Chiyoda; the 本籍地 is Shinjuku."""
    for town in (clerk, outsider):
        with_codes(town, at)
    return living(clerk, at)


@pytest.fixture
def ministry(db, at):
    """A ministry's system, entitled to one affair."""
    officer = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    with acting(officer.scope):
        affairs.entitle(affair_code="B1-77", organisation="MHLW", by=officer, at=at)
    return client_of("MHLW", "juki.query", kind="NATIONAL_ORGAN")


def notice(resident, reason="S01", key="s-1", day="2026-11-01", **items):
    entry = {"name": "髙﨑　太郎", "name_kana": "タカサキ　タロウ", "birth_date": "1980-02-17", "sex": "M",
             "address": "東京都千代田区霞が関一丁目1番1号"} if reason in ("S01", "S02") else {}  # fmt: skip
    return {"key": key, "reason": reason, "changed_on": day, "resident_code": resident.resident_code} | entry | items


def told(*notices, by, at):
    with acting(by.scope):
        return supplementary.receive(notices=list(notices), by=by, at=at, channel="REST")


def asked(ministry, at, resident=None, **how):
    fields = ["name", "address", "resident_class", "municipality"]
    how = how or {"resident_code": resident.resident_code}
    with acting(ministry.scope):
        return queries.provide(purpose="B1-77", fields=fields, by=ministry, at=at, **how)


def moves() -> list[tuple[str, str]]:
    with acting(SYSTEM):
        events = OutboxEvent.objects.filter(kind="juki.identity_base_moved").order_by("sequence")
        return [(event.payload["base"], event.payload["office"]) for event in events]


def test_who_leaves_is_answered_for_from_the_supplementary_and_back_when_they_return(
    resident, clerk, outsider, ministry, at
):
    told(notice(resident), by=outsider, at=at)
    assert asked(ministry, at, resident).persons[0]["municipality"] == CHIYODA
    tell(change("D02", resident.resident_code, changed_on="2026-11-10"), by=clerk, at=at)
    assert moves() == [("SUPPLEMENTARY", SHINJUKU)]
    told(notice(resident, "S04", "s-2", "2026-11-10", address=ABROAD), by=outsider, at=at)

    items = FourItems(name="高崎太郎", birth_date="昭和55年2月17日", sex="M")
    number = numbers.open_numbers([resident.pk])[resident.pk]
    for how in ({"resident_code": resident.resident_code}, {"items": items}):
        answer = asked(ministry, at, **how)
        assert answer.result == "MATCHED"
        assert answer.persons == [
            {"name": "髙﨑　太郎", "address": ABROAD, "resident_class": "JAPANESE", "municipality": SHINJUKU}
        ]
    assert number

    entry = grown(reason="R02", resident_code=resident.resident_code, changed_on="2026-11-15",
                  address="東京都千代田区一番町1番")  # fmt: skip
    tell(entry, by=clerk, at=at)
    assert moves() == [("SUPPLEMENTARY", SHINJUKU), ("RESIDENCE", CHIYODA)]
    assert asked(ministry, at, resident).persons[0]["address"] == "東京都千代田区一番町1番"
    told(notice(resident, "S05", "s-3", "2026-11-15", address="東京都千代田区一番町1番"), by=outsider, at=at)
    with acting(outsider.scope):
        assert SupplementaryRecord.objects.get(resident=resident.pk, valid_to__isnull=True).abroad_since is None
        assert SupplementaryRecord.objects.count() == 3


def test_without_a_supplementary_nobody_answers_for_who_left(resident, clerk, outsider, ministry, at):
    tell(change("D02", resident.resident_code, changed_on="2026-11-10"), by=clerk, at=at)
    assert moves() == []
    assert asked(ministry, at, resident).result == "NOT_FOUND"
    told(notice(resident), by=outsider, at=at)
    assert moves() == [("SUPPLEMENTARY", SHINJUKU)]
    assert asked(ministry, at, resident).result == "MATCHED"
    told(notice(resident, "S06", "s-2", "2026-11-12"), by=outsider, at=at)
    assert moves()[-1] == ("NONE", SHINJUKU)
    assert asked(ministry, at, resident).result == "NOT_FOUND"


def test_an_ordinary_removal_is_not_answered_from_the_supplementary(resident, clerk, outsider, ministry, at):
    told(notice(resident), by=outsider, at=at)
    tell(change("D01", resident.resident_code), by=clerk, at=at)
    assert asked(ministry, at, resident).result == "NOT_FOUND"
    assert moves() == []


def test_versions_are_added_and_closed(resident, outsider, at):
    told(notice(resident), by=outsider, at=at)
    told(
        notice(resident, "S03", "s-2", "2026-11-05", name="髙﨑　改名", name_kana="タカサキ　カイメイ"),
        by=outsider,
        at=at,
    )
    newest, first = supplementary.open_record(resident=resident.pk, purpose=PURPOSE, by=outsider, at=at)
    assert (newest.version, newest.name, newest.address) == (2, "髙﨑　改名", first.address)
    assert (first.name, first.valid_to) == ("髙﨑　太郎", date(2026, 11, 5))
    (found,) = supplementary.search(
        items={"name": "高崎改名", "birth_date": "S55.2.17"}, purpose=PURPOSE, by=outsider, at=at
    )
    assert found.pk == newest.pk


def test_a_key_is_one_notice(resident, outsider, at):
    first, again = (told(notice(resident), by=outsider, at=at)[0] for _ in range(2))
    assert (first.notice, first.replayed, again.replayed) == (again.notice, False, True)
    with pytest.raises(Unprocessable) as caught:
        told(notice(resident, name="別　人"), by=outsider, at=at)
    assert [error.code for error in caught.value.errors] == ["key_reused"]


def test_what_contradicts_refuses_the_call_row_by_row_and_nothing_of_it_is_taken(resident, clerk, outsider, at):
    with pytest.raises(Unprocessable) as caught:
        told(
            notice(resident),
            notice(resident, "S01", "s-2"),
            {**notice(resident, key="s-3"), "resident_code": "24727059608"},
            notice(resident, "S03", "s-4", "2026-10-01", name="髙﨑　改名"),
            by=outsider, at=at,
        )  # fmt: skip
    assert [(error.row, error.code) for error in caught.value.errors] == [
        (2, "kept_already"), (3, "unknown_code"), (4, "before_last_change")
    ]  # fmt: skip
    with acting(outsider.scope):
        assert SupplementaryRecord.objects.count() == 0
    told(notice(resident), by=outsider, at=at)
    with pytest.raises(Unprocessable, match="合わない") as caught:
        told(notice(resident, key="c-1"), notice(resident, "S03", "c-2", name="改　名"), by=clerk, at=at)
    assert [error.code for error in caught.value.errors] == ["kept_elsewhere", "not_kept"]


def test_honseki_moves_from_one_town_to_another(resident, clerk, outsider, at):
    told(notice(resident), by=outsider, at=at)
    told(notice(resident, "S08", "s-2", "2026-11-05"), by=outsider, at=at)
    told(notice(resident, "S02", "c-1", "2026-11-05"), by=clerk, at=at)
    (record, *_) = supplementary.open_record(resident=resident.pk, purpose=PURPOSE, by=clerk, at=at)
    assert (record.office, record.version) == (CHIYODA, 3)


def test_a_foreign_resident_has_no_supplementary(clerk, outsider, at):
    with_codes(clerk, at)
    foreign = living(clerk, at, resident_class="FOREIGN")
    with pytest.raises(Unprocessable) as caught:
        told(notice(foreign), by=outsider, at=at)
    assert [error.code for error in caught.value.errors] == [Contradiction.NOT_A_NATIONAL.value.lower()]


@pytest.mark.parametrize(("changes", "field"), [
    ({"sex": "X"}, "sex"), ({"birth_date": "1980-13-01"}, "birth_date"), ({"changed_on": "2030-01-01"}, "changed_on"),
    ({"reason": "S99"}, "reason"), ({"name": ""}, "name"), ({"honseki": "東京都"}, "honseki"), ({"key": ""}, "key"),
    ({"resident_code": "24727059600"}, "resident_code"), ({"municipality": CHIYODA}, "municipality"),
])  # fmt: skip
def test_a_notice_at_fault_is_refused_by_row_and_field(resident, outsider, at, changes, field):
    with pytest.raises(Invalid) as caught:
        told(notice(resident) | changes, by=outsider, at=at)
    assert (1, field) in [(error.row, error.field) for error in caught.value.errors]


def test_too_many_and_none_are_refused(outsider, at):
    with pytest.raises(TooLarge):
        told(*[{}] * 1001, by=outsider, at=at)
    with pytest.raises(Invalid):
        told(by=outsider, at=at)


def test_the_record_is_seen_by_its_honseki_alone(resident, clerk, outsider, at):
    told(notice(resident), by=outsider, at=at)
    with pytest.raises(NotFound):
        supplementary.open_record(resident=resident.pk, purpose=PURPOSE, by=clerk, at=at)
    for scope in (
        Scope("jlis_municipal", CHIYODA),
        Scope("jlis_national", "MHLW"),
        Scope("jlis_prefectural", "140007"),
    ):
        with acting(scope):
            assert SupplementaryRecord.objects.count() == 0
    with acting(Scope("jlis_national", "MHLW", "B1-77")):
        assert SupplementaryRecord.objects.count() == 1
    administrator = actor(SHINJUKU, "STAFF_ADMINISTRATOR")
    with pytest.raises(Forbidden):
        supplementary.open_record(resident=resident.pk, purpose=PURPOSE, by=administrator, at=at)
    with pytest.raises(Forbidden):
        told(notice(resident), by=administrator, at=at)


def test_the_base_is_one_register_or_none():
    assert base_of(lives_here=True, left_japan=False, has_supplementary=True) is Base.RESIDENCE
    assert base_of(lives_here=False, left_japan=True, has_supplementary=True) is Base.SUPPLEMENTARY
    assert base_of(lives_here=False, left_japan=True, has_supplementary=False) is Base.NONE
    assert base_of(lives_here=False, left_japan=False, has_supplementary=True) is Base.NONE
    assert len(Reason) == 8


@pytest.mark.parametrize(
    ("items", "fault"),
    [
        ({"name_kana": "たかさき　たろう"}, ("name_kana", "not_katakana")),
        ({"name_kana": "ABC漢字123"}, ("name_kana", "not_katakana")),
        ({"name_kana": "TAKASAKI"}, ("name_kana", "not_katakana")),
        ({"name": "髙﨑\u202e太郎"}, ("name", "control_character")),
        ({"address": "東京都\u200b千代田区"}, ("address", "control_character")),
        ({"name": "　"}, ("name", "blank")),
    ],
)
def test_what_a_notification_may_not_say_of_a_national_this_may_not_either(resident, outsider, at, items, fault):
    with pytest.raises(Invalid) as refused:
        told(notice(resident) | items, by=outsider, at=at)
    assert [(error.field, error.code) for error in refused.value.errors if error.code != "required"] == [fault]
    assert [error.row for error in refused.value.errors][:1] == [1]
