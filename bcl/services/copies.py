"""Looking at a copy: how far it has come, its digest, one household opened by staff."""

from dataclasses import dataclass
from uuid import UUID

from bcl import policies
from bcl.models import CopyEntry, CopyStream
from bcl.selectors import copies
from bcl.selectors.copies import Held, Standing
from bcl.services.differences import PURPOSE
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.digest_tree import digest_of
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import BCL, acting, scope
from jlis.kernel.time import Moment
from juki.selectors import affairs, protections


@dataclass(frozen=True)
class Digest:
    """The digest of a copy, of how many rows, and up to which difference."""

    sha256: str
    rows: int
    through: int


@dataclass(frozen=True)
class Household:
    """The members, head first; `protected` where anybody among them is: then no address is shown."""

    members: list[Held]
    protected: bool


def reception(*, office: str, by: Actor) -> Standing:
    """How far an own office's differences have come. Raises `NotFound` for one without a copy."""
    by.must("bcl.send_copy")
    policies.must_be_own(office, by)
    with acting(BCL):
        return copies.standing(_stream(office))


def digest(*, office: str, by: Actor, at: Moment) -> Digest:
    """The digest of an own office's copy as it stands; opens every row, and is written down as one act."""
    by.must("bcl.send_copy")
    policies.must_be_own(office, by)
    with acting(BCL):
        stream = _stream(office)
        lines = copies.lines(office)
        audit.record(action="bcl.copy_digested", by=by, purpose=PURPOSE, detail={"office": office, "rows": len(lines)})
    return Digest(digest_of(lines), len(lines), stream.through)


def open_household(*, resident: UUID, purpose: str, by: Actor, at: Moment) -> Household:
    """The household of a resident in the own office's copy. Raises `NotFound`, `Forbidden` for the purpose."""
    by.must("bcl.open_household")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with scope(by.scope.for_purpose(purpose)):
        entry = CopyEntry.objects.filter(resident=resident).order_by("-received_at").first()
        entries = list(CopyEntry.objects.filter(office=entry.office, household=entry.household)) if entry else []
    if not entries:
        raise NotFound("household_not_found", "副本に該当する世帯がありません。")
    with acting(BCL):
        members = copies.in_order(copies.opened(entries))
        subjects = [held.resident for held in members if held.resident]
        audit.record(action="bcl.household_opened", by=by, purpose=purpose, subjects=subjects)
    flagged = any(held.row.protected != "0" for held in members)
    return Household(members, flagged or bool(protections.covered([resident, *subjects])))


def _stream(office: str) -> CopyStream:
    stream = CopyStream.objects.filter(pk=office).first()
    if stream is None:
        raise NotFound("copy_not_found", "この団体の副本はありません。")
    return stream
