"""Circuits from a file: refused row by row with the reason; all or nothing, or the good rows, as said beforehand."""

from datetime import date
from io import BytesIO

import pytest

from jlis.kernel import csv_rows
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden, Invalid, TooLarge
from jlis.kernel.isolation.scope import LGWAN, SYSTEM, acting
from lgwan.models import Circuit
from lgwan.services import loading
from tests.conftest import CHIYODA, TOKYO, TSURUMI, YOKOHAMA
from tests.lgwan.cast import approver, officer, reviewer

pytestmark = pytest.mark.django_db
HEADING = "body,generation,role,way,status,valid_from,valid_to"
MAIN = f"{CHIYODA},5,MAIN,,IN_SERVICE,2024-10-01,"
STANDBY = f"{CHIYODA},5,STANDBY,DIRECT,PLANNED,2027-04-01,"


def load(*rows: str, at, heading: str = HEADING, all_or_nothing: bool = True, by=None, encoding: str = "utf-8"):
    file = BytesIO("\r\n".join([heading, *rows, ""]).encode(encoding))
    return loading.load_file(file=file, all_or_nothing=all_or_nothing, by=by or reviewer(), at=at)


def known() -> list[tuple]:
    with acting(LGWAN):
        return list(
            Circuit.objects.order_by("body", "valid_from", "role").values_list(
                "body_id", "generation", "role", "way", "status", "valid_from", "valid_to"
            )
        )


def test_a_bodys_circuits_are_loaded_with_the_prefecture_as_a_body_of_its_own(at):
    assert load(MAIN, STANDBY, MAIN.replace(CHIYODA, TOKYO), at=at).rows == 3
    assert [(row[0], row[2], row[3]) for row in known()] == [
        (TOKYO, "MAIN", ""), (CHIYODA, "MAIN", ""), (CHIYODA, "STANDBY", "DIRECT"),
    ]  # fmt: skip
    with acting(SYSTEM):
        assert AuditEntry.objects.get(action="lgwan.network_loaded").detail["new"] == 3


def test_japanese_words_eras_and_another_encoding_are_understood(at):
    heading = "団体コード,世代,主従,冗長化の方式,状態,適用開始日,適用終了日"
    rows = (
        f"{CHIYODA},第4次,主系,,運用中,H31.4.1,令和6年10月1日",
        f"{CHIYODA},４,従系,都道府県ノード経由,運用中,平成31年4月1日,R6.10.1",
    )
    assert load(*rows, at=at, heading=heading, encoding="cp932").rows == 2
    assert known()[1] == (
        CHIYODA, 4, "STANDBY", "VIA_PREFECTURE_NODE", "IN_SERVICE", date(2019, 4, 1), date(2024, 10, 1),
    )  # fmt: skip


FAULTS = [
    ("999999,5,MAIN,,IN_SERVICE,2024-10-01,", "body", "団体はありません"),
    (f"{TSURUMI},5,MAIN,,IN_SERVICE,2024-10-01,", "body", "市の回線として"),
    ("MHLW,5,MAIN,,IN_SERVICE,2024-10-01,", "body", "都道府県・市区町村ではありません"),
    (f"{CHIYODA},6,MAIN,,IN_SERVICE,2024-10-01,", "generation", "3・4・5"),
    (f"{CHIYODA},五,MAIN,,IN_SERVICE,2024-10-01,", "generation", "第4次"),
    (f"{CHIYODA},5,SIDE,,IN_SERVICE,2024-10-01,", "role", "主系・従系"),
    (f"{CHIYODA},5,MAIN,DIRECT,IN_SERVICE,2024-10-01,", "way", "主系の回線に"),
    (f"{CHIYODA},5,STANDBY,,IN_SERVICE,2024-10-01,", "way", "必要です"),
    (f"{CHIYODA},3,STANDBY,HYBRID,IN_SERVICE,2015-10-01,", "way", "第4次から"),
    (f"{CHIYODA},5,MAIN,,BROKEN,2024-10-01,", "status", "予定・運用中"),
    (f"{CHIYODA},5,MAIN,,IN_SERVICE,,", "valid_from", "必須"),
    (f"{CHIYODA},5,MAIN,,IN_SERVICE,2024-13-01,", "valid_from", "読めません"),
    (f"{CHIYODA},5,MAIN,,IN_SERVICE,2024-10-01,2024-10-01", "valid_to", "後の日"),
    (f"{CHIYODA},5,STANDBY,DIRECT,IN_SERVICE,2024-10-01,", "role", "主系の回線がありません"),
]


@pytest.mark.parametrize(("row", "column", "reason"), FAULTS)
def test_a_faulty_row_is_named_and_refuses_the_whole_file(at, row, column, reason):
    good = MAIN.replace(CHIYODA, YOKOHAMA)
    refused = load(good, row, at=at)

    assert [(each.line, each.column) for each in refused.rejects] == [(3, column)]
    assert reason in refused.rejects[0].reason
    assert (refused.rows, known()) == (0, [])


def test_the_good_rows_alone_are_taken_where_that_was_said_beforehand(at):
    loaded = load(MAIN, *(row for row, _, _ in FAULTS[:4]), at=at, all_or_nothing=False)
    assert (loaded.rows, loaded.refused, len(known())) == (1, 4, 1)


def test_a_circuit_told_again_is_changed_and_not_doubled(at):
    load(MAIN, STANDBY, at=at)
    again = load(STANDBY.replace("PLANNED", "IN_SERVICE"), at=at)

    assert (again.rows, len(known())) == (1, 2)
    assert known()[1][4] == "IN_SERVICE"


def test_a_circuit_is_closed_and_followed_in_one_file_in_any_order(at):
    load(MAIN, at=at)
    closed, next_one = MAIN + "2026-12-01", MAIN.replace("2024-10-01", "2026-12-01")

    assert load(next_one, closed, at=at).rejects == []
    assert [row[5:] for row in known()] == [(date(2024, 10, 1), date(2026, 12, 1)), (date(2026, 12, 1), None)]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (MAIN.replace("2024-10-01", "2025-01-01"), "valid_from", "重なります"),
        (MAIN.replace("2024-10-01", "2020-01-01"), "valid_from", "重なります"),
    ],
)
def test_two_circuits_of_a_line_never_stand_on_one_day(at, row, column, reason):
    load(MAIN, at=at)
    refused = load(row, at=at)
    assert [(each.column, reason in each.reason) for each in refused.rejects] == [(column, True)]


def test_a_row_told_twice_in_a_file_is_named_with_the_first(at):
    refused = load(MAIN, MAIN, at=at)
    assert [(each.line, each.reason) for each in refused.rejects] == [(3, "同じ回線が2行目にもあります。")]


@pytest.mark.parametrize(("heading", "rows"), [("body,generation", (MAIN,)), (HEADING, ())])
def test_a_heading_at_fault_or_an_empty_file_is_refused_whole(at, heading, rows):
    with pytest.raises(Invalid):
        load(*rows, at=at, heading=heading)


def test_a_file_that_is_no_register_of_circuits_is_not_read_to_its_end(at, monkeypatch):
    monkeypatch.setattr(loading, "MOST_ROWS", 3)
    monkeypatch.setattr(csv_rows, "ROWS_AT_ONCE", 2)
    with pytest.raises(TooLarge):
        load(*[MAIN] * 5, at=at)
    assert known() == []


def test_a_body_or_the_approver_cannot_load(at):
    for other in (officer(), approver()):
        with pytest.raises(Forbidden):
            load(MAIN, at=at, by=other)
