"""Hours, commissions, the letters of the kinds, and the last gate."""

from dataclasses import fields, replace
from datetime import date, datetime, time

import pytest

from konbini.domain import gate
from konbini.domain.fees import commission_on
from konbini.domain.hours import Hours, is_open
from konbini.domain.kinds import KINDS, CertificateKind, kind_of_code


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        (datetime(2026, 11, 21, 6, 29, 59), False),
        (datetime(2026, 11, 21, 6, 30), True),
        (datetime(2026, 11, 21, 22, 59, 59), True),
        (datetime(2026, 11, 21, 23, 0), False),
        (datetime(2026, 12, 28, 12, 0), True),
        (datetime(2026, 12, 29, 12, 0), False),
        (datetime(2027, 1, 3, 12, 0), False),
        (datetime(2027, 1, 4, 12, 0), True),
    ],
)
def test_kiosks_serve_from_half_past_six_to_eleven_but_at_the_turn_of_the_year(moment, opened):
    assert is_open(moment, Hours()) is opened


def test_a_towns_own_calendar_may_serve_all_day_and_through_the_new_year():
    always = Hours(time(0), time(0), through_new_year=True)
    assert is_open(datetime(2027, 1, 1, 0, 0), always)
    assert is_open(datetime(2026, 11, 21, 23, 59, 59), always)


@pytest.mark.parametrize(
    ("day", "yen"),
    [(date(2017, 3, 31), 123), (date(2017, 4, 1), 115), (date(2022, 4, 1), 117), (date(2026, 1, 1), 117)],
)
def test_the_commission_is_the_one_of_the_day(day, yen):
    assert commission_on(day) == yen


def test_there_is_no_commission_before_there_was_a_service():
    with pytest.raises(ValueError, match="2010"):
        commission_on(date(2010, 2, 1))


def test_every_kind_has_letters_of_its_own():
    assert {kind_of_code(row.code) for row in KINDS.values()} == set(CertificateKind)
    assert kind_of_code("XX") is None


ASKED = gate.Asked(
    transaction="t-1",
    serial=7,
    resident="r-1",
    number="N-1",
    title="住民票",
    name="𠮷田　花子",
    birth_date="昭和41年4月28日",
    municipality="千代田区",
    unwanted=("24727059608",),
)
PAGE = "東京都千代田区 住 民 票\n𠮷田 花子\n昭和41年4月28日\nN-1 1/1"
CAME = gate.Came(reference="t-1", pages=(PAGE,), serial=7, resident="r-1")


def test_a_paper_that_agrees_goes_through():
    assert gate.mismatches(ASKED, CAME) == []


@pytest.mark.parametrize(
    ("came", "code"),
    [
        (replace(CAME, reference="t-2"), "transaction"),
        (replace(CAME, serial=8), "serial"),
        (replace(CAME, resident="r-2"), "resident"),
        (replace(CAME, pages=(PAGE.replace("花子", "花代"),)), "name"),
        (replace(CAME, pages=(PAGE.replace("4月28日", "4月29日"),)), "birth_date"),
        (replace(CAME, pages=(PAGE, PAGE.replace("N-1", "N-2"))), "number"),
        (replace(CAME, pages=(PAGE.replace("住 民 票", "税証明"),)), "title"),
        (replace(CAME, pages=(PAGE.replace("千代田", "新宿"),)), "municipality"),
        (replace(CAME, pages=(PAGE + "24727059608",)), "unwanted"),
    ],
)
def test_whatever_does_not_agree_is_held_back_by_its_name(came, code):
    assert gate.mismatches(ASKED, came) == [code]


def test_an_empty_paper_is_held_back():
    assert "pages" in gate.mismatches(ASKED, replace(CAME, pages=()))


def test_a_person_without_a_name_in_the_register_gets_nothing():
    assert "name" in gate.mismatches(replace(ASKED, name=""), CAME)


def test_every_item_of_the_request_is_looked_at():
    """A field that is added to the request and compared with nothing fails here."""
    noticed = {code for field in fields(gate.Asked) for code in gate.mismatches(_without(field.name), CAME)}
    assert noticed >= {field.name for field in fields(gate.Asked)} - {"unwanted"}


def _without(name: str) -> gate.Asked:
    other: dict[str, object] = {"serial": 0, "unwanted": ("𠮷田",)}
    return replace(ASKED, **{name: other.get(name, "something else")})
