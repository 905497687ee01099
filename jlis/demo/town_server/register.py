"""The town's register in a file of its own: SQLite, a row a person, the items as the copy's rows have them."""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from uuid import UUID

from bcl.domain.relations import relations
from bcl.domain.rows import CopyRow
from juki.domain.consistency import Record

_PLACES = {code: place for place, code in enumerate(relations())}
_TABLES = """
    CREATE TABLE town (municipality TEXT NOT NULL, mayor TEXT NOT NULL, seal TEXT NOT NULL);
    CREATE TABLE person (
        resident TEXT PRIMARY KEY, resident_code TEXT NOT NULL UNIQUE, household TEXT NOT NULL, body BLOB NOT NULL
    );
    CREATE TABLE notified (resident_code TEXT PRIMARY KEY, items TEXT NOT NULL);
    CREATE INDEX person_of_household ON person (household);
"""


@dataclass(frozen=True)
class Town:
    """What a paper says of the town itself."""

    municipality: str
    mayor: str
    seal: str


def write(folder: Path, office: str, town: Town, rows: Mapping[UUID, CopyRow]) -> None:
    """Make the register's file anew, and the file with the secret; only their owner reads them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = register_of(folder, office)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_TABLES)
        database.execute("INSERT INTO town VALUES (?, ?, ?)", (town.municipality, town.mayor, town.seal))
        database.executemany(
            "INSERT INTO person VALUES (?, ?, ?, ?)",
            ((str(resident), row.resident_code, row.household, row.body()) for resident, row in rows.items()),
        )
    announce(folder, office, url="", secret=token_urlsafe(32))


def write_notified(path: Path, records: Mapping[str, Record]) -> None:
    """Write down anew what the network was told of each present resident, by 住民票コード."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM notified")
        database.executemany(
            "INSERT INTO notified VALUES (?, ?)",
            ((code, json.dumps(dict(items), ensure_ascii=False)) for code, items in records.items()),
        )


def notified(database: sqlite3.Connection) -> dict[str, Record]:
    """What the network was told of each present resident, by 住民票コード."""
    rows = database.execute("SELECT resident_code, items FROM notified")
    return {code: json.loads(items) for code, items in rows}


def register_of(folder: Path, office: str) -> Path:
    """Where an office's register stands."""
    return folder / f"{office}.sqlite"


def announced(folder: Path, office: str) -> dict[str, str]:
    """The server's address and the secret, as callers find them."""
    found: dict[str, str] = json.loads((folder / f"{office}.json").read_text("utf-8"))
    return found


def announce(folder: Path, office: str, *, url: str, secret: str) -> None:
    """Tell callers where the server is; the file is put in place whole, for they may be reading."""
    write_private(folder / f"{office}.json", {"url": url, "secret": secret})


def write_private(path: Path, values: Mapping[str, str]) -> None:
    """Put a file in place whole that only its owner reads."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(dict(values), file)
    fresh.replace(path)


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The register for reading, for one call."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        yield database


def town(database: sqlite3.Connection) -> Town:
    """The town itself."""
    return Town(*database.execute("SELECT municipality, mayor, seal FROM town").fetchone())


def household_of(
    database: sqlite3.Connection, *, resident: str = "", resident_code: str = ""
) -> tuple[CopyRow | None, list[CopyRow]]:
    """A person's own row, and the present rows of the household in the order of a 住民票."""
    found = database.execute(
        "SELECT household, body FROM person WHERE resident = ? OR resident_code = ?", (resident, resident_code)
    ).fetchall()
    if len(found) != 1:
        return None, []
    household, body = found[0]
    rows = [CopyRow.from_body(each) for (each,) in database.execute(
        "SELECT body FROM person WHERE household = ?", (household,)
    )]  # fmt: skip
    present = [row for row in rows if not row.removed_on]
    return CopyRow.from_body(body), sorted(present, key=lambda row: (_PLACES[row.relation], row.birth_date, row.number))
