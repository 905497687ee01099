"""冗長化の状況: the survey of 2018 reproduced from its rows, and the same table from the register of circuits."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError
from django.db.models import Count

from jlis.demo.network import ABOUT_SURVEY, SURVEY
from jlis.kernel.errors import Conflict, Forbidden, Invalid
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.time import Moment
from lgwan.choices import Role, Status, Way
from lgwan.domain.redundancy import Counts
from lgwan.models import Circuit, RedundancySurvey, SurveyCount
from lgwan.selectors import redundancy
from lgwan.services import surveys
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, YOKOHAMA
from tests.lgwan.cast import approver, officer, reviewer

pytestmark = pytest.mark.django_db
HEADING = "prefecture,bodies,former,via_prefecture_node,direct,hybrid,redundant,rate\n"


def load(content: bytes, at: Moment):
    return surveys.load_file(file=BytesIO(content), about=ABOUT_SURVEY, by=reviewer(), at=at)


def table():
    with acting(LGWAN):
        return redundancy.of_survey(ABOUT_SURVEY.as_of)


def test_the_national_totals_are_worked_out_of_the_rows(at):
    assert load(SURVEY.read_bytes(), at).rows == 47

    total = table().total
    assert total == Counts(1788, 56, 279, 240, 196)
    assert (total.redundant, total.rate) == (715, Decimal("40.0"))
    assert total.redundant > 12 * total.former
    assert table().prefectures == 41


def test_every_prefectures_sum_and_rate_are_those_that_were_printed(at):
    load(SURVEY.read_bytes(), at)
    with SURVEY.open(encoding="utf-8") as file:
        printed = [(int(row["redundant"]), Decimal(row["rate"])) for row in csv.DictReader(file)]
    assert [(row.counts.redundant, row.counts.rate) for row in table().rows] == printed


def test_the_surveys_bodies_are_the_municipalities_of_the_day_with_their_prefecture(at):
    """The survey's first column can be had from our own masters, so neither was copied wrongly."""
    load(SURVEY.read_bytes(), at)
    kinds = ("PREFECTURE", "CITY", "MUNICIPALITY")
    bodies = Organisation.objects.valid_at(ABOUT_SURVEY.as_of).filter(kind__in=kinds)
    assert bodies.count() == 1788
    with acting(LGWAN):
        told = dict(SurveyCount.objects.values_list("prefecture", "bodies"))
    assert dict(bodies.order_by().values_list("prefecture").annotate(Count("pk"))) == told


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("999999,1,0,0,0,0,,", "prefecture", "都道府県の団体コード"),
        ("130001,x,0,0,0,0,,", "bodies", "整数"),
        ("130001,62,0,30,30,3,,", "bodies", "超えています"),
        ("130001,62,63,0,0,0,,", "bodies", "超えています"),
        ("130001,62,0,2,34,5,42,", "redundant", "41と合いません"),
        ("130001,63,4,2,34,5,41,65.2%", "rate", "65.1と合いません"),
        ("140007,34,9,11,0,8,,", "prefecture", "2つあります"),
    ],
)
def test_a_faulty_row_refuses_the_survey_with_line_column_and_reason(at, row, column, reason):
    good = "140007,34,9,11,0,8,19,55.9\n"
    refused = load((HEADING + good + row + "\n").encode(), at)

    assert [(each.line, each.column) for each in refused.rejects] == [(3, column)]
    assert reason in refused.rejects[0].reason
    assert refused.rows == 0
    with acting(LGWAN):
        assert not RedundancySurvey.objects.exists()


def test_a_survey_is_loaded_once_and_by_the_centre(at):
    load(SURVEY.read_bytes(), at)
    with pytest.raises(Conflict):
        load(SURVEY.read_bytes(), at)
    for other in (officer(), approver()):
        with pytest.raises(Forbidden):
            surveys.load_file(file=BytesIO(b""), about=ABOUT_SURVEY, by=other, at=at)


def test_a_file_without_rows_is_no_survey(at):
    with pytest.raises(Invalid):
        load(HEADING.encode(), at)


def test_the_database_refuses_more_redundant_bodies_than_bodies(at):
    load((HEADING + "140007,34,9,11,0,8,,\n").encode(), at)
    with acting(LGWAN), pytest.raises(IntegrityError, match="survey_count_within_bodies"):
        SurveyCount.objects.create(
            survey_id=ABOUT_SURVEY.as_of,
            prefecture_id=13,
            bodies=5,
            former=0,
            via_prefecture_node=3,
            direct=3,
            hybrid=0,
        )


def circuit(body: str, role: Role, way: str = "", generation: int = 5, **changes) -> None:
    told = {"status": Status.IN_SERVICE, "valid_from": date(2024, 10, 1)} | changes
    with acting(LGWAN):
        Circuit.objects.create(
            body_id=body, prefecture=int(body[:2]), generation=generation, role=role, way=way, **told
        )


def of_today(at, generation=5, *, with_planned=False):
    with acting(LGWAN):
        return redundancy.of_register(at.day, generation, with_planned=with_planned)


def test_the_register_gives_the_same_table_for_today(at):
    for body in (CHIYODA, SHINJUKU, TOKYO, YOKOHAMA):
        circuit(body, Role.MAIN)
    circuit(CHIYODA, Role.STANDBY, Way.DIRECT)
    circuit(TOKYO, Role.STANDBY, Way.VIA_PREFECTURE_NODE)
    circuit(SHINJUKU, Role.STANDBY, Way.HYBRID, status=Status.PLANNED, valid_from=date(2027, 4, 1))

    found = of_today(at)
    assert [(row.name, row.counts, row.prefecture_itself) for row in found.rows] == [
        ("東京都", Counts(3, 0, 1, 1, 0), True),
        ("神奈川県", Counts(1, 0, 0, 0, 0), None),
    ]
    assert (found.total, found.prefectures) == (Counts(4, 0, 1, 1, 0), 1)
    assert of_today(at, with_planned=True).total == Counts(4, 0, 1, 1, 1)


def test_a_generation_that_was_left_counts_as_it_was(at):
    gone = {"generation": 4, "valid_from": date(2019, 4, 1), "valid_to": date(2024, 10, 1)}
    circuit(CHIYODA, Role.MAIN, **gone)
    circuit(CHIYODA, Role.STANDBY, Way.DIRECT, **gone)
    circuit(CHIYODA, Role.MAIN)

    assert of_today(at).total == Counts(1, 1, 0, 0, 0)
    assert of_today(at, 4).total == Counts(1, 0, 0, 0, 0)


def test_a_standby_without_its_main_circuit_makes_nobody_redundant(at):
    circuit(CHIYODA, Role.MAIN, status=Status.PLANNED)
    circuit(CHIYODA, Role.STANDBY, Way.DIRECT)
    assert of_today(at).rows == []
