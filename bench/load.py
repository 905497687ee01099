"""First load: validation, keys, numbers, versions, audit and event, against raw COPY.

The peers copy rows that the load has just made. Of the versions alone, one of the five tables it writes: into a table
with the register's columns and indexes that holds as many rows before as the register does, and into an empty one whose
indexes are made afterwards. Of all five: into tables like the first.

Run as a program (with rows for which the town has codes left), it prints by how many MB a process grows that loads.
"""

import os
import re
import statistics
import sys
from pathlib import Path

import psycopg

from bench.stage import TOWN, Line, allot, chief, memory_of, memory_taken, people_csv, seconds

_PARTITION = "juki_identityrecord_p13"
# Each with the column that names the resident.
_TABLES = {
    "juki_resident": "id", "juki_residentcode": "resident", _PARTITION: "resident", "juki_numbernotice": "resident",
    "juki_individualnumber": "resident",
}  # fmt: skip


def measure(rows: int) -> list[Line]:
    """Rows a second of `load_file` and of both peers, medians of three in turn."""
    _path().write_bytes(people_csv(rows, seed=1))
    allot(rows * 5)
    _load(rows)
    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        peers = _Peers(admin)
        turns = []
        for _ in range(3):
            own = seconds(lambda: _load(rows))
            texts = peers.newest(rows)
            bare = (peers.one, peers.afterwards, peers.five)
            turns.append((own, *(seconds(lambda: peer(texts)) for peer in bare)))  # noqa: B023 - called at once
        peers.close()
    grown = memory_of("bench.load", str(rows))
    own, present, afterwards, five = (rows / statistics.median(column) for column in zip(*turns, strict=True))
    return [
        Line("first load, rows/s", own, "COPY into the same indexes", present),
        Line("first load, rows/s", own, "COPY, then CREATE INDEX", afterwards, at_least=0.4),
        Line("first load, rows/s", own, "COPY of all five tables", five),
        Line("first load, rows/s", own, "the nation in 8 h: 4,300/s", 4_300, at_least=1),
        Line("first load, memory taken, MB", grown, "limit", 64, at_most=1),
    ]


def _path() -> Path:
    return Path(os.environ["JLIS_HOME"]) / "load.csv"


def _load(rows: int) -> None:
    from jlis.kernel.time import now
    from juki.services import loading

    loaded = loading.load_file(path=_path(), office=TOWN, by=chief(), at=now())
    assert loaded.rows == rows, loaded.rejects[:1]


class _Peers:
    """Bare tables with the columns of the town's partition, and text to copy into them."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self.admin = admin
        found = admin.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [_PARTITION]).fetchall()
        self.indexes = [re.sub(r"INDEX \S+ ON \S+", "INDEX ON bench_after", text) for (text,) in found]
        admin.execute(f"CREATE TABLE bench_after (LIKE {_PARTITION})")
        self._made = ["bench_after"]
        for made, table in (("bench_bare", _PARTITION), *((f"bench_{table}", table) for table in _TABLES)):
            admin.execute(f"CREATE TABLE {made} (LIKE {table} INCLUDING ALL)")
            admin.execute(f"INSERT INTO {made} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")
            self._made.append(made)

    def newest(self, rows: int) -> dict[str, bytes]:
        """The rows of the last load by table, as COPY writes them."""
        loaded = f"SELECT resident FROM {_PARTITION} ORDER BY id DESC LIMIT {rows}"
        return {
            table: self._text(f"SELECT * FROM {table} WHERE {column} IN ({loaded})")
            for table, column in _TABLES.items()
        }

    def one(self, texts: dict[str, bytes]) -> None:
        self._copy("bench_bare", texts[_PARTITION])

    def five(self, texts: dict[str, bytes]) -> None:
        with self.admin.transaction():
            for table, text in texts.items():
                self._copy(f"bench_{table}", text)

    def afterwards(self, texts: dict[str, bytes]) -> None:
        with self.admin.transaction():
            self.admin.execute("TRUNCATE bench_after")
            self._copy("bench_after", texts[_PARTITION])
            for index in self.indexes:
                self.admin.execute(index)
        for name in self._names():
            self.admin.execute(f"DROP INDEX {name}")

    def close(self) -> None:
        self.admin.execute(f"DROP TABLE {', '.join(self._made)}")

    def _text(self, query: str) -> bytes:
        with self.admin.cursor().copy(f"COPY ({query}) TO STDOUT") as copy:
            return b"".join(bytes(block) for block in copy)

    def _copy(self, table: str, text: bytes) -> None:
        with self.admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            copy.write(text)

    def _names(self) -> list[str]:
        found = self.admin.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'bench_after'").fetchall()
        return [name for (name,) in found]


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    print(memory_taken(lambda: _load(int(sys.argv[1]))))
