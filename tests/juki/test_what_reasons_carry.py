"""Each reason carries the items that it can change: nothing that ends a certificate hides under one that ends none."""

import pytest

from jlis.kernel.errors import Invalid
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.domain.changes import MAY_CARRY, REASONS, ChangeClass, ChangeReason
from juki.domain.items import CERTIFIED_ITEMS
from juki.domain.letters import same_letters
from juki.selectors import residents
from juki.web.forms import _CORRECTED
from tests.juki.factories import change, grown, tell, with_codes

OTHERS = {
    "name": "別人　太郎", "name_kana": "ベツジン　タロウ", "kana_source": "EX_OFFICIO", "former_surname": "旧田",
    "former_surname_kana": "キュウダ", "alias": "通称", "address": "東京都千代田区一番町1番地",
    "birth_date": "1981-01-01", "sex": "F", "resident_class": "FOREIGN",
}  # fmt: skip


@pytest.fixture
def code(clerk, at):
    """A grown resident of Chiyoda."""
    with_codes(clerk, at)
    (taken,) = tell(grown(), by=clerk, at=at)
    return taken.resident_code


def now(code, by):
    with acting(by.scope):
        return residents.by_code(code)


def affected() -> bool:
    with acting(SYSTEM):
        return (
            OutboxEvent.objects.filter(kind="juki.resident_changed")
            .latest("sequence")
            .payload["signature_certificate_affected"]
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "item"),
    [
        *((reason, item) for reason in ("M05", "M06", "M07", "M08", "M09") for item in OTHERS),
        *(("M20", item) for item in ("name", "address", "birth_date", "sex", "former_surname", "alias")),
        *(("M02", item) for item in ("name_kana", "birth_date", "sex", "resident_class")),
        ("M01", "name"), ("M14", "name"), ("M15", "address"), ("M16", "alias"), ("M17", "name"), ("M18", "name"),
        ("M03", "resident_class"),
    ],
)  # fmt: skip
def test_what_a_reason_cannot_change_is_refused_by_name(code, clerk, at, reason, item):
    needed = {"M01": "address", "M14": "former_surname", "M15": "former_surname", "M17": "alias"}
    items = {name: OTHERS[name] for name in {item, needed.get(reason, item)}}
    with pytest.raises(Invalid) as refused:
        tell(change("M20", code, kana_source="NOTIFIED"), change(reason, code, **items), by=clerk, at=at)
    (fault,) = refused.value.errors
    assert (fault.row, fault.field, fault.code) == (2, item, "not_for_reason")
    assert "付けられません" in fault.message
    assert now(code, clerk).version == 1


def test_every_correction_says_what_it_may_carry_and_the_screens_ask_no_more():
    corrections = {reason for reason, facts in REASONS.items() if facts.kind is ChangeClass.CORRECTION}
    assert set(MAY_CARRY) == corrections
    place = {"town": "address", "postcode": "address", "lot": "address"}
    for reason, asked in _CORRECTED.items():
        assert {place.get(name, name) for name in asked} <= set(MAY_CARRY[reason]), reason


def test_only_a_minor_correction_may_touch_what_is_certified_and_end_nothing():
    silent = {reason for reason in MAY_CARRY if not REASONS[reason].ends_signature_certificate}
    touching = {reason for reason in silent if set(MAY_CARRY[reason]) & set(CERTIFIED_ITEMS)}
    assert touching == {ChangeReason.MINOR_CORRECTION}


@pytest.mark.django_db
def test_a_wedding_changes_several_items_under_one_reason(code, clerk, at):
    items = {name: OTHERS[name] for name in ("name", "name_kana", "former_surname", "former_surname_kana", "address")}
    (taken,) = tell(change("M03", code, **items), by=clerk, at=at)
    found = now(code, clerk)
    assert taken.status == "APPLIED"
    assert {name: getattr(found, name) for name in items} == items
    assert affected()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reason", "items", "ends"),
    [
        ("M02", {"name": "高崎　太郎"}, False),
        ("M02", {"address": "東京都千代田区霞が関一丁目1番1号　見本ビル"}, False),
        ("M20", {"name_kana": "タカザキ　タロウ"}, False),
        ("M03", {"name_kana": "タカザキ　タロウ"}, False),
        ("M03", {"sex": "F"}, True),
        ("M04", {"birth_date": "1980-02-18"}, True),
        ("M05", {}, False),
    ],
)
def test_a_certificate_ends_by_what_changed(code, clerk, at, reason, items, ends):
    (taken,) = tell(change(reason, code, **items), by=clerk, at=at)
    assert (taken.status, affected()) == ("APPLIED", ends)


@pytest.mark.django_db
@pytest.mark.parametrize("items", [{"name": "山田　太郎"}, {"former_surname": "旧田"}, {"name": "髙﨑　次郎"}])
def test_another_name_is_not_minor_and_is_held(code, clerk, at, items):
    (taken,) = tell(change("M02", code, **items), by=clerk, at=at)
    assert (taken.status, taken.contradiction.kind) == ("DISCREPANT", "NOT_MINOR")
    assert "職権修正" in taken.contradiction.advice
    assert now(code, clerk).version == 1


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("髙﨑　太郎", "高崎　太郎", True),
        ("渡邉　恵", "渡辺　惠", True),
        ("\ue123田　花", "𠮷田　花", True),
        ("〓田　花", "吉田　花", True),
        ("佐々木　一", "佐佐木　一", True),
        ("髙﨑　太郎", "高橋　太郎", False),
        ("𠮷田　花", "\ue123田　花", False),
        ("吉田　花", "吉田　花子", False),
        ("", "旧田", False),
    ],
)
def test_letters_are_the_same_when_only_their_shapes_differ(before, after, same):
    assert same_letters(before, after) is same
