"""紐付け: from an old serial number to the holder's new one, between signature and authentication, between card and
telephone (P7).

A link tells two numbers of one person apart from nobody else's, so it is a provision about that person: written down
with the resident as its subject, and shown to them when they ask.
"""

from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound, Refused
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import AuthorityCode, Carrier, Kind
from jpki.domain.relying_parties import Channel, Entitlement
from jpki.models import Certificate
from jpki.selectors import certificates
from jpki.selectors.metering import LINKED
from jpki.services import asking
from jpki.services.asking import Asking

PURPOSE = "JPKI-SERIAL-LINK"
_LINKS = frozenset({Entitlement.LINK_RENEWED, Entitlement.LINK_KINDS, Entitlement.LINK_CARRIERS})


class LinkLookupFailed(Refused):
    """The links could not be looked up; a caller must not take that for an answer."""

    status = 503


@dataclass(frozen=True)
class Numbered:
    """A certificate by its number; it was good when it was told."""

    authority: str
    generation: int
    serial: int
    kind: str


@dataclass(frozen=True)
class Links:
    """What a number leads to, None where the holder has no such certificate now; `told` says which were looked up."""

    told: frozenset[Entitlement]
    renewed: Numbered | None = None
    other_kind: Numbered | None = None
    other_carrier: Numbered | None = None


def link(*, authority: str, serial: int, by: Actor, at: Moment, on_behalf_of: str = "") -> Links:
    """The links of a number. Raises Forbidden with what the party is not entitled to, NotFound for a number unknown."""
    by.must("jpki.link_serials")
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    if not party.entitled & _LINKS:
        party.must_be_told(Entitlement.LINK_RENEWED)
    party.must_be_told_status(authority)
    return _looked_up(authority, serial, party, by, at)


def of_validated(authority: str, serial: int, party: Asking, *, by: Actor, at: Moment) -> Links | None:
    """The links that go with a validation's answer; None for a party without the entitlement, or a stranger's number.

    Raises LinkLookupFailed: without the links that it is due, the whole answer is refused.
    """
    if not authority or not party.entitled & _LINKS:
        return None
    try:
        return _looked_up(authority, serial, party, by, at)
    except NotFound as missing:
        message = "発行の番号の紐付けを取得できません。有効性の確認をやり直してください。"
        raise LinkLookupFailed("link_lookup_failed", message) from missing


def _looked_up(authority: str, serial: int, party: Asking, by: Actor, at: Moment) -> Links:
    with acting(JPKI):
        found, good = certificates.kin(authority, serial, at.instant)
        told = party.entitled & _LINKS
        links = Links(
            told,
            _newer(found, good) if Entitlement.LINK_RENEWED in told else None,
            _of_kind(_other_kind(Kind(found.kind)), good) if Entitlement.LINK_KINDS in told else None,
            _of_kind(_other_carrier(Kind(found.kind)), good) if Entitlement.LINK_CARRIERS in told else None,
        )
        detail = {
            "method": party.method(Channel.API, authority),
            "certificate": found.pk,
            "links": sorted(told),
        }
        audit.record(action=LINKED, by=by, purpose=PURPOSE, subject=found.resident_id, detail=detail)
    return links


def _newer(found: Certificate, good: list[Certificate]) -> Numbered | None:
    """The certificate that took the place of this one; none while this one is the good one itself."""
    newer = [each for each in good if each.kind == found.kind and each.pk > found.pk]
    return _numbered(newer[0]) if newer else None


def _of_kind(kind: str, good: list[Certificate]) -> Numbered | None:
    return next((_numbered(each) for each in good if each.kind == kind), None)


def _other_kind(kind: Kind) -> Kind:
    """On the same carrier: SIGN_CARD and AUTH_CARD are each other's."""
    return kind.for_use(AuthorityCode.AUTH if kind.authority is AuthorityCode.SIGN else AuthorityCode.SIGN)


def _other_carrier(kind: Kind) -> Kind:
    """For the same use: SIGN_CARD and SIGN_MOBILE are each other's."""
    return kind.on(Carrier.MOBILE if kind.carrier is Carrier.CARD else Carrier.CARD)


def _numbered(certificate: Certificate) -> Numbered:
    generation = certificate.status.generation
    return Numbered(generation.authority_id, generation.number, certificate.status.serial, certificate.kind)
