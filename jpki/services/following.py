"""Following the register: moves, corrections and removals end the right certificates (法第12条).

Who tells of a 転出 beforehand has left on the day told, or when another town enters them: until then their certificates
wait (`departures`), and a 転出 that is cancelled ends those alone that were issued for the life abroad.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox.events import Envelope
from jlis.kernel.time import Moment
from jpki import policies
from jpki.domain.lifecycle import MOVES
from jpki.domain.movements import SIGNATURE_ENDS, Effect, effect_of
from jpki.services import endings
from jpki.sql import departures
from jpki.sql import following as sql
from jpki.sql.following import InForce, Tenant
from juki.domain.changes import ChangeReason
from juki.domain.supplementary import Base, Reason
from juki.events import AbroadItemsChanged, IdentityBaseMoved, ResidentMovedIn, ResidentRemoved

# Who is abroad and is kept by no 附票 any more, for these reasons, holds nothing.
_ENDS_ABROAD = (Reason.DIED, Reason.NATIONALITY_LOST)


@dataclass(frozen=True)
class Notice:
    """What an event of the register means for certificates, and where the resident belongs afterwards.

    ``version``: the register's, which it tells of, or the 附票's. ``leaves_on``: the day of a 転出, told beforehand;
    ``leaves_japan``: it is one abroad. ``settles``: whoever was about to leave waits no longer; ``cancels``: because
    the removal was cancelled. ``abroad``: the 附票 says so of somebody abroad.
    """

    resident: UUID
    at: datetime
    signature_affected: bool
    authentication_affected: bool
    tenant: Tenant | None
    version: int
    leaves_on: date | None = None
    leaves_japan: bool = False
    settles: bool = False
    cancels: bool = False
    abroad: bool = False

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        event = envelope.event
        if isinstance(event, IdentityBaseMoved):
            return cls._of_base(event, envelope.occurred_at)
        if isinstance(event, AbroadItemsChanged):
            return cls(event.subject, envelope.occurred_at, True, False, None, version=event.version, abroad=True)
        ahead = getattr(event, "lies_ahead", False)
        return cls(
            resident=event.subject,
            at=envelope.occurred_at,
            signature_affected=event.signature_certificate_affected,
            authentication_affected=getattr(event, "authentication_certificate_affected", False),
            tenant=Tenant(event.prefecture, event.municipality, event.office) if event.office else None,
            version=event.version,
            leaves_on=event.changed_on if ahead else None,
            leaves_japan=event.reason == ChangeReason.MOVE_OUT_ABROAD,
            settles=isinstance(event, ResidentMovedIn | ResidentRemoved) and not ahead,
            cancels=event.reason == ChangeReason.ENTRY_REMOVAL_CANCELLED,
        )

    @classmethod
    def _of_base(cls, event: IdentityBaseMoved, at: datetime) -> Self:
        ends = event.base == Base.NONE and event.reason in _ENDS_ABROAD
        keeper = Tenant(*municipalities.tenant_of(event.office)) if event.base == Base.SUPPLEMENTARY else None
        return cls(event.subject, at, ends, ends, keeper, version=0, abroad=True)

    def is_known_to(self, certificate: InForce) -> bool:
        """Whether it was made of the register that had this already. Versions tell, no clock does.

        That the 附票 keeps somebody no longer has no version: who has died holds nothing."""
        if self.abroad:
            return 0 < self.version <= certificate.supplementary_version
        return self.version <= certificate.record_version


@dataclass
class _Course:
    """What a batch of notices comes to: certificates to end by verb, who waits, who waits no longer, who is where."""

    in_force: dict[UUID, list[InForce]]
    waiting: dict[UUID, int]
    for_abroad: set[int]
    ending: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    taken: set[int] = field(default_factory=set)
    waits: dict[UUID, departures.Told] = field(default_factory=dict)
    settled: dict[UUID, int] = field(default_factory=dict)
    tenants: dict[UUID, Tenant] = field(default_factory=dict)


def follow(*, notices: Sequence[Notice], by: Actor) -> int:
    """Act on notices in their order; returns how many certificates ended. What has ended stays as it is."""
    policies.must_be_allowed(MOVES["revoke_for_change"], by)
    if not notices:
        return 0
    with acting(JPKI):
        course = _gathered(notices)
        for notice in notices:
            _take(notice, course)
        at = Moment.of(max(notice.at for notice in notices))
        ended = sum(
            len(endings.apply(MOVES[verb], ids, by=by, at=at, purpose="")) for verb, ids in course.ending.items()
        )
        departures.cancel(list(course.settled.items()))
        departures.wait(list(course.waits.values()))
        # The last notice tells where the person is now; the certificates are seen there.
        sql.move_with(course.tenants)
    return ended


def _gathered(notices: Sequence[Notice]) -> _Course:
    in_force = sql.in_force([notice.resident for notice in notices])
    asked = [notice.resident for notice in notices if notice.cancels or notice.abroad]
    waiting = departures.waiting(asked) if asked else {}
    cancelled = [notice.resident for notice in notices if notice.cancels]
    return _Course(in_force, waiting, departures.issued_for_abroad(cancelled) if cancelled else set())


def _take(notice: Notice, course: _Course) -> None:
    who = notice.resident
    if notice.leaves_on is not None:
        course.waits[who] = departures.Told(who, notice.version, notice.leaves_on, notice.leaves_japan)
        course.waiting[who] = notice.version
    elif notice.cancels and course.waiting.get(who, notice.version) < notice.version:
        _end(notice, SIGNATURE_ENDS, course, only=course.for_abroad)
    else:
        affected = notice.signature_affected, notice.authentication_affected
        _end(notice, effect_of(signature_affected=affected[0], authentication_affected=affected[1]), course)
    if notice.settles:
        course.settled[who] = notice.version
        course.waits.pop(who, None)
        course.waiting.pop(who, None)
    # Whoever has not left yet is seen by their town.
    if notice.tenant and not (notice.abroad and who in course.waiting):
        course.tenants[who] = notice.tenant


def _end(notice: Notice, effect: Effect, course: _Course, *, only: set[int] | None = None) -> None:
    """Let certificates end, each under the first notice that ends it."""
    for each in course.in_force.get(notice.resident, []):
        is_meant = each.kind in effect.kinds and (only is None or each.id in only)
        # One that was made of the register as it stands since the notice, or later, is none of its business.
        if is_meant and each.id not in course.taken and not notice.is_known_to(each):
            course.taken.add(each.id)
            course.ending[effect.move.verb].append(each.id)
