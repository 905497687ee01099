"""J5, seed 002: whom an extract chooses, and which of their versions it draws."""

import pytest
from django.db import connection
from psycopg import sql

from jlis.kernel.isolation.scope import acting
from juki.domain.extracts import read_request
from juki.sql.extract_conditions import Conditions
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
NOVEMBER = {"from_on": "2026-11-01", "to_on": "2026-11-15"}
DURING, REMOVED = NOVEMBER | {"who": "RESIDENT_DURING"}, NOVEMBER | {"who": "REMOVED_DURING"}
ON = {"who": "RESIDENT_ON", "from_on": "2026-11-15"}
IN_CHIYODA, HISTORY = {"municipalities": [CHIYODA]}, {"target": "HISTORY"}


@pytest.fixture
def register(clerk, outsider, at):
    """Of Chiyoda: who stays, dies, moves within it, moves to Shinjuku, comes back, and whose birthday nobody knows."""
    for town in (clerk, outsider):
        with_codes(town, at)
    people = [grown(name=name) for name in ("stays", "dies", "moves", "leaves", "returns")]
    taken = tell(*people, grown(name="born in 1980", birth_date="1980-00-00"), by=clerk, at=at)
    code = {person["name"]: one.resident_code for person, one in zip(people, taken, strict=False)}
    tell(
        change("D03", code["dies"], changed_on="2026-11-10"),
        change("M01", code["moves"], changed_on="2026-11-05", address="東京都千代田区一番町1番地"),
        change("D01", code["leaves"], changed_on="2026-11-08"),
        change("D01", code["returns"], changed_on="2026-11-03"),
        by=clerk, at=at,
    )  # fmt: skip
    back = {"reason": "R01", "resident_code": code["leaves"], "changed_on": "2026-11-09"}
    tell(grown(name="leaves", **back), by=outsider, at=at)
    tell(grown(name="returns", **back | {"resident_code": code["returns"]}), by=clerk, at=at)


def conditions(changes) -> sql.Composable:
    wanted = read_request(
        {"affair": "PREF-DISASTER", "number_affair": "NONE", "ordinance_affair": "NONE", "target": "LATEST",
         "items": ["name"], "encoding": "UTF-8"} | changes
    )  # fmt: skip
    return sql.SQL(" AND ").join(Conditions(wanted, 13, list(wanted.municipalities)).on_version())


def drawn(**changes) -> dict[str, list[int]]:
    """Each name with its versions."""
    by = actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")
    with acting(by.scope.for_purpose("PREF-DISASTER")), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT name, array_agg(version.version ORDER BY version.version) FROM juki_identityrecord version"
                " WHERE {} GROUP BY name"
            ).format(conditions(changes))
        )
        return dict(cursor.fetchall())


ALL = {"stays": [1], "moves": [2], "leaves": [3], "returns": [3], "born in 1980": [1]}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ON, ALL),
        # Whoever died within the period lived there in it, and each is one line.
        (DURING, ALL | {"dies": [1]}),
        (DURING | IN_CHIYODA, ALL | {"dies": [1], "leaves": [1]}),
        (DURING | {"from_on": "2026-11-11"}, ALL),
        (ON | HISTORY, ALL | {"moves": [1, 2], "leaves": [1, 2, 3], "returns": [1, 2, 3]}),
        (
            DURING | HISTORY | IN_CHIYODA,
            ALL | {"dies": [1, 2], "moves": [1, 2], "leaves": [1, 2], "returns": [1, 2, 3]},
        ),
        # Who came back is no 消除者 any more, but has been one; who went to the next town is one of the first town.
        (REMOVED, {"dies": [2]}),
        (REMOVED | IN_CHIYODA, {"dies": [2], "leaves": [2]}),
        (REMOVED | {"municipalities": [SHINJUKU]}, {}),
        (REMOVED | HISTORY, {"dies": [1, 2], "leaves": [1, 2, 3], "returns": [1, 2, 3]}),
        (REMOVED | HISTORY | {"reasons": ["D03"]}, {"dies": [1, 2]}),
        # Born on some day of the year: on any that is asked for.
        (ON | {"born_from": "1980-06-01", "born_to": "1980-06-30"}, {"born in 1980": [1]}),
        (ON | {"born_from": "1980-12-31"}, {"born in 1980": [1]}),
        (ON | {"born_from": "1981-01-01"}, {}),
        (ON | {"born_to": "1979-12-31"}, {}),
        (ON | {"born_from": "1980-02-17", "born_to": "1980-02-17"}, ALL),
    ],
)
def test_persons_are_chosen_by_the_conditions_and_then_their_versions(register, asked, expected):
    assert drawn(**asked) == expected


def test_the_usual_request_is_one_scan_of_the_prefectures_own_partition(register):
    by = actor(TOKYO, "EXTRACT_OPERATOR", kind="PREFECTURE")
    with acting(by.scope.for_purpose("PREF-DISASTER")), connection.cursor() as cursor:
        cursor.execute(sql.SQL("EXPLAIN SELECT name FROM juki_identityrecord version WHERE {}").format(conditions(ON)))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("on juki_identityrecord_p") == plan.count("on juki_identityrecord_p13") == 1, plan
