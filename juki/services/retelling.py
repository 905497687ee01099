"""Notices that came late, told into their place: the versions after them are superseded and written anew (J1).

Nothing is rewritten: what stood before keeps its row, closed by the instant at which we learnt better. Who is
registered where stays as it is, so the rooms above hear of a past change and of new numbers, and end no certificate a
second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from jlis.kernel.audit.services import Act
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import NotificationStatus, ProtectionPlace
from juki.domain.contradictions import Standing
from juki.domain.items import CERTIFIED_ITEMS
from juki.domain.notices import Notice
from juki.domain.timelines import Told, arranged
from juki.events import PastChangeTold, ResidentChanged, VersionsRenumbered
from juki.models import IdentityRecord, Notification, Resident
from juki.services import departing, protection_copies, versions, waiting
from juki.services.departing import Retold
from juki.services.ledger import Ledger


@dataclass(frozen=True)
class _Line:
    """The versions in force, oldest first, from the last one that surely stands to the latest."""

    base: IdentityRecord
    tail: list[IdentityRecord]
    notifications: dict[int, Notification]
    notices: dict[int, Notice]


def tell_into_place(
    resident: Resident, codes: Sequence[str], newest: Notification, at: Moment, ledger: Ledger
) -> list[Notification]:
    """Try to fit what waits, the newest arrival included, between what was applied; returns what found its place."""
    late = list(
        waiting.open_of(codes).filter(changed_on__lte=resident.changed_on).order_by("received_at", "changed_on", "id")
    )
    line = _line(resident, late)
    if line is None:
        return []
    for chosen in _choices(late, newest):
        order = arranged(_standing(line.base), _told(line, chosen))
        placed = [chosen[each.place] for each in order or () if not each.is_applied]
        # Who is registered where stays as it is: a late one may come before the latest, never after.
        if order and order[-1].is_applied and newest in placed and _under_codes_of_their_days(line, order):
            _write(resident, line, order, chosen, at, ledger)
            return placed
    return []


def _under_codes_of_their_days(line: _Line, order: Sequence[Told]) -> bool:
    """Whether each late one names the code that the person bore at its place."""
    borne, known = line.base.resident_code, {row.version: row.resident_code for row in line.tail}
    for each in order:
        borne = known[each.place] if each.is_applied else borne
        if each.notice.resident_code != borne and not each.is_applied:
            return False
    return True


def _choices(late: list[Notification], newest: Notification) -> Iterator[list[Notification]]:
    """All that waits, the newest's own town's, the newest alone: one that never fits must not bar the rest."""
    own = [held for held in late if held.office == newest.office]
    tried: list[list[Notification]] = []
    for chosen in (late, own, [newest]):
        if chosen not in tried:
            tried.append(chosen)
            yield chosen


def _line(resident: Resident, late: Sequence[Notification]) -> _Line | None:
    if not late:
        return None
    since = min(held.changed_on for held in late)
    rows = list(IdentityRecord.objects.filter(resident=resident.pk, superseded_at__isnull=True).order_by("version"))
    # On one day the late one may come before or after: the day is arranged anew whole.
    first = next((place for place, row in enumerate(rows) if row.changed_on >= since), len(rows))
    base, tail = rows[:first], rows[first:]
    if not base or not tail or any(row.notification is None for row in tail):
        return None
    known = Notification.objects.in_bulk([row.notification for row in tail])
    notifications = {row.version: known[row.notification] for row in tail if row.notification}
    notices = {version: Notice.from_body(found.body) for version, found in notifications.items()}
    return _Line(base[-1], tail, notifications, notices)


def _told(line: _Line, late: Sequence[Notification]) -> list[Told]:
    waiting_ones = [Told(place, Notice.from_body(held.body), is_applied=False) for place, held in enumerate(late)]
    return [*waiting_ones, *(Told(version, notice, is_applied=True) for version, notice in line.notices.items())]


def _standing(row: IdentityRecord) -> Standing:
    is_current = row.state == "CURRENT"
    began = versions.entered_on(row.resident, until=row.version)
    removal = "" if is_current else row.change_reason
    return Standing(row.office, is_current, removal, row.changed_on, row.birth_from, began, versions.held(row))


def _write(
    resident: Resident, line: _Line, order: list[Told], late: list[Notification], at: Moment, ledger: Ledger
) -> None:
    until_now = {row.version: (row, before.office) for before, row in pairwise([line.base, *line.tail])}
    row = versions.reopen(line.base, line.tail, at=at)
    # The last that stands is told with them: it may be a move-out whose arrival is another one now.
    steps = [Retold({column: getattr(row, column) for column in versions.COLUMNS}, row.office, row.version)]
    for version, each in enumerate(order, start=line.base.version + 1):
        found = line.notifications[each.place] if each.is_applied else late[each.place]
        code = until_now[each.place][0].resident_code if each.is_applied else row.resident_code
        tenant = Tenant(found.prefecture, found.municipality, found.office)
        written = versions.compose(
            resident=resident.pk, resident_code=code, version=version, tenant=tenant, notice=each.notice,
            notification=found.pk, former=row, at=at,
        )  # fmt: skip
        versions.append(row, each.notice, written, at)
        known = (each.place, until_now[each.place][1]) if each.is_applied else (None, "")
        steps.append(Retold(written, row.office, *known))
        row = versions.in_force(resident.pk)
        if not each.is_applied:
            # The town of a past stay holds a record as well: whoever is covered is covered there.
            copied = protection_copies.remember(resident.pk, tenant.office, ProtectionPlace.FORMER_ADDRESS, at=at)
            ledger.acts += copied.acts
            ledger.acts.append(_placed(resident, found, each.notice, version, at))
            ledger.events.append(PastChangeTold(subject=resident.pk, **_common(row)))
    ledger.letters += departing.catch_up(steps, at)
    ledger.events.append(VersionsRenumbered(subject=resident.pk, renumbered=_renumbered(steps)))
    resident.version = row.version
    resident.save(update_fields=["version"])
    if any(getattr(row, item) != getattr(line.tail[-1], item) for item in CERTIFIED_ITEMS):
        _tell_of_the_present(resident, row, ledger)


def _renumbered(steps: Sequence[Retold]) -> tuple[tuple[int, int], ...]:
    numbers = [(step.former_version, step.row["version"]) for step in steps]
    return tuple((former, new) for former, new in numbers if former is not None and former != new)


def _placed(resident: Resident, found: Notification, notice: Notice, version: int, at: Moment) -> Act:
    found.status, found.resident, found.applied_at = NotificationStatus.APPLIED, resident.pk, at.instant
    found.save(update_fields=["status", "resident", "applied_at"])
    waiting.settle(found, at, "ほかの市区町村の通知がそろい、異動の順序が分かったため、反映しました。")
    detail = {"notification": str(found.pk), "reason": notice.reason.value, "version": version, "late": True}
    return Act("juki.notification_applied", resident.pk, None, detail)


def _tell_of_the_present(resident: Resident, row: IdentityRecord, ledger: Ledger) -> None:
    """What a late change left behind is in force, a former surname perhaps: its event is of the present after all."""
    place = max(place for place, event in enumerate(ledger.events) if isinstance(event, PastChangeTold))
    ledger.events[place] = ResidentChanged(subject=resident.pk, **_common(row), signature_certificate_affected=True)


def _common(row: IdentityRecord) -> dict[str, Any]:
    return {
        "prefecture": row.prefecture, "municipality": row.municipality, "office": row.office,
        "reason": row.change_reason, "changed_on": row.changed_on, "version": row.version,
    }  # fmt: skip
