"""Delta ingest: notifications by a thousand a call, with order, versions, audit and events, against a bare merge (J1).

The bare peer copies the same changes to a temporary table and merges them by INSERT … ON CONFLICT: it keeps no
version, checks nothing and tells nobody.
"""

import os
from datetime import timedelta
from itertools import count

import psycopg

from bench.stage import TOWN, Line, chief, fill, in_turn

_CHANGES, _CALL = 4_000, 1_000


def measure(rows: int) -> list[Line]:
    """Notifications a second, medians of three in turn."""
    fill(max(rows, _CHANGES))
    people = _residents()
    rounds = count(1)
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        admin.execute("CREATE TABLE bench_merged (code text PRIMARY KEY, address text, changed_on date, number bigint)")
        own, bare = in_turn(lambda: _tell(people, next(rounds)), lambda: _merge(admin, people))
        admin.execute("DROP TABLE bench_merged")
    return [
        Line("delta ingest, notices/s", len(people) / own, "bare COPY and merge", len(people) / bare, at_least=0.5),
        Line("delta ingest, notices/s", len(people) / own, "the nation's peak of 50/s", 50, at_least=1),
    ]


def _residents() -> list[str]:
    from jlis.kernel.isolation.scope import acting
    from juki.selectors import residents

    with acting(chief().scope):
        present = residents.latest_versions().filter(state="CURRENT").order_by("-id")
        return list(present.values_list("resident_code", flat=True)[:_CHANGES])


def _tell(people: list[str], sequence: int) -> None:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import Moment, now
    from juki.services import notifications

    present = now()
    at = Moment(present.instant, present.day + timedelta(days=sequence))
    for start in range(0, len(people), _CALL):
        notices = [
            {
                "key": f"bench-{code}-{sequence}", "reason": "M01", "changed_on": at.day.isoformat(),
                "resident_code": code, "municipality": TOWN, "address": f"東京都千代田区永田町一丁目{sequence}番",
            }
            for code in people[start : start + _CALL]
        ]  # fmt: skip
        with acting(chief().scope):
            taken = notifications.receive(notices=notices, by=chief(), at=at, channel="REST")
        assert {each.status for each in taken} == {"APPLIED"}


def _merge(admin: psycopg.Connection, people: list[str]) -> None:
    with admin.transaction():
        admin.execute("CREATE TEMPORARY TABLE told (LIKE bench_merged) ON COMMIT DROP")
        with admin.cursor().copy("COPY told FROM STDIN") as copy:
            for code in people:
                copy.write_row((code, "東京都千代田区永田町一丁目1番", "2026-11-21", 1))
        admin.execute(
            "INSERT INTO bench_merged SELECT * FROM told ON CONFLICT (code) DO UPDATE SET address = excluded.address,"
            " changed_on = excluded.changed_on, number = excluded.number"
        )
