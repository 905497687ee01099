"""A municipality's first load: a CSV of its whole register, through COPY, in one transaction.

Good rows are loaded and faulty ones refused with line, column and reason; a file whose heading is at fault is refused
whole. The rows go to a temporary table first, since COPY into a table under row-level security is refused.
"""

import io
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from uuid import UUID

from django.db import connection

from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.csv_rows import Columns, Loaded, Reject
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.eras import DateError
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import entropies, uuid7
from jlis.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, acting, scope
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox import publishing
from jlis.kernel.overlapping import Beside
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.domain import item_rules
from juki.domain.changes import ChangeClass, ChangeReason, reason_of
from juki.domain.item_rules import UNWRITABLE, lies_elsewhere
from juki.domain.notices import CHOICES, LABELS, LENGTHS, LONGEST_CODE, REQUIRED_FOR_ENTRY
from juki.events import ResidentsLoaded
from juki.services import codes, numbers
from juki.services.ledger import PURPOSE
from juki.services.versions import search_keys
from juki.sql import load as statements

COLUMNS = (
    "resident_code", "name", "name_kana", "kana_source", "former_surname", "former_surname_kana", "alias", "address",
    "birth_date", "sex", "resident_class", "reason", "changed_on", "municipality",
)  # fmt: skip
DEFAULT_REASON = "R06"
RESIDENTS_PER_ENTRY = 20_000
_FILE = Columns(COLUMNS, REQUIRED_FOR_ENTRY, LABELS)


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
    csv_rows.check_size(path)
    loaded = Loaded()
    with path.open("rb") as file, acting(REGISTRY), Beside() as database:
        register = _Register(tenant, by, at, database)
        reader = _RowReader(tenant.office, at.day)
        for batch in csv_rows.batches(file, _FILE, loaded.rejects):
            loaded.rows += register.take(reader.read(batch, loaded.rejects), loaded.rejects)
            on_progress(loaded.rows)
        if not loaded.rows and not loaded.rejects:
            raise Invalid.of([FieldError("", "no_rows", "見出しの後に行がありません。", 1)])
        register.finish()
    loaded.rejects.sort(key=lambda reject: reject.line)
    return loaded


class _RowReader:
    """Turns lines into rows, and tells of each what is wrong with it."""

    def __init__(self, office: str, today: date):
        self.office = office
        self.home = municipalities.address_of(office)
        self.today = today
        self._seen: set[str] = set()

    def read(self, batch: list[tuple[int, dict[str, str]]], rejects: list[Reject]) -> list[dict[str, str]]:
        """The good rows of a batch."""
        rows = []
        self._seen.clear()
        for number, row in batch:
            faults = self._faults(row)
            rejects += [Reject(number, column, reason) for column, reason in faults]
            if not faults:
                rows.append(row | {"line": str(number)})
        return rows

    def _faults(self, row: dict[str, str]) -> list[tuple[str, str]]:
        faults = [(name, f"{LABELS[name]}は必須です。") for name in REQUIRED_FOR_ENTRY if not row[name].strip()]
        if faults:
            return faults
        if UNWRITABLE.search("".join(row.values())) or max(map(len, row.values())) > LONGEST_CODE:
            faults += _text_faults(row)
        for name, allowed in CHOICES.items():
            if row.get(name) and row[name] not in allowed:
                faults.append((name, f"{LABELS[name]}は{'・'.join(allowed)}のいずれかです。"))
        if row.get("municipality", "") not in ("", self.office):
            faults.append(("municipality", _town_fault(row["municipality"])))
        if lies_elsewhere(row["address"], self.home):
            faults.append(("address", f"{self.home}の住所ではありません。"))
        faults += self._code_faults(row.get("resident_code", ""))
        return faults or self._date_faults(row) or _item_faults(row)

    def _code_faults(self, code: str) -> list[tuple[str, str]]:
        if not code:
            return []
        if why := ResidentRecordCode.fault(code):
            return [("resident_code", f"{why}。")]
        if code in self._seen:
            return [("resident_code", "同じ住民票コードが前の行にもあります。")]
        self._seen.add(code)
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


def _item_faults(row: dict[str, str]) -> list[tuple[str, str]]:
    reason = ChangeReason(row.get("reason") or DEFAULT_REASON)
    return [(field, why) for field, _, why in item_rules.faults(row, reason)]


def _text_faults(row: dict[str, str]) -> list[tuple[str, str]]:
    faults = []
    for name, value in row.items():
        if UNWRITABLE.search(value):
            faults.append((name, f"{LABELS[name]}に使えない文字（制御文字など）が含まれています。"))
        elif len(value) > LENGTHS.get(name, LONGEST_CODE):
            faults.append((name, f"{LABELS[name]}は{LENGTHS.get(name, LONGEST_CODE)}文字までです。"))
    return faults


def _town_fault(code: str) -> str:
    try:
        return f"{municipalities.municipality(code).name}の行です。"
    except NotFound as error:
        return error.message


@lru_cache(maxsize=10_000)
def _birth(text: str) -> tuple[date | None, str]:
    try:
        return PartialDate.from_iso(text).earliest(), ""
    except DateError as error:
        return None, f"{error}。"


@lru_cache(maxsize=2_000)
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


class _Register:
    """The register that a load writes: one batch is written while the next is read and prepared."""

    def __init__(self, tenant: municipalities.Tenant, by: Actor, at: Moment, database: Beside):
        self.tenant = tenant
        self.by = by
        self.at = at
        self._database = database
        self._prepared = ""
        # The codes of the batch that is prepared, and not in the table yet.
        self._unwritten: set[str] = set()
        self._untold: list[UUID] = []
        with connection.cursor() as cursor:
            cursor.execute(statements.STAGING)

    def take(self, rows: list[dict[str, str]], rejects: list[Reject]) -> int:
        """Prepare a batch, and start to write the one before it; returns how many rows it has."""
        self._database.wait()
        if len(self._untold) >= RESIDENTS_PER_ENTRY:
            self._tell()
        rows = self._coded(rows, rejects)
        fresh = numbers.fresh(len(rows))
        self._write_prepared()
        residents = [uuid7(self.at.instant, entropy=each) for each in entropies(len(rows))]
        self._prepared = _staged(rows, residents, [number.encode() for number in fresh])
        self._unwritten = {row["resident_code"] for row in rows}
        self._untold += residents
        return len(rows)

    def finish(self) -> None:
        """Write what is left."""
        self._write_prepared()
        self._database.wait()
        self._tell()
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE staging")

    def _coded(self, rows: list[dict[str, str]], rejects: list[Reject]) -> list[dict[str, str]]:
        """The rows whose code nobody bears, and those without one with a code from the office's lot."""
        told = [row["resident_code"] for row in rows if row.get("resident_code")]
        borne = codes.borne(told) | self._unwritten.intersection(told)
        why = "この住民票コードは登録済みか、前の行にあります。"
        rejects += [Reject(int(row["line"]), "resident_code", why) for row in rows if row.get("resident_code") in borne]
        rows = [row for row in rows if row.get("resident_code") not in borne]
        without = [row for row in rows if not row.get("resident_code")]
        # No code that another row of the file bears: the town may have given some of the lot already.
        drawn = codes.draw(office=self.tenant.office, count=len(without), besides=self._unwritten.union(told))
        for row, code in zip(without, drawn, strict=True):
            row["resident_code"] = code
        return rows

    def _write_prepared(self) -> None:
        if self._prepared:
            self._database.start(partial(_write, self._prepared, self.tenant, self.at))
            self._prepared = ""

    def _tell(self) -> None:
        """Record and tell of those residents who are not told of yet."""
        if not self._untold:
            return
        load = uuid7(self.at.instant)
        detail = {"office": self.tenant.office, "load": str(load), "count": len(self._untold)}
        audit.record(action="juki.loaded", by=self.by, purpose=PURPOSE, subjects=self._untold, detail=detail)
        publishing.publish(ResidentsLoaded(subject=load, subjects=tuple(self._untold), **self.tenant._asdict()))
        self._untold = []


def _write(staged: str, tenant: municipalities.Tenant, at: Moment) -> None:
    scalars: dict[str, int | str | date | datetime] = {**tenant._asdict(), "at": at.instant, "on": at.day}
    with connection.cursor() as cursor:
        with cursor.cursor.copy("COPY staging FROM STDIN") as copy:
            copy.write(staged)
        # Sent all at once: the interpreter, which the other thread keeps busy, is waited for once and not six times.
        with cursor.connection.pipeline():
            for statement in statements.INSERTS:
                cursor.execute(statement, scalars)
            with scope(NUMBERS):
                cursor.execute(statements.NUMBERS, scalars)
            cursor.execute("TRUNCATE staging")


def _staged(rows: list[dict[str, str]], residents: list[UUID], fresh: list[bytes]) -> str:
    """A batch in COPY's text form."""
    sealed = sealing.seal_many(fresh, [resident.bytes for resident in residents])
    indexes = sealing.index_many(fresh)
    text = io.StringIO()
    for row, resident, value, index in zip(rows, residents, sealed, indexes, strict=True):
        cells = (
            str(resident), row["resident_code"], row["name"], row["name_kana"],
            row.get("kana_source") or "NOTIFIED", row.get("former_surname", ""), row.get("former_surname_kana", ""),
            row.get("alias", ""), row["address"], row["birth_date"], row["birth_from"], row["sex"],
            row["resident_class"], row.get("reason") or DEFAULT_REASON, row["changed_on"],
            *search_keys(row["name"], row["name_kana"], row["address"]),
        )  # fmt: skip
        # No cell holds a tab or a line break, so the backslash alone needs escaping.
        text.write("\t".join(cells).replace("\\", "\\\\"))
        text.write(f"\t\\\\x{value.hex()}\t\\\\x{index.hex()}\n")
    return text.getvalue()
