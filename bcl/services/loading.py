"""A copy's whole load: a CSV of the town's register, through COPY, in one transaction.

Good rows are loaded and faulty ones refused with line, column and reason. The file says up to which difference it
holds; later ones that had waited are applied at once.
"""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from django.db import connection

from bcl import policies
from bcl.choices import DifferenceState
from bcl.domain.rows import COLUMNS, LABELS, REQUIRED, CopyRow, read_row
from bcl.models import CopyEntry, CopyStream, Difference
from bcl.selectors import town_keys
from bcl.services import differences, participations
from bcl.services.differences import PURPOSE
from bcl.sql import load as statements
from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.csv_rows import Columns, Loaded, Reject
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment

RESIDENTS_PER_ENTRY = 50_000
_FILE = Columns(COLUMNS, REQUIRED, LABELS)


def load_file(
    *,
    path: Path,
    office: str,
    by: Actor,
    at: Moment,
    sequence: int = 0,
    replace: bool = False,
    on_progress: Callable[[int], None] = lambda rows: None,
) -> Loaded:
    """Load a copy whole; `sequence` is the last difference that the file holds, `replace` puts it in a copy's place.

    Raises `Invalid` for an unreadable heading or no rows, `TooLarge`, `Forbidden` for an office not the actor's,
    `Conflict` for a copy that is there already, or for a file older than what was received.
    """
    by.must("bcl.send_copy")
    if sequence < 0:
        raise Invalid.of([FieldError("sequence", "not_a_number", "順序番号は0以上の整数です。")])
    csv_rows.check_size(path)
    loaded = Loaded()
    with path.open("rb") as file, acting(BCL):
        tenant = policies.must_be_own(office, by)
        stream = participations.stream_of(office)
        _make_room(stream, sequence, replace)
        reader = _RowReader()
        with connection.cursor() as cursor:
            cursor.execute(statements.STAGING)
            for batch in csv_rows.batches(file, _FILE, loaded.rejects):
                _stage(reader.read(batch, loaded.rejects), office)
                on_progress(len(reader.seen))
            if not reader.seen and not loaded.rejects:
                raise Invalid.of([FieldError("", "no_rows", "見出しの後に行がありません。", 1)])
            scalars = {**tenant._asdict(), "sequence": sequence, "at": at.instant}
            cursor.execute(statements.INSERT, scalars)
            residents = [found for (found,) in cursor.fetchall()]
            cursor.execute("DROP TABLE copy_staging")
        loaded.rows = len(residents)
        concerned = {found for found in residents if found}
        concerned |= set(_begin_from(stream, tenant, sequence, at))
        detail = {"office": office, "sequence": sequence, "rows": loaded.rows, "applied": stream.through - sequence}
        _record(sorted(concerned), detail, by)
    loaded.rejects.sort(key=lambda reject: reject.line)
    return loaded


def _make_room(stream: CopyStream, sequence: int, replace: bool) -> None:
    if stream.loaded_at is None and not stream.through:
        return
    if not replace:
        raise Conflict("copy_not_empty", "この団体の副本はすでにあります。入れ替えるときは、その旨を指定してください。")
    if sequence < stream.through:
        message = f"ファイルは順序番号{sequence}までですが、{stream.through}までの差分を反映済みです。"
        raise Conflict("file_is_older", message, field="sequence")
    CopyEntry.objects.filter(office=stream.office).delete()


def _begin_from(stream: CopyStream, tenant: Tenant, sequence: int, at: Moment) -> Sequence[UUID]:
    """Go on from the file's last difference: what it holds need not wait any longer, what comes next is applied."""
    contained = Difference.objects.filter(office=stream.office, sequence__lte=sequence)
    contained.filter(state=DifferenceState.HELD).delete()
    stream.base = stream.through = sequence
    stream.loaded_at = stream.received_at = at.instant
    residents = differences.release(stream, tenant, at)
    stream.highest = max(stream.highest, stream.through)
    stream.save()
    return residents


def _record(residents: Sequence[UUID], detail: dict[str, object], by: Actor) -> None:
    """One entry a load; of a large one further entries name the rest of the residents."""
    audit.record(
        action="bcl.copy_loaded", by=by, purpose=PURPOSE, subjects=residents[:RESIDENTS_PER_ENTRY], detail=detail
    )
    for start in range(RESIDENTS_PER_ENTRY, len(residents), RESIDENTS_PER_ENTRY):
        some = residents[start : start + RESIDENTS_PER_ENTRY]
        audit.record(action="bcl.copy_load_continued", by=by, purpose=PURPOSE, subjects=some)


class _RowReader:
    """Turns lines into rows, and tells of each what is wrong with it."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def read(self, batch: list[tuple[int, dict[str, str]]], rejects: list[Reject]) -> list[CopyRow]:
        """The good rows of a batch."""
        rows = []
        for line, cells in batch:
            row, faults = read_row(cells, row=line)
            rejects += [Reject(line, fault.field, fault.message) for fault in faults]
            if row is None:
                continue
            if row.number in self.seen:
                rejects.append(Reject(line, "number", "同じ宛名番号が前の行にもあります。"))
                continue
            self.seen.add(row.number)
            rows.append(row)
        return rows


def _stage(rows: Sequence[CopyRow], office: str) -> None:
    bodies = town_keys.seal_many(office, [row.body() for row in rows], [row.number for row in rows])
    text = io.StringIO()
    for row, body in zip(rows, bodies, strict=True):
        # COPY's text form: no cell holds a tab or a line break, so the backslash alone needs escaping.
        text.write(f"{row.number}\t{row.household}\t{row.resident_code}".replace("\\", "\\\\"))
        text.write(f"\t\\\\x{body.hex()}\n")
    with connection.cursor() as cursor, cursor.cursor.copy(statements.FILL) as copy:
        copy.write(text.getvalue())
