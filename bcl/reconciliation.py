"""What must agree: each copy with the register, the streams with their differences, the differences with the chain."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from django.db import connection

from bcl.choices import DifferenceState
from bcl.domain.rows import CopyRow
from bcl.models import CopyEntry, CopyStream, Difference
from bcl.selectors import copies
from jlis.kernel.isolation.scope import BCL, REGISTRY, SYSTEM, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.reconcile import Finding, check
from jlis.kernel.time import now
from juki.models import IdentityRecord
from juki.selectors import residents

_MOST_ROWS = 20
Items = tuple[str, ...]


@check
def copies_agree_with_the_register() -> Iterator[Finding]:
    """Every present resident of a town that keeps a copy is in it, with equal name, birth date, sex and address.

    Present as the register has it: who has told of a 転出 lives there until its day, in the copy too.
    """
    day = now().day
    with acting(BCL):
        streams = [stream for stream in CopyStream.objects.all() if stream.loaded_at or stream.through]
    for stream in streams:
        known, copied = _registered(stream.office, day), _copied(stream.office, day)
        wrong = [str(resident) for resident, items in known.items() if copied.get(resident) != items]
        surplus = [str(resident) for resident in copied if resident not in known]
        with acting(BCL):
            name = municipalities.municipality(stream.office).name
        agreeing = len(known) - len(wrong)
        yield Finding(f"bcl.copy_{stream.office}", f"{name}の住民と副本", len(known), agreeing, wrong[:_MOST_ROWS])
        label = f"{name}の副本だけにある現存者"
        yield Finding(f"bcl.surplus_{stream.office}", label, 0, len(surplus), surplus[:_MOST_ROWS])


@check
def differences_are_applied_once_and_in_order() -> Iterator[Finding]:
    """From a copy's load on no number is passed over; and the chain tells of as many as were applied."""
    with acting(BCL):
        for stream in CopyStream.objects.all():
            applied = Difference.objects.filter(office=stream.office, state=DifferenceState.APPLIED)
            done = applied.filter(sequence__gt=stream.base).count()
            label = f"反映した差分（{stream.office}）"
            yield Finding(f"bcl.order_{stream.office}", label, stream.through - stream.base, done)
        total = Difference.objects.filter(state=DifferenceState.APPLIED).count()
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum((detail->>'applied')::bigint), 0) FROM kernel_auditentry"
            " WHERE action IN ('bcl.differences_received', 'bcl.copy_loaded') AND outcome = 'DONE'"
        )
        told = int(cursor.fetchone()[0])
    yield Finding("bcl.differences_audited", "反映した差分と監査記録", total, told)


def _registered(office: str, day: date) -> dict[UUID, Items]:
    with acting(REGISTRY):
        place = {"prefecture": municipalities.tenant_of(office).prefecture, "office": office}
        rows = residents.latest_versions().filter(IdentityRecord.present_on(day), **place)
        found = rows.values_list("resident", "name", "birth_date", "sex", "address")
        return {resident: tuple(items) for resident, *items in found.iterator(chunk_size=5000)}


def _copied(office: str, day: date) -> dict[UUID | str, Items]:
    """The present rows by resident; one whose bearer nobody knows stands under its number."""
    with acting(BCL):
        entries = CopyEntry.objects.filter(office=office).iterator(chunk_size=5000)
        present = (held for held in copies.opened(entries) if not _is_removed(held.row, day))
        return {
            held.resident or held.row.number: (held.row.name, held.row.birth_date, held.row.sex, held.row.address)
            for held in present
        }


def _is_removed(row: CopyRow, day: date) -> bool:
    return bool(row.removed_on) and date.fromisoformat(row.removed_on) <= day
