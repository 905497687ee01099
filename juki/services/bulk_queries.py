"""一括照会: a file of persons, answered row for row by one join in the database (J4)."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from jlis.kernel import copying, csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.csv_rows import Columns, Reject
from jlis.kernel.domain.folding import address_key
from jlis.kernel.domain.subject_sets import SubjectSpool
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, scope
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.jobs.running import Run
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.domain.bulk_queries import (
    ANSWER_HEADINGS,
    COLUMN_LABELS,
    COLUMNS,
    RESULT_LABELS,
    Asked,
    BulkQuery,
    Result,
    Way,
    read_query,
    read_row,
)
from juki.domain.items import LABELS
from juki.selectors import affairs, protections
from juki.services import result_files
from juki.services.result_files import ResultFile
from juki.sql import bulk_abroad as abroad
from juki.sql import bulk_query as statements
from juki.sql.extract import COLUMNS as ITEM_COLUMNS

KIND = "juki.bulk_query"
_FILE = Columns(COLUMNS, (), COLUMN_LABELS)
_IDS_AT_ONCE = 20_000


def request(*, path: Path, document: dict[str, Any], by: Actor, at: Moment) -> Job:
    """Ask about the persons of a file; the job's result has a line for each of its rows, in their order.

    A row at fault is answered as such and stops no other. Raises `Invalid` for a faulty request or heading, `Forbidden`
    for an affair or an item that the law does not give.
    """
    by.must("juki.query_bulk")
    wanted = read_query(document)
    affair = affairs.require(wanted.purpose, organisation=by.organisation, day=at.day)
    affairs.require_fields(affair, list(wanted.fields))
    with path.open("rb") as file:
        csv_rows.check_heading(file, _FILE)
    return jobs.submit(
        kind=KIND,
        by=by,
        at=at,
        purpose=wanted.purpose,
        parameters={
            "request": wanted.document(),
            "number_allowed": affair.number_allowed,
            "shown": [
                ["事務区分", f"{affair.code}　{affair.description}"],
                ["提供を受ける項目", "、".join(LABELS[field] for field in wanted.fields)],
                ["文字コード", wanted.encoding.value],
            ],
        },
        received=path,
    )


def answer(run: Run) -> None:
    """The job's work: COPY in, the join under the asking body's own role, COPY out, the audit."""
    wanted = read_query(run.parameters["request"])
    target = run.folder() / "result.csv"
    day = Moment.of(run.job.started_at or run.job.created_at).day
    with (
        closing(_result_file(wanted, target)) as file,
        SubjectSpool(run.folder() / "subjects.tmp") as subjects,
        transaction.atomic(),
        scope(run.scope.for_purpose(wanted.purpose)),
    ):
        by_law = protections.gives_by_law(wanted.purpose, organisation=run.actor.organisation, day=day)
        rows = _stage(run)
        counts = _join(day)
        items = statements.items(
            [ITEM_COLUMNS.get(field, field) for field in wanted.fields],
            marker=result_files.MARKER.decode(),
            by_law=by_law,
        )
        statement = statements.ANSWERS.format(items=items)
        for batch in result_files.batches(statement, run.folder(), with_numbers=wanted.wants_number):
            file.write(batch)
            run.progress(file.rows, rows)
        _gather(subjects)
        run.progress(rows, rows, at_once=True)
        persons = audit.record_parts(
            subjects.parts(),
            action="juki.provided",
            by=run.actor,
            purpose=wanted.purpose,
            detail={
                "method": "BULK",
                "job": str(run.job.pk),
                "fields": sorted(wanted.fields),
                "count": subjects.added,
                "asked": rows,
            },
        )
    run.summary = {
        "rows": rows,
        "persons": persons,
        "results": counts,
        "substitutions": len(file.substitutions),
        "shown": [
            ["照会した行", f"{rows:,}"],
            *([RESULT_LABELS[Result(name)], f"{count:,}"] for name, count in counts.items()),
            ["置き換えた文字", f"{len(file.substitutions):,}"],
        ],
    }
    result_files.attach(run, file, target, name=f"bulk-query-{run.job.pk}", by_law=by_law)


def _result_file(wanted: BulkQuery, target: Path) -> ResultFile:
    headings = [*ANSWER_HEADINGS, *(LABELS[field] for field in wanted.fields)]
    return ResultFile(target, headings=headings, encoding=wanted.encoding)


def _stage(run: Run) -> int:
    """Every row of the file into the temporary table, faulty ones with their fault; returns how many there are."""
    with connection.cursor() as cursor:
        cursor.execute(statements.STAGING)
    rows = 0
    rejects: list[Reject] = []
    with run.asked_file().open("rb") as file:
        for batch in csv_rows.batches(file, _FILE, rejects):
            rows += _copy_in(_lines(batch, bool(run.parameters["number_allowed"])))
            run.progress(0)
    rows += _copy_in((reject.line, "", reject.reason, None, b"") for reject in rejects)
    return rows


def _lines(
    batch: list[tuple[int, dict[str, str]]], number_allowed: bool
) -> Iterator[tuple[int, str, str, Asked | None, bytes]]:
    read = [(line, row, read_row(row, number_allowed=number_allowed)) for line, row in batch]
    numbers = [asked.individual_number for _, _, asked in read if isinstance(asked, Asked)]
    indexes = iter(sealing.index_many([number.encode() for number in numbers if number]))
    for line, row, asked in read:
        if isinstance(asked, str):
            yield line, row.get("key", ""), asked, None, b""
        else:
            yield line, row.get("key", ""), "", asked, next(indexes) if asked.individual_number else b""


def _copy_in(lines: Iterator[tuple[int, str, str, Asked | None, bytes]]) -> int:
    written = [
        "\t".join([_escaped(cell) for cell in (str(line), key, fault, *_cells(asked, index))])
        for line, key, fault, asked, index in lines
    ]
    with connection.cursor() as cursor, cursor.cursor.copy(statements.COPY_IN) as copy:
        copy.write("".join(f"{line}\n" for line in written))
    return len(written)


def _cells(asked: Asked | None, index: bytes) -> tuple[str | None, ...]:
    if asked is None:
        return "", "", None, "", "", "", "", "{}", "{}", None, None
    return (
        asked.way.value, asked.resident_code, f"\\x{index.hex()}" if index else None, asked.name_key, asked.kana_key,
        asked.sex, asked.address_key, f"{{{','.join(asked.births)}}}", f"{{{','.join(asked.starts)}}}",
        asked.born_from or None, asked.born_to or None,
    )  # fmt: skip


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(cell: str | None) -> str:
    """A cell of COPY's text form."""
    return r"\N" if cell is None else cell.translate(_ESCAPES)


def _join(day: date) -> dict[str, int]:
    """Find everybody, and settle what each row is answered; how many of each."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE asked")
        cursor.execute("SELECT DISTINCT way FROM asked WHERE way <> ''")
        ways = {Way(way) for (way,) in cursor.fetchall()}
        if Way.NUMBER in ways:
            with scope(NUMBERS):
                cursor.execute(statements.NUMBERED)
            cursor.execute("ANALYZE numbered")
        for way in ways:
            cursor.execute(statements.FOUND[way], {"present_on": day})
        cursor.execute("ANALYZE found")
        _look_abroad(cursor, ways, day)
        cursor.execute(statements.ANSWERED)
        cursor.execute(statements.COUNTS)
        counted = dict(cursor.fetchall())
    return {result.value: counted[result] for result in Result if result in counted}


def _look_abroad(cursor: CursorWrapper, ways: set[Way], day: date) -> None:
    """Those whom nobody found in Japan, and whom a 附票 in sight has kept since they left."""
    for way in ways:
        cursor.execute(abroad.FOUND[way])
    with scope(REGISTRY):
        cursor.execute(abroad.STAYED, {"day": day})
    cursor.execute(abroad.ADDRESSES)
    elsewhere = [(line, who) for line, who, asked, kept in cursor.fetchall() if not address_key(kept).startswith(asked)]
    if elsewhere:
        cursor.execute(abroad.ELSEWHERE, [list(part) for part in zip(*elsewhere, strict=True)])


def _gather(subjects: SubjectSpool) -> None:
    """Whom the answers concern, each once."""
    for lines in copying.batches(statements.SUBJECTS, _IDS_AT_ONCE):
        subjects.add(bytes.fromhex(b"".join(lines).replace(b"-", b"").replace(b"\n", b"").decode("ascii")))
