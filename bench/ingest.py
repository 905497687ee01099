"""Delta ingest: notifications by a thousand a call, with order, versions, audit and events, against a bare merge (J1).

The bare peer copies the same persons' rows to a temporary table and merges them, by INSERT … ON CONFLICT, into a table
with the register's rows, columns and indexes: it keeps no version, checks nothing and tells nobody.

Run as a program (over a register that is there already), it prints by how many MB a process grows that takes them.
"""

import os
from datetime import timedelta
from itertools import count

import psycopg

from bench.stage import TOWN, Line, chief, fill, in_turn, memory_of, memory_taken

_CHANGES, _CALL = 4_000, 1_000
_PARTITION = "juki_identityrecord_p13"
_LATEST = "valid_to IS NULL AND superseded_at IS NULL"


def measure(rows: int) -> list[Line]:
    """Notifications a second, medians of three in turn; the memory that they take."""
    fill(max(rows, _CHANGES))
    people = _residents()
    rounds = count(1)
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        admin.execute(f"CREATE TABLE bench_merged (LIKE {_PARTITION} INCLUDING ALL)")
        admin.execute(f"INSERT INTO bench_merged SELECT * FROM {_PARTITION}")
        text = _as_text(admin, people)
        own, bare = in_turn(lambda: _tell(people, next(rounds)), lambda: _merge(admin, text, next(rounds)))
        admin.execute("DROP TABLE bench_merged")
    return [
        Line("delta ingest, notices/s", len(people) / own, "bare COPY and merge", len(people) / bare, at_least=0.5),
        Line("delta ingest, notices/s", len(people) / own, "the nation's peak of 50/s", 50, at_least=1),
        Line("delta ingest, memory taken, MB", memory_of("bench.ingest"), "limit", 64, at_most=1),
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


def _as_text(admin: psycopg.Connection, people: list[str]) -> bytes:
    query = f"COPY (SELECT * FROM {_PARTITION} WHERE {_LATEST} AND resident_code = ANY(%s)) TO STDOUT"
    with admin.cursor().copy(query, [people]) as copy:
        return b"".join(bytes(block) for block in copy)


def _merge(admin: psycopg.Connection, text: bytes, sequence: int) -> None:
    with admin.transaction():
        admin.execute("CREATE TEMPORARY TABLE told (LIKE bench_merged) ON COMMIT DROP")
        with admin.cursor().copy("COPY told FROM STDIN") as copy:
            copy.write(text)
        admin.execute(
            f"INSERT INTO bench_merged SELECT * FROM told ON CONFLICT (prefecture, resident) WHERE {_LATEST}"
            f" DO UPDATE SET address = '東京都千代田区永田町一丁目{sequence}番', address_key = excluded.address_key,"
            f" changed_on = excluded.changed_on + {sequence}, valid_from = excluded.valid_from + {sequence}"
        )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    told = _residents()
    print(memory_taken(lambda: _tell(told, 99)))
