"""What the register tells the house (J9). Codes and dates only; who wants the person's items asks `selectors`."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class ResidentEvent(Event):
    """Something happened to a resident's record; the tenant is the one that the record belongs to now."""

    prefecture: int
    municipality: str
    office: str
    reason: str
    changed_on: date
    version: int


@dataclass(frozen=True, kw_only=True)
class ResidentRegistered(ResidentEvent):
    """Somebody was entered for the first time in any municipality."""

    kind = "juki.resident_registered"


@dataclass(frozen=True, kw_only=True)
class ResidentMovedIn(ResidentEvent):
    """Somebody known was entered in a municipality; `former_office` is the one before."""

    kind = "juki.resident_moved_in"
    former_office: str
    signature_certificate_affected: bool = True


@dataclass(frozen=True, kw_only=True)
class ResidentChanged(ResidentEvent):
    """A present record was corrected; whether the signature certificate's items changed other than in a minor way."""

    kind = "juki.resident_changed"
    signature_certificate_affected: bool


@dataclass(frozen=True, kw_only=True)
class ResidentRemoved(ResidentEvent):
    """A record was removed; which certificates the law ends with it.

    ``lies_ahead``: the day had not come when it was told (a move-out is told beforehand, 法24条).
    """

    kind = "juki.resident_removed"
    signature_certificate_affected: bool
    authentication_certificate_affected: bool
    lies_ahead: bool = False


@dataclass(frozen=True, kw_only=True)
class PastChangeTold(ResidentEvent):
    """A change was told after others that followed it; it stands in its place now, and nothing in force changed."""

    kind = "juki.past_change_told"


@dataclass(frozen=True, kw_only=True)
class VersionsRenumbered(Event):
    """Versions got other numbers, for earlier ones came late: pairs of the former and the new one."""

    kind = "juki.versions_renumbered"
    renumbered: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class ResidentsLoaded(Event):
    """A municipality's first load; `subjects` holds the residents, the event's own subject is the load."""

    kind = "juki.residents_loaded"
    prefecture: int
    municipality: str
    office: str


@dataclass(frozen=True, kw_only=True)
class SpecialMoveInCompleted(Event):
    """Somebody moved in by the card, proved by one PIN entry; ``card`` is the name that the prover gave it."""

    kind = "juki.special_move_in_completed"
    sitting: UUID
    office: str
    card: str
    changed_on: date


@dataclass(frozen=True, kw_only=True)
class IdentityBaseMoved(Event):
    """Another register answers for somebody from now on: `RESIDENCE` (住民票), `SUPPLEMENTARY` (附票) or `NONE`.

    ``office`` keeps that register; abroad it is the 本籍地. ``reason``: the 附票's, where its notice moved the base.
    """

    kind = "juki.identity_base_moved"
    base: str
    office: str
    changed_on: date
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class AbroadItemsChanged(Event):
    """The 附票 of somebody who left Japan has another name, birth date or sex, other than in a minor way.

    ``version`` is the 附票's. The address is none of these: what is certified abroad says 国外転出 in its place.
    """

    kind = "juki.abroad_items_changed"
    office: str
    changed_on: date
    reason: str
    version: int


@dataclass(frozen=True, kw_only=True)
class ProtectionStarted(Event):
    """Somebody is covered by a 支援措置 from now on; nothing but ids, for an event travels far."""

    kind = "juki.protection_started"
    case: UUID


@dataclass(frozen=True, kw_only=True)
class ProtectionEnded(Event):
    """The last measure that covered somebody has been ended."""

    kind = "juki.protection_ended"
    case: UUID
