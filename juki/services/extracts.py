"""都道府県の一括抽出: asked for, approved by a second person, drawn by COPY, fetched under audit (J5)."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain import cp932
from jlis.kernel.domain.eras import format_era
from jlis.kernel.domain.subject_sets import SubjectSet
from jlis.kernel.errors import FieldError, Forbidden, Invalid
from jlis.kernel.isolation.scope import scope
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.jobs.running import Run
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.extracts import NONE, TARGET_LABELS, WHO_LABELS, Encoding, ExtractRequest, Target, Who, read_request
from juki.domain.items import LABELS
from juki.models import Affair
from juki.selectors import affairs
from juki.services import numbers
from juki.sql import extract as statements

KIND = "juki.extract"
_ID_WIDTH = 39  # `"<uuid>",` at the head of each line
_ROWS_AT_ONCE = 5000


def request(*, document: Any, by: Actor, at: Moment) -> Job:
    """Ask for an extract; a second person of the prefecture approves it before it runs.

    Raises `Invalid` for a faulty request, `Forbidden` for an affair or an item that the law does not give.
    """
    by.must("juki.extract")
    wanted = read_request(document)
    _authorise(wanted, by, at)
    _offices(wanted, by, at)
    return jobs.submit(
        kind=KIND,
        by=by,
        at=at,
        purpose=wanted.affair,
        parameters={"request": wanted.document(), "shown": describe(wanted)},
        needs_approval=True,
    )


def describe(wanted: ExtractRequest) -> list[list[str]]:
    """The request in the words of the screen, for approver and requester alike."""
    first, last = format_era(wanted.from_on), format_era(wanted.to_on)
    period = f"{first}から{last}まで" if wanted.who != Who.RESIDENT_ON else last
    shown = [
        ["事務区分", _affair_label(wanted.affair)],
        ["個人番号提供事務区分", _affair_label(wanted.number_affair)],
        ["条例事務区分", _affair_label(wanted.ordinance_affair)],
        ["抽出対象", TARGET_LABELS[wanted.target]],
        ["抽出条件", f"{WHO_LABELS[wanted.who]}（{period}）"],
        ["市区町村", "、".join(wanted.municipalities) or "都道府県全域"],
        ["抽出項目", "、".join(LABELS[item] for item in wanted.items)],
        ["文字コード", wanted.encoding.value],
    ]
    if wanted.born_from or wanted.born_to:
        born = [format_era(day) if day else "" for day in (wanted.born_from, wanted.born_to)]
        shown.append(["生年月日", "～".join(born)])
    for label, value in (
        ("性別", wanted.sex),
        ("住民区分", wanted.resident_class),
        ("異動事由", "、".join(wanted.reasons)),
    ):
        if value:
            shown.append([label, value])
    return shown


def _affair_label(code: str) -> str:
    if code == NONE:
        return "使わない"
    affair = Affair.objects.filter(code=code).order_by("-valid_from").first()
    return f"{code}　{affair.description}" if affair else code


def draw(run: Run) -> None:
    """The job's work: COPY under the prefecture's own role, then the file in the wanted encoding, then the audit."""
    wanted = read_request(run.parameters["request"])
    folder = run.folder()
    target = folder / "result.csv"
    with (
        closing(_Writer(wanted, target)) as writer,
        transaction.atomic(),
        scope(run.scope.for_purpose(wanted.affair)),
    ):
        batches = _through_file(wanted, run, folder) if wanted.wants_number else _copied(wanted, run)
        for batch in batches:
            writer.write([line[1:37] for line in batch], _cells(wanted, batch))
            run.progress(writer.rows)
        # The last chance to stop: who is written down below as delivered will be delivered.
        run.progress(writer.rows, writer.rows, at_once=True)
        audit.record(
            action="juki.extracted",
            by=run.actor,
            purpose=wanted.affair,
            subjects=writer.residents,
            detail={
                "method": "BULK",
                "job": str(run.job.pk),
                "fields": list(wanted.items),
                "number_affair": wanted.number_affair,
                "ordinance_affair": wanted.ordinance_affair,
                "count": writer.rows,
            },
        )
    run.summary = {
        "rows": writer.rows,
        "persons": len(writer.residents),
        "substitutions": len(writer.substitutions),
        "shown": [
            ["行数", f"{writer.rows:,}"],
            ["人数", f"{len(writer.residents):,}"],
            ["置き換えた文字", f"{len(writer.substitutions):,}"],
        ],
    }
    if writer.substitutions:
        report = folder / "substitutions.csv"
        _write_substitutions(writer.substitutions, report)
        run.attach_report(report, filename=f"extract-{run.job.pk}-substitutions.csv")
    run.attach(target, filename=f"extract-{run.job.pk}.csv", content_type=f"text/csv; charset={_charset(wanted)}")


def _write_substitutions(substitutions: list[tuple[int, str, str]], path: Path) -> None:
    """Which character on which row was written as which: nobody is dropped, and nothing changes in silence."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["行", "元の文字", "符号位置", "置き換えた文字"])
        for row, character, substitute in substitutions:
            points = " ".join(f"U+{ord(each):04X}" for each in character)
            writer.writerow([row, character, points, substitute])


def _charset(wanted: ExtractRequest) -> str:
    return "Shift_JIS" if wanted.encoding is Encoding.CP932 else "utf-8"


def _authorise(wanted: ExtractRequest, by: Actor, at: Moment) -> None:
    affair = affairs.require(wanted.affair, organisation=by.organisation, day=at.day)
    affairs.require_fields(affair, [item for item in wanted.items if item != "individual_number"])
    for code in (wanted.ordinance_affair, wanted.number_affair):
        if code != NONE:
            affairs.require(code, organisation=by.organisation, day=at.day)
    if wanted.wants_number:
        numbered = affairs.require(wanted.number_affair, organisation=by.organisation, day=at.day)
        affairs.require_fields(numbered, ["individual_number"])


def _offices(wanted: ExtractRequest, by: Actor, at: Moment) -> list[str]:
    """The offices that the request names: a designated city's code selects its wards. Empty: the whole prefecture."""
    named: list[str] = []
    for code in wanted.municipalities:
        found = [office.code for office in municipalities.offices_at(at.day, within=code)]
        if not found:
            message = f"団体コード {code} の市区町村はありません。"
            raise Invalid.of([FieldError("municipalities", "unknown_municipality", message)])
        if any(office[:2] != by.organisation[:2] for office in found):
            raise Forbidden("other_prefecture", "ほかの都道府県の市区町村は抽出できません。", field="municipalities")
        named += found
    return sorted(set(named))


def _copied(wanted: ExtractRequest, run: Run) -> Iterator[list[bytes]]:
    """The query's lines as COPY gives them, in batches: the resident's id first, then the cells."""
    statement = statements.STATEMENT.format(
        items=_select_list(wanted), conditions=sql.SQL(" AND ").join(_conditions(wanted, run))
    )
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        rows = iter(copy)
        while batch := [bytes(row) for row in islice(rows, _ROWS_AT_ONCE)]:
            yield batch


def _through_file(wanted: ExtractRequest, run: Run, folder: Path) -> Iterator[list[bytes]]:
    """The same by way of a file: numbers are asked for on this connection, which COPY would keep busy."""
    raw = folder / "rows.tmp"
    with raw.open("wb") as file:
        for batch in _copied(wanted, run):
            file.writelines(batch)
    with raw.open("rb") as file:
        while batch := list(islice(file, _ROWS_AT_ONCE)):
            yield batch
    raw.unlink()


def _cells(wanted: ExtractRequest, batch: list[bytes]) -> list[bytes]:
    """What goes into the file: the lines without the id, with the number at its place where it was asked for."""
    rows = [line[_ID_WIDTH:-1] for line in batch]
    if not wanted.wants_number:
        return rows
    return _insert_numbers([line[1:37] for line in batch], rows, wanted.items.index("individual_number"))


def _select_list(wanted: ExtractRequest) -> sql.Composable:
    columns = [sql.Identifier("resident")]
    columns += [sql.Identifier(statements.COLUMNS[item]) for item in wanted.items if item != "individual_number"]
    return sql.SQL(", ").join(columns)


def _conditions(wanted: ExtractRequest, run: Run) -> Iterator[sql.Composable]:
    # The policy says the same; said here as well, the planner prunes the other partitions at once.
    yield sql.SQL("prefecture = {}").format(sql.Literal(int(run.actor.organisation[:2])))
    yield sql.SQL("superseded_at IS NULL")
    yield from _period(wanted)
    offices = _offices(wanted, run.actor, Moment.of(run.job.created_at))
    if offices:
        yield sql.SQL("office = ANY({})").format(sql.Literal(offices))
    if wanted.born_from:
        yield sql.SQL("birth_from >= {}").format(sql.Literal(wanted.born_from))
    if wanted.born_to:
        yield sql.SQL("birth_from <= {}").format(sql.Literal(wanted.born_to))
    if wanted.sex:
        yield sql.SQL("sex = {}").format(sql.Literal(wanted.sex))
    if wanted.resident_class:
        yield sql.SQL("resident_class = {}").format(sql.Literal(wanted.resident_class))
    if wanted.reasons:
        yield sql.SQL("change_reason = ANY({})").format(sql.Literal(list(wanted.reasons)))


def _period(wanted: ExtractRequest) -> Iterator[sql.Composable]:
    first, last = sql.Literal(wanted.from_on), sql.Literal(wanted.to_on)
    if wanted.who is Who.REMOVED_DURING:
        yield sql.SQL("state = 'REMOVED' AND changed_on BETWEEN {} AND {}").format(first, last)
        return
    # The latest only: one line a person, the version in force at the period's end (or on the base date).
    since = last if wanted.target is Target.LATEST else first
    in_force = sql.SQL("state = 'CURRENT' AND valid_from <= {} AND (valid_to IS NULL OR valid_to > {})")
    yield in_force.format(last, since)


def _insert_numbers(residents: list[bytes], rows: list[bytes], place: int) -> list[bytes]:
    ids = [UUID(resident.decode()) for resident in residents]
    opened = numbers.open_numbers(list(dict.fromkeys(ids)))
    written = []
    for resident, row in zip(ids, rows, strict=True):
        cells = next(csv.reader(io.StringIO(row.decode()))) if row else []
        cells.insert(place, opened.get(resident, ""))
        written.append(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in cells).encode())
    return written


class _Writer:
    """Writes the file: a heading, CRLF, all cells quoted; in CP932 with a note of each substituted character."""

    def __init__(self, wanted: ExtractRequest, path: Path):
        self.rows = 0
        self.substitutions: list[tuple[int, str, str]] = []
        self.residents = SubjectSet()
        self._is_cp932 = wanted.encoding is Encoding.CP932
        self._file = path.open("wb")
        heading = ",".join(f'"{LABELS[item]}"' for item in wanted.items)
        self._file.write(b"" if self._is_cp932 else b"\xef\xbb\xbf")
        self._put([heading.encode()], count=False)

    def write(self, residents: list[bytes], rows: list[bytes]) -> None:
        """Write a batch."""
        self.residents.add_texts(residents)
        self._put(rows)

    def _put(self, rows: list[bytes], *, count: bool = True) -> None:
        if self._is_cp932:
            rows = self._in_cp932(rows)
        self._file.write(b"\r\n".join(rows) + b"\r\n")
        self.rows += len(rows) if count else 0

    def _in_cp932(self, rows: list[bytes]) -> list[bytes]:
        whole = cp932.encode("\n".join(row.decode() for row in rows))
        if not whole.substitutions:
            return whole.data.split(b"\n")
        encoded = []
        for number, row in enumerate(rows, start=self.rows + 1):
            one = cp932.encode(row.decode())
            encoded.append(one.data)
            self.substitutions += [(number, each.character, each.substitute) for each in one.substitutions]
        return encoded

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
