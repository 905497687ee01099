"""The register as one call works on it: read together at its start, written together at its end (J1).

A call has up to a thousand notices, and a statement for each table of each would be seventeen a notice
(bench/ingest.py). So the rows of the call's persons are read at once and changed in memory. Whoever must look into the
tables meanwhile, for a late telling or a new code, has what waits written first (`store`), and what they changed there
read again (`forget`).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit.services import Act
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import MoveOutState, NotificationStatus
from juki.domain import number_notices
from juki.domain.changes import ChangeReason
from juki.domain.notices import Notice
from juki.models import (
    Discrepancy,
    IdentityRecord,
    MoveOut,
    Notification,
    NumberNotice,
    Resident,
    ResidentCode,
    SenderSequence,
)
from juki.services import codes, numbers, protection_copies, versions
from juki.services.ledger import Ledger
from juki.sql import register as sql

Row = dict[str, Any]


@dataclass
class _Unwritten:
    """Rows that wait, by the table that they are for."""

    residents: list[Resident] = field(default_factory=list)
    changed: dict[UUID, Resident] = field(default_factory=dict)
    codes: list[ResidentCode] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    number_notices: list[NumberNotice] = field(default_factory=list)
    ended: dict[tuple[int, UUID, int], date] = field(default_factory=dict)
    versions: dict[tuple[UUID, int], Row] = field(default_factory=dict)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    orders: dict[tuple[str, str], SenderSequence] = field(default_factory=dict)
    closed_move_outs: list[MoveOut] = field(default_factory=list)
    move_outs: list[MoveOut] = field(default_factory=list)

    def write(self, at: Moment) -> None:
        if self.residents:
            sql.add_residents(self.residents)
            sql.add_codes(self.codes)
            numbers.number_residents([resident.pk for resident in self.residents], at=at)
        if self.changed:
            sql.change_residents(list(self.changed.values()))
        if self.notifications:
            sql.add_notifications(self.notifications)
        if self.number_notices:
            sql.add_number_notices(self.number_notices)
        # Ended before the new ones begin: one version of a person is in force.
        if self.ended:
            sql.close_versions(self.ended)
        if self.versions:
            sql.add_versions(list(self.versions.values()))
        if self.orders:
            sql.advance(list(self.orders.values()))
        Discrepancy.objects.bulk_create(self.discrepancies)
        for move_out in self.closed_move_outs:
            move_out.save()
        MoveOut.objects.bulk_create(self.move_outs)
        for row in (*self.residents, *self.notifications):
            row._state.adding = False


def lock(notices: Sequence[Notice]) -> None:
    """Lock the persons of a call."""
    lock_codes(_codes(notices))


def lock_codes(codes: Collection[str]) -> None:
    """Lock persons all at once and in one order, so that two calls about the same people wait and do not deadlock."""
    sql.lock(list(codes))


class Register:
    """The rows of a call's persons, under the registry's scope: what was read, and what is still to be written."""

    def __init__(self, at: Moment) -> None:
        self.at = at
        self.ledger = Ledger()
        self._residents: dict[str, Resident | None] = {}
        self._bearers: dict[str, UUID] = {}
        self._codes: dict[UUID, list[str]] = {}
        self._latest: dict[UUID, IdentityRecord | Row] = {}
        self._move_outs: dict[UUID, MoveOut] = {}
        self._orders: dict[tuple[str, str], SenderSequence] = {}
        self._waiting: set[str] = set()
        self._lots: dict[str, list[range]] = {}
        self._arrived: list[tuple[UUID, str]] = []
        self._unwritten = _Unwritten()

    @classmethod
    def of(cls, notices: Sequence[Notice], at: Moment) -> "Register":
        """What is known of the persons of these notices, whom the caller has locked."""
        register = cls(at)
        register._read(_codes(notices))
        register._read_orders([notice for notice in notices if notice.sequence is not None])
        return register

    def resident(self, code: str) -> Resident | None:
        """The bearer of a code, if anybody is."""
        if code not in self._residents:
            self._read([code])
        return self._residents[code]

    def bearer(self, code: str) -> Resident | None:
        """Whoever bears a code or bore it, before it was changed."""
        return self.resident(self.codes(code)[-1])

    def was_borne(self, code: str) -> bool:
        """Whether somebody bore a code that nobody bears any more: a code is given once, for ever (法30条の2)."""
        return self.resident(code) is None and code in self._bearers

    def has_allotted(self, office: str, code: str) -> bool:
        """Whether a code lies in a lot of the office."""
        if office not in self._lots:
            self._lots[office] = codes.lots_of(office)
        place = codes.place_of(code)
        return any(place in lot for lot in self._lots[office])

    def latest(self, resident: Resident) -> IdentityRecord | None:
        """The version in force; None before the first."""
        found = self._latest.get(resident.pk)
        if isinstance(found, dict):
            found = self._latest[resident.pk] = IdentityRecord(**found)
        return found

    def has_waiting(self, code: str) -> bool:
        """Whether a notice about the bearer of a code may wait: for its predecessor, or since it contradicted."""
        return not self._waiting.isdisjoint(self.codes(code))

    def codes(self, code: str) -> list[str]:
        """The codes that the bearer of one has borne, the first one first; the code alone when nobody has borne it."""
        bearer = self._bearers.get(code)
        return self._codes[bearer] if bearer else [code]

    def order(self, notice: Notice) -> SenderSequence:
        """How far the sender's numbers of this person have come. They go on when the person's code is changed: they
        are kept under the first that the person bore."""
        office, code = notice.municipality, self.codes(notice.resident_code)[0]
        return self._orders.setdefault((office, code), SenderSequence(office=office, resident_code=code, last=0))

    def open_move_out(self, resident: Resident) -> MoveOut | None:
        """The move-out of somebody that awaits a 転入通知."""
        found = self._move_outs.get(resident.pk)
        return found if found is not None and found.state == MoveOutState.OPEN else None

    def take(self, notification: Notification) -> None:
        """A notification came."""
        self._unwritten.notifications.append(notification)

    def hold(self, notification: Notification) -> None:
        """A notification waits for its predecessor."""
        self._waiting.add(notification.resident_code)
        self.ledger.acts.append(Act("juki.notification_held", None, None, {"notification": str(notification.pk)}))

    def contradict(self, notification: Notification, discrepancy: Discrepancy) -> None:
        """A notification contradicts, and waits for staff or for what it lacks."""
        self._waiting.add(notification.resident_code)
        self._unwritten.discrepancies.append(discrepancy)
        _change_status(notification, ["status"])

    def apply(self, notification: Notification, resident: Resident) -> None:
        """A notification is in effect."""
        notification.status = NotificationStatus.APPLIED
        notification.resident, notification.applied_at = resident.pk, self.at.instant
        _change_status(notification, ["status", "resident", "applied_at"])

    def advance(self, order: SenderSequence, number: int) -> None:
        """A sender's numbers have come as far as this one."""
        order.last = number
        self._unwritten.orders[order.office, order.resident_code] = order

    def enter(self, resident: Resident, code: ResidentCode) -> None:
        """Somebody who was not known, with their first code; their 個人番号 is given when the rows are written."""
        self._residents[code.code] = resident
        self._bearers[code.code], self._codes[resident.pk] = resident.pk, [code.code]
        self._unwritten.residents.append(resident)
        self._unwritten.codes.append(code)

    def append(self, resident: Resident, notice: Notice, notification: Notification, tenant: Tenant) -> Row:
        """Add the version that a notice makes, the one before it ending; returns its values."""
        former = self.latest(resident)
        if former is not None and versions.reaches_back(former, notice):
            self.store()
        row = versions.compose(
            resident=resident.pk, resident_code=resident.resident_code, version=resident.version, tenant=tenant,
            notice=notice, notification=notification.pk, former=former, at=self.at,
        )  # fmt: skip
        if former is not None:
            self._end(former, notice.changed_on)
        self._tell_number(row, former)
        self._latest[resident.pk] = row
        self._unwritten.versions[resident.pk, resident.version] = row
        return row

    def change(self, resident: Resident) -> None:
        """Somebody's anchor says something else now."""
        if not resident._state.adding:
            self._unwritten.changed[resident.pk] = resident

    def recode(self, resident: Resident, former_code: str) -> None:
        """Somebody bears another code from now on."""
        self._residents |= {former_code: None, resident.resident_code: resident}
        self._bearers[resident.resident_code] = resident.pk
        self._codes[resident.pk].append(resident.resident_code)

    def arrive(self, resident: Resident) -> None:
        """Somebody who was known was entered where they are registered now: what covers them follows."""
        self._arrived.append((resident.pk, resident.office))

    def leave(self, move_out: MoveOut) -> None:
        """Somebody left by a move-out."""
        self._move_outs[move_out.resident] = move_out
        self._unwritten.move_outs.append(move_out)

    def close_move_out(self, move_out: MoveOut) -> None:
        """A move-out was confirmed or cancelled."""
        if not move_out._state.adding:
            self._unwritten.closed_move_outs.append(move_out)

    def store(self) -> None:
        """Write the rows that wait, for whoever is to look into the tables."""
        self._unwritten.write(self.at)
        self._unwritten = _Unwritten()

    def forget(self, resident: Resident) -> None:
        """Somebody's rows were changed in the tables: they are to be read again."""
        self._residents.pop(resident.resident_code, None)
        self._latest.pop(resident.pk, None)
        self._move_outs.pop(resident.pk, None)

    def write(self, by: Actor) -> None:
        """Write all of the call with the running transaction: rows, what follows an arrival, acts, events, letters."""
        self.store()
        covered = protection_copies.covered_by_live_measures(resident for resident, _ in self._arrived)
        for resident, office in self._arrived:
            # Whoever was covered where they lived is covered where they live now, from the same transaction on.
            if resident in covered:
                self.ledger.acts += protection_copies.follow(resident, office, at=self.at).acts
        self.ledger.write(by, self.at)

    def _tell_number(self, row: Row, former: IdentityRecord | None) -> None:
        """Have the office told the number of whom it registers, where the version says that it has none or another."""
        kind = number_notices.kind_of(
            ChangeReason(row["change_reason"]),
            is_new=row["version"] == 1,
            comes_from_elsewhere=former is None or former.office != row["office"],
        )
        if kind is None:
            return
        told = {column: row[column] for column in ("prefecture", "municipality", "office", "resident", "notification")}
        notice = NumberNotice(**told, kind=kind.value, given_on=self.at.day, noted_at=self.at.instant)
        self._unwritten.number_notices.append(notice)

    def _end(self, former: IdentityRecord, on: date) -> None:
        unwritten = self._unwritten.versions.get((former.resident, former.version))
        if former.valid_from > on:
            versions.supersede(former, on, self.at)
        elif unwritten is not None:
            unwritten["valid_to"] = on
        else:
            self._unwritten.ended[former.prefecture, former.resident, former.version] = on

    def _read(self, codes: Sequence[str]) -> None:
        for code, bearer in sql.codes_of_bearers(codes):
            self._bearers[code] = bearer
            own = self._codes.setdefault(bearer, [])
            if code not in own:
                own.append(code)
        found = list(Resident.objects.select_for_update().filter(resident_code__among=codes).order_by("resident_code"))
        self._residents |= dict.fromkeys(codes) | {resident.resident_code: resident for resident in found}
        self._latest |= {record.resident: record for record in sql.latest_of(found)}
        leaving = MoveOut.objects.select_for_update().filter(
            resident__among=[resident.pk for resident in found], state=MoveOutState.OPEN
        )
        self._move_outs |= {move_out.resident: move_out for move_out in leaving}
        borne = sorted({each for code in codes for each in self.codes(code)})
        # One that staff have dropped waits no more, but its number is passed over.
        waiting = Notification.objects.filter(
            resident_code__among=borne,
            status__in=(NotificationStatus.HELD, NotificationStatus.DISCREPANT, NotificationStatus.WITHDRAWN),
        )
        self._waiting |= set(waiting.values_list("resident_code", flat=True))

    def _read_orders(self, notices: Sequence[Notice]) -> None:
        if not notices:
            return
        asked = SenderSequence.objects.select_for_update().filter(
            office__in={notice.municipality for notice in notices},
            resident_code__among=[self.codes(notice.resident_code)[0] for notice in notices],
        )
        self._orders |= {(order.office, order.resident_code): order for order in asked}


def _change_status(notification: Notification, fields: Iterable[str]) -> None:
    """One that is not written yet is written as it stands then."""
    if not notification._state.adding:
        notification.save(update_fields=fields)


def _codes(notices: Sequence[Notice]) -> list[str]:
    return sorted({notice.resident_code for notice in notices if notice.resident_code})
