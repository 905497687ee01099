"""副本の差分: taken in the sender's order; duplicates answered as before, gaps named so that the town sends again.

One call is taken whole or refused whole when its form is at fault. What is well formed is applied as far as the numbers
run on, and kept, sealed, beyond a gap until the gap is filled. Nothing is dropped and nothing applied twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bcl import policies
from bcl.choices import DifferenceState
from bcl.domain.ordering import Missing
from bcl.domain.rows import CopyRow, Operation, read_difference
from bcl.domain.rows import Difference as Told
from bcl.models import CopyEntry, CopyStream, Difference
from bcl.selectors import copies, town_keys
from bcl.services import participations
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import FieldError, Invalid, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.models import Resident

PURPOSE = "JUKI-COUNTER"
LARGEST_CALL = 1000
CONTAINED = "CONTAINED"
_UPDATED = ["household", "resident", "sequence", "body", "received_at"]


@dataclass(frozen=True)
class Taken:
    """What became of one difference: APPLIED, HELD, or CONTAINED in the copy that was loaded whole."""

    row: int
    sequence: int
    status: str
    replayed: bool


@dataclass(frozen=True)
class Received:
    """The answer to a call: one line a row, how far the copy has come, and what has to be sent again."""

    results: list[Taken]
    through: int
    missing: list[Missing]


def receive(*, differences: Sequence[Any], office: str, by: Actor, at: Moment, channel: str) -> Received:
    """Take 1 to 1,000 differences of one office.

    Raises `Invalid` naming every faulty row and field, `TooLarge`, `Forbidden`, `Conflict` for a town that takes no
    part, or `Unprocessable` for a number that stands for another content; then nothing of the call is taken.
    """
    by.must("bcl.send_copy")
    if len(differences) > LARGEST_CALL:
        raise TooLarge("too_many_rows", f"一度に送れる差分は{LARGEST_CALL:,}件までです（{len(differences):,}件）。")
    told = _read(differences)
    with acting(BCL):
        tenant = policies.must_be_own(office, by)
        stream = participations.stream_of(office)
        before = stream.through
        fresh, known = _sorted_out(told, stream)
        run = list(_runnable(stream, fresh))
        residents = _apply(run, tenant, at) + link(office)
        _keep(fresh, {one.sequence for one in run}, tenant, at, by, channel)
        _advance(stream, told, run, at)
        standing = copies.standing(stream)
        results = [_taken(row, one, stream, known) for row, one in enumerate(told, start=1)]
        detail = {
            "office": office, "count": len(told), "applied": len(run), "from": before, "through": stream.through,
            "missing": [list(gap) for gap in standing.missing[:20]],
        }  # fmt: skip
        audit.record(action="bcl.differences_received", by=by, purpose=PURPOSE, subjects=residents, detail=detail)
    return Received(results, stream.through, standing.missing)


def release(stream: CopyStream, tenant: Tenant, at: Moment) -> list[UUID]:
    """Apply what had waited and may be applied now; a step of the first load. Returns the residents concerned."""
    run = list(_runnable(stream, {}))
    residents = _apply(run, tenant, at)
    _mark_applied([one.sequence for one in run], tenant.office, at)
    stream.through += len(run)
    return residents


def resolve(codes: Sequence[str]) -> dict[str, UUID]:
    """Who bears each 住民票コード, as far as the network knows; a step of what writes to a copy."""
    known = Resident.objects.filter(resident_code__in=set(codes))
    return dict(known.values_list("resident_code", "pk"))


def link(office: str) -> list[UUID]:
    """Find out who the rows are whose 住民票コード the network did not know when they came; a step as well."""
    loose = {entry.number: entry for entry in CopyEntry.objects.filter(office=office, resident__isnull=True)}
    codes = {held.row.number: held.row.resident_code for held in copies.opened(loose.values())}
    bearers = resolve(list(codes.values()))
    found = [number for number, code in codes.items() if code in bearers]
    for number in found:
        loose[number].resident = bearers[codes[number]]
    CopyEntry.objects.bulk_update([loose[number] for number in found], ["resident"], batch_size=1000)
    return [bearers[codes[number]] for number in found]


def _read(raw: Sequence[Any]) -> list[Told]:
    if not raw:
        raise Invalid.of([FieldError("", "empty", "差分が1件もありません。")])
    told: list[Told] = []
    errors: list[FieldError] = []
    for row, one in enumerate(raw, start=1):
        difference, faults = read_difference(one, row=row)
        errors += faults
        if difference is not None:
            told.append(difference)
    if errors:
        raise Invalid.of(errors)
    return told


def _sorted_out(told: Sequence[Told], stream: CopyStream) -> tuple[dict[int, Told], dict[int, str]]:
    """The differences that are new, by number; and the digests of those that came before."""
    numbers = [one.sequence for one in told]
    stored = Difference.objects.filter(office=stream.office, sequence__in=numbers)
    known = dict(stored.values_list("sequence", "digest"))
    fresh: dict[int, Told] = {}
    for row, one in enumerate(told, start=1):
        first = known.get(one.sequence) or (fresh[one.sequence].digest() if one.sequence in fresh else "")
        if first and first != one.digest():
            fault = FieldError("sequence", "sequence_reused", "この順序番号は別の内容で使用済みです。", row)
            raise Unprocessable("sequence_reused", "使用済みの順序番号です。", errors=[fault])
        if not first and one.sequence > stream.base:
            fresh[one.sequence] = one
    return fresh, known


def _runnable(stream: CopyStream, fresh: dict[int, Told]) -> Iterator[Told]:
    """What may be applied now, in order: from the next number on, new or held, up to the first gap."""
    held = _held(stream)
    waiting = next(held, None)
    following = stream.through + 1
    while True:
        if following in fresh:
            yield fresh[following]
        elif waiting and waiting.sequence == following:
            yield waiting
            waiting = next(held, None)
        else:
            return
        following += 1


def _held(stream: CopyStream) -> Iterator[Told]:
    rows = Difference.objects.filter(
        office=stream.office, state=DifferenceState.HELD, sequence__gt=stream.through
    ).order_by("sequence")
    for row in rows.iterator(chunk_size=200):
        body = town_keys.open_one(row.office, bytes(row.body or b""), str(row.sequence))
        yield Told.from_body(row.sequence, body)


def _apply(run: Sequence[Told], tenant: Tenant, at: Moment) -> list[UUID]:
    """Write the rows as the last difference of each leaves them; returns the residents concerned."""
    last = {one.number: one for one in run}
    removed = [number for number, one in last.items() if one.operation is Operation.DELETE]
    residents = list(_delete(removed, tenant.office))
    put = [(one.sequence, one.row) for one in last.values() if one.row is not None]
    residents += [found for found in _put(put, tenant, at) if found]
    return residents


def _delete(numbers: Sequence[str], office: str) -> Iterator[UUID]:
    if not numbers:
        return
    doomed = CopyEntry.objects.filter(office=office, number__in=numbers)
    yield from (resident for resident in doomed.values_list("resident", flat=True) if resident)
    doomed.delete()


def _put(rows: Sequence[tuple[int, CopyRow]], tenant: Tenant, at: Moment) -> list[UUID | None]:
    if not rows:
        return []
    bearers = resolve([row.resident_code for _, row in rows])
    sealed = town_keys.seal_many(tenant.office, [row.body() for _, row in rows], [row.number for _, row in rows])
    entries = [
        CopyEntry(
            **tenant._asdict(),
            number=row.number,
            household=row.household,
            resident=bearers.get(row.resident_code),
            sequence=sequence,
            body=value,
            received_at=at.instant,
        )
        for (sequence, row), value in zip(rows, sealed, strict=True)
    ]
    CopyEntry.objects.bulk_create(
        entries, update_conflicts=True, unique_fields=["office", "number"], update_fields=_UPDATED
    )
    return [entry.resident for entry in entries]


def _keep(fresh: dict[int, Told], applied: set[int], tenant: Tenant, at: Moment, by: Actor, channel: str) -> None:
    """Write down the new ones, those beyond a gap with their content; and that held ones were applied."""
    waiting = [one for number, one in fresh.items() if number not in applied]
    bodies = town_keys.seal_many(tenant.office, [one.body() for one in waiting], [str(one.sequence) for one in waiting])
    sealed = {one.sequence: body for one, body in zip(waiting, bodies, strict=True)}
    Difference.objects.bulk_create(
        Difference(
            **tenant._asdict(),
            sequence=number,
            digest=one.digest(),
            state=DifferenceState.HELD if number in sealed else DifferenceState.APPLIED,
            body=sealed.get(number),
            received_at=at.instant,
            applied_at=None if number in sealed else at.instant,
            channel=channel,
            sender=by.id,
        )
        for number, one in fresh.items()
    )
    _mark_applied(sorted(applied - fresh.keys()), tenant.office, at)


def _mark_applied(numbers: Sequence[int], office: str, at: Moment) -> None:
    if numbers:
        Difference.objects.filter(office=office, sequence__in=numbers).update(
            state=DifferenceState.APPLIED, body=None, applied_at=at.instant
        )


def _advance(stream: CopyStream, told: Sequence[Told], run: Sequence[Told], at: Moment) -> None:
    stream.through += len(run)
    stream.highest = max(stream.highest, stream.through, *(one.sequence for one in told))
    stream.received_at = at.instant
    stream.save(update_fields=["through", "highest", "received_at"])


def _taken(row: int, one: Told, stream: CopyStream, known: dict[int, str]) -> Taken:
    if one.sequence > stream.through:
        return Taken(row, one.sequence, DifferenceState.HELD.value, one.sequence in known)
    is_contained = one.sequence <= stream.base and one.sequence not in known
    status = CONTAINED if is_contained else DifferenceState.APPLIED.value
    return Taken(row, one.sequence, status, is_contained or one.sequence in known)
