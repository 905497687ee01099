"""Loading of the carried reference data: whole files, each in one statement, passed over where nothing has changed."""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Model

from jlis.kernel.domain.folding import address_key, kana_key
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import (
    Municipality,
    MunicipalitySuccession,
    Organisation,
    Postcode,
    Prefecture,
    ReferenceSet,
    Town,
)
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment

DATA = Path(__file__).parents[1] / "data"
Row = dict[str, str]


@dataclass(frozen=True)
class Loaded:
    """What became of one file: `rows` in it, and whether it had to be read."""

    name: str
    rows: int
    changed: bool


@dataclass(frozen=True)
class Source:
    """One file, the table it fills, the columns that identify a row there, and how a line becomes a row."""

    file: str
    model: type[Model]
    key: tuple[str, ...]
    columns: tuple[str, ...]
    values: Callable[[Row], Sequence[object]]
    wanted: Callable[[Row], bool] = lambda row: True
    version: int = 1


def load(*, at: Moment, force: bool = False, report: Callable[[str], None] = lambda _: None) -> list[Loaded]:
    """Bring the masters to the state of the carried files. Rows that no file names are left: others may use them.

    Runs as the owner of the tables. Takes some seconds the first time and milliseconds when nothing has changed.
    """
    with transaction.atomic():
        loaded = []
        for source in SOURCES:
            loaded.append(_load(source, at, force))
            unchanged = "" if loaded[-1].changed else "（変更なし）"
            report(f"{source.model._meta.verbose_name} {loaded[-1].rows:,}件（{source.file}）{unchanged}")
    municipalities.forget()
    return loaded


def _load(source: Source, at: Moment, force: bool) -> Loaded:
    content = (DATA / source.file).read_bytes()
    digest = hashlib.sha256(content + bytes([source.version])).hexdigest()
    name = f"{source.file}:{source.model._meta.model_name}"
    known = ReferenceSet.objects.filter(name=name).first()
    if known and known.digest == digest and not force:
        return Loaded(name, known.rows, changed=False)
    rows = [source.values(row) for row in _lines(source.file, content) if source.wanted(row)]
    _copy(source, rows)
    ReferenceSet.objects.update_or_create(
        name=name, defaults={"digest": digest, "rows": len(rows), "loaded_at": at.instant}
    )
    return Loaded(name, len(rows), changed=True)


def _lines(file: str, content: bytes) -> Iterable[Row]:
    text = (gzip.decompress(content) if file.endswith(".gz") else content).decode("utf-8")
    return csv.DictReader(io.StringIO(text))


def _copy(source: Source, rows: Iterable[Sequence[object]]) -> None:
    """COPY into a staging table, then one INSERT … ON CONFLICT: 125,000 postcodes in about a second."""
    table, columns = source.model._meta.db_table, ", ".join(source.columns)
    rest = [column for column in source.columns if column not in source.key]
    update = ", ".join(f"{column} = excluded.{column}" for column in rest)
    action = f"UPDATE SET {update}" if rest else "NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE staging ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608
        )
        with cursor.copy(f"COPY staging ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM staging"  # noqa: S608
            f" ON CONFLICT ({', '.join(source.key)}) DO {action}"
        )
        cursor.execute("DROP TABLE staging")


def _day(text: str) -> str | None:
    return text or None


def _place(row: Row) -> Sequence[object]:
    return (
        row["code"],
        int(row["code"][:2]),
        row["city"] or None,
        row["kind"],
        row["name"],
        row["official_name"],
        row["kana"],
        row["county"],
        _day(row["valid_from"]),
        _day(row["valid_to"]),
    )


LOCAL_BODIES = {"DESIGNATED_CITY": OrganisationKind.CITY, "WARD": OrganisationKind.WARD}


def _local_body(row: Row) -> Sequence[object]:
    kind = LOCAL_BODIES.get(row["kind"], OrganisationKind.MUNICIPALITY)
    return (
        row["code"],
        kind.value,
        row["official_name"],
        row["kana"],
        int(row["code"][:2]),
        row["code"],
        _day(row["valid_from"]),
        _day(row["valid_to"]),
    )


def _town(row: Row) -> Sequence[object]:
    return (
        row["office"],
        row["town_code"],
        row["oaza"],
        row["oaza_kana"],
        row["chome"],
        row["chome_kana"],
        {"1": True, "0": False}.get(row["residential_indication"]),
        row["postcode"],
        address_key(row["oaza"] + row["chome"]),
        kana_key(row["oaza_kana"] + row["chome_kana"]),
    )


BODY_COLUMNS = ("code", "kind", "name", "kana", "prefecture_id", "municipality_id", "valid_from", "valid_to")

SOURCES = (
    Source(
        "prefectures.csv",
        Prefecture,
        ("number",),
        ("number", "code", "name", "kana"),
        lambda row: (int(row["number"]), row["code"], row["name"], row["kana"]),
    ),
    Source(
        "municipalities.csv",
        Municipality,
        ("code",),
        (
            *("code", "prefecture_id", "city_id", "kind", "name", "official_name", "kana", "county"),
            *("valid_from", "valid_to"),
        ),
        _place,
    ),
    Source(
        "successions.csv",
        MunicipalitySuccession,
        ("former_id", "successor_id"),
        ("former_id", "successor_id", "effective_on", "note"),
        lambda row: (row["former"], row["successor"], row["effective_on"], row["note"]),
    ),
    Source(
        "prefectures.csv",
        Organisation,
        ("code",),
        BODY_COLUMNS,
        lambda row: (row["code"], "PREFECTURE", row["name"], row["kana"], int(row["number"]), None, None, None),
    ),
    Source(
        "municipalities.csv",
        Organisation,
        ("code",),
        BODY_COLUMNS,
        _local_body,
        # The six northern villages have a code and no office.
        wanted=lambda row: row["kind"] != "NORTHERN_VILLAGE",
    ),
    Source(
        "bodies.csv",
        Organisation,
        ("code",),
        BODY_COLUMNS,
        lambda row: (row["code"], row["kind"], row["name"], row["kana"], None, None, None, None),
    ),
    Source(
        "towns.csv.gz",
        Town,
        ("office_id", "town_code", "oaza", "chome"),
        (
            *("office_id", "town_code", "oaza", "oaza_kana", "chome", "chome_kana"),
            *("residential_indication", "postcode", "search_key", "kana_key"),
        ),
        _town,
    ),
    Source(
        "postcodes.csv.gz",
        Postcode,
        ("postcode", "office_id", "town", "town_kana"),
        ("postcode", "office_id", "town", "town_kana"),
        lambda row: (row["postcode"], row["office"], row["town"], row["town_kana"]),
    ),
)
"""In the order of the references between them. `version` is raised when a file's reading changes, not its content."""
