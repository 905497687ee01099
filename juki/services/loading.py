"""A municipality's first load: a CSV of its whole register, through COPY, in one transaction.

Good rows are loaded and faulty ones refused with line, column and reason; a file whose heading is at fault is refused
whole. The rows go to a temporary table first, since COPY into a table under row-level security is refused.
"""

import csv
import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.db import connection

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain import cp932
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import FieldError, Forbidden, Invalid, NotFound, TooLarge
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, acting, scope
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox import publishing
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.domain.changes import ChangeClass, reason_of
from juki.domain.notices import CHOICES, LABELS, LENGTHS, REQUIRED_FOR_ENTRY
from juki.events import ResidentsLoaded
from juki.services import codes, numbers
from juki.services.applying import PURPOSE
from juki.services.versions import search_keys
from juki.sql import load as statements

COLUMNS = (
    "resident_code", "name", "name_kana", "kana_source", "former_surname", "former_surname_kana", "alias", "address",
    "birth_date", "sex", "resident_class", "reason", "changed_on", "municipality",
)  # fmt: skip
DEFAULT_REASON = "R06"
ROWS_AT_ONCE = 10_000
RESIDENTS_PER_ENTRY = 50_000
LONGEST_LINE = 8_000
# Twice the register of the largest office at its longest lines; anything larger is another file.
LARGEST_FILE = 2 << 30
_SAMPLE = 1 << 20
_BY_LABEL = {LABELS[name]: name for name in COLUMNS}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Reject:
    """A refused row: its line in the file, the column at fault, the reason."""

    line: int
    column: str
    reason: str


@dataclass
class Loaded:
    """What a load did."""

    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were refused; one row may have several faults."""
        return len({reject.line for reject in self.rejects})


def load_file(
    *,
    path: Path,
    office: str,
    by: Actor,
    at: Moment,
    on_progress: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """Load a register. Rows that name no day take `at.day`, no reason 職権記載; no code one from the office's lot.

    Raises `Invalid` for an unreadable heading or no rows, `TooLarge`, `Forbidden` for an office not the actor's.
    """
    by.must("juki.load")
    with acting(REGISTRY):
        tenant = municipalities.tenant_of(municipalities.office(office, on=at.day).code)
    if by.organisation not in (tenant.office, tenant.municipality):
        raise Forbidden("other_office", "ほかの市区町村の住民は登録できません。", field="municipality")
    if path.stat().st_size > LARGEST_FILE:
        raise TooLarge("file_too_large", f"ファイルが大きすぎます（{LARGEST_FILE >> 20:,}MBまで）。")
    loaded = Loaded()
    with path.open("rb") as file, acting(REGISTRY):
        lines = _decoded(file, loaded.rejects)
        columns = _heading(lines)
        with connection.cursor() as cursor:
            cursor.execute(statements.STAGING)
        reader = _RowReader(columns, tenant.office, at.day)
        residents: list[UUID] = []
        for batch in _batches(lines):
            rows = reader.read(batch, loaded.rejects)
            residents += _stage(rows, tenant.office, at, reader.seen)
            on_progress(len(residents))
        if not residents and not loaded.rejects:
            raise Invalid.of([FieldError("", "no_rows", "見出しの後に行がありません。", 1)])
        with connection.cursor() as cursor:
            cursor.execute(statements.TAKEN_CODES)
            taken = cursor.fetchall()
            loaded.rejects += [Reject(line, "resident_code", "この住民票コードは登録済みです。") for line, _ in taken]
            refused = {resident for _, resident in taken}
            residents = [resident for resident in residents if resident not in refused]
            scalars: dict[str, int | str | datetime] = {
                "prefecture": tenant.prefecture,
                "municipality": tenant.municipality,
                "office": tenant.office,
                "at": at.instant,
            }
            for statement in statements.INSERTS:
                cursor.execute(statement, scalars)
            with scope(NUMBERS):
                cursor.execute(statements.NUMBERS, {"on": at.day})
            cursor.execute("DROP TABLE staging")
        _tell(residents, tenant, by, at)
        loaded.rows = len(residents)
    loaded.rejects.sort(key=lambda reject: reject.line)
    return loaded


def _tell(residents: Sequence[UUID], tenant: municipalities.Tenant, by: Actor, at: Moment) -> None:
    for start in range(0, len(residents), RESIDENTS_PER_ENTRY):
        some = residents[start : start + RESIDENTS_PER_ENTRY]
        load = uuid7(at.instant)
        detail = {"office": tenant.office, "load": str(load), "count": len(some)}
        audit.record(action="juki.loaded", by=by, purpose=PURPOSE, subjects=some, detail=detail)
        publishing.publish(
            ResidentsLoaded(
                subject=load,
                subjects=tuple(some),
                prefecture=tenant.prefecture,
                municipality=tenant.municipality,
                office=tenant.office,
            )
        )


def _decoded(file: BinaryIO, rejects: list[Reject]) -> Iterator[tuple[int, str]]:
    """The file's lines in UTF-8 or, where most of its first lines beyond ASCII are not, in CP932."""
    is_cp932 = _is_cp932(file)
    for number, raw in enumerate(_lines(file), start=1):
        line = raw.rstrip(b"\r\n")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > LONGEST_LINE:
            rejects.append(Reject(number, "", f"1行が長すぎます（{LONGEST_LINE:,}バイトまで）。"))
            continue
        try:
            yield number, cp932.decode(line) if is_cp932 else line.decode("utf-8")
        except UnicodeDecodeError as error:
            why = f"{error.start + 1}バイト目が UTF-8 として読めません。"
            rejects.append(Reject(number, "", why))
        except cp932.BrokenText as error:
            rejects.append(Reject(number, "", f"{error}。"))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; the rest of one that has no end in sight is passed over, never held."""
    while line := file.readline(LONGEST_LINE + 5):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_SAMPLE)
        yield line


def _is_cp932(file: BinaryIO) -> bool:
    # By many lines, not by the first: one broken byte must not turn a whole register into other characters.
    beyond = [line for line in file.read(_SAMPLE).split(b"\n") if not line.isascii()]
    file.seek(0)
    return sum(map(_is_utf8, beyond)) * 2 < len(beyond)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _heading(lines: Iterator[tuple[int, str]]) -> list[str]:
    first = next(lines, None)
    if first is None:
        raise Invalid.of([FieldError("", "empty_file", "ファイルが空です。", 1)])
    names = [name.strip() for name in _cells(first[1]) or [""]]
    columns = [_BY_LABEL.get(name, name) for name in names]
    errors = [
        FieldError(name[:40], "unknown_column", f"列「{name[:40]}」はありません。", 1)
        for name, column in zip(names, columns, strict=True)
        if column not in COLUMNS
    ]
    errors += [
        FieldError(column, "missing_column", f"列「{LABELS[column]}」（{column}）が必要です。", 1)
        for column in REQUIRED_FOR_ENTRY
        if column not in columns
    ]
    if len(set(columns)) != len(columns):
        errors.append(FieldError("", "duplicate_column", "同じ列が2つあります。", 1))
    if errors:
        raise Invalid.of(errors)
    return columns


def _batches(lines: Iterator[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    batch: list[tuple[int, str]] = []
    for numbered in lines:
        if numbered[1]:
            batch.append(numbered)
        if len(batch) == ROWS_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _cells(line: str) -> list[str] | None:
    """The cells of one line; None where its quotes do not close: a cell never goes on into the next line."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None


class _RowReader:
    """Turns lines into rows, and tells of each what is wrong with it."""

    def __init__(self, columns: list[str], office: str, today: date):
        self.columns = columns
        self.office = office
        self.today = today
        self.seen: set[str] = set()

    def read(self, batch: list[tuple[int, str]], rejects: list[Reject]) -> list[dict[str, str]]:
        """The good rows of a batch."""
        rows = []
        width = len(self.columns)
        for number, line in batch:
            cells = _cells(line)
            if cells is None:
                rejects.append(Reject(number, "", '引用符（"）の使い方に誤りがあります。'))
                continue
            if len(cells) != width:
                rejects.append(Reject(number, "", f"列の数が見出しと違います（{len(cells)}列、見出しは{width}列）。"))
                continue
            row = dict(zip(self.columns, cells, strict=True))
            faults = self._faults(row)
            if faults:
                rejects += [Reject(number, column, reason) for column, reason in faults]
                continue
            row["line"] = str(number)
            rows.append(row)
        return rows

    def _faults(self, row: dict[str, str]) -> list[tuple[str, str]]:
        faults = [(name, f"{LABELS[name]}は必須です。") for name in REQUIRED_FOR_ENTRY if not row[name].strip()]
        if faults:
            return faults
        for name, value in row.items():
            if _CONTROL.search(value):
                faults.append((name, f"{LABELS[name]}に制御文字が含まれています。"))
            elif len(value) > LENGTHS.get(name, 40):
                faults.append((name, f"{LABELS[name]}は{LENGTHS.get(name, 40)}文字までです。"))
        for name, allowed in CHOICES.items():
            if row.get(name) and row[name] not in allowed:
                faults.append((name, f"{LABELS[name]}は{'・'.join(allowed)}のいずれかです。"))
        if row.get("municipality", "") not in ("", self.office):
            faults.append(("municipality", _town_fault(row["municipality"])))
        faults += self._code_faults(row.get("resident_code", ""))
        return faults or self._date_faults(row)

    def _code_faults(self, code: str) -> list[tuple[str, str]]:
        if not code:
            return []
        if why := ResidentRecordCode.fault(code):
            return [("resident_code", f"{why}。")]
        if code in self.seen:
            return [("resident_code", "同じ住民票コードが前の行にもあります。")]
        self.seen.add(code)
        return []

    def _date_faults(self, row: dict[str, str]) -> list[tuple[str, str]]:
        reason_fault = _entry_reason_fault(row.get("reason", ""))
        if reason_fault:
            return [("reason", reason_fault)]
        born, why = _birth(row["birth_date"])
        if born is None:
            return [("birth_date", why)]
        changed, why = _day(row.get("changed_on", ""), self.today)
        if changed is None:
            return [("changed_on", why)]
        if born > self.today:
            return [("birth_date", "生年月日に未来の日付は使えません。")]
        if changed > self.today:
            return [("changed_on", "異動年月日に未来の日付は使えません。")]
        if changed < born:
            return [("changed_on", "異動年月日が生年月日より前です。")]
        row["birth_from"], row["changed_on"] = born.isoformat(), changed.isoformat()
        return []


def _town_fault(code: str) -> str:
    try:
        return f"{municipalities.municipality(code).name}の行です。"
    except NotFound as error:
        return error.message


@lru_cache(maxsize=100_000)
def _birth(text: str) -> tuple[date | None, str]:
    try:
        return PartialDate.from_iso(text).earliest(), ""
    except DateError as error:
        return None, f"{error}。"


@lru_cache(maxsize=20_000)
def _day(text: str, today: date) -> tuple[date | None, str]:
    try:
        return (PartialDate.day_from_iso(text) if text else today), ""
    except DateError:
        return None, "実在する日を YYYY-MM-DD で指定してください。"


@lru_cache(maxsize=100)
def _entry_reason_fault(code: str) -> str:
    if not code:
        return ""
    try:
        return "" if reason_of(code).kind is ChangeClass.ENTRY else "初期登録の異動事由は記載の事由に限ります。"
    except ValueError as error:
        return str(error)


def _stage(rows: list[dict[str, str]], office: str, at: Moment, seen: set[str]) -> list[UUID]:
    if not rows:
        return []
    without = [row for row in rows if not row.get("resident_code")]
    for row, code in zip(without, _drawn(office, len(without), seen), strict=True):
        row["resident_code"] = code
    residents = _new_ids(len(rows), at)
    fresh = [number.encode() for number in numbers.fresh(len(rows))]
    sealed = sealing.seal_many(fresh, [resident.bytes for resident in residents])
    indexes = sealing.index_many(fresh)
    text = io.StringIO()
    for row, resident, value, index in zip(rows, residents, sealed, indexes, strict=True):
        cells = (
            row["line"], str(resident), row["resident_code"], row["name"], row["name_kana"],
            row.get("kana_source") or "NOTIFIED", row.get("former_surname", ""), row.get("former_surname_kana", ""),
            row.get("alias", ""), row["address"], row["birth_date"], row["birth_from"], row["sex"],
            row["resident_class"], row.get("reason") or DEFAULT_REASON, row["changed_on"],
            *search_keys(row["name"], row["name_kana"], row["address"]),
        )  # fmt: skip
        # COPY's text form: no cell holds a tab or a line break, so the backslash alone needs escaping.
        text.write("\t".join(cells).replace("\\", "\\\\"))
        text.write(f"\t\\\\x{value.hex()}\t\\\\x{index.hex()}\n")
    with connection.cursor() as cursor, cursor.cursor.copy("COPY staging FROM STDIN") as copy:
        copy.write(text.getvalue())
    return residents


def _drawn(office: str, count: int, seen: set[str]) -> list[str]:
    """Codes of the lot that no other row of the file bears: the town may have given some of them already."""
    drawn: list[str] = []
    while len(drawn) < count:
        drawn += [code for code in codes.draw(office=office, count=count - len(drawn)) if code not in seen]
    seen.update(drawn)
    return drawn


def _new_ids(count: int, at: Moment) -> list[UUID]:
    """Time-ordered identifiers for many residents at once, from one read of the system's randomness."""
    milliseconds = int(at.instant.astimezone(UTC).timestamp() * 1000)
    noise = os.urandom(10 * count)
    high = milliseconds << 80 | 0x7 << 76
    return [
        UUID(int=high | (value >> 66 & 0xFFF) << 64 | 0b10 << 62 | value & ((1 << 62) - 1))
        for value in (int.from_bytes(noise[place : place + 10]) for place in range(0, len(noise), 10))
    ]


def write_rejects(rejects: Sequence[Reject], path: Path) -> None:
    """The refused rows as CSV: line, column, reason."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["行", "列", "理由"])
        writer.writerows((reject.line, reject.column, reject.reason) for reject in rejects)
