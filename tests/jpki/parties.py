"""Relying parties as two officers of the centre register them: a ministry, a platform, a provider under it."""

from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.choices import PaperKind, PartyKind
from jpki.domain.relying_parties import Entitlement
from jpki.models import RelyingParty
from jpki.services import relying_parties
from jpki.services.relying_parties import Application, Papers
from tests.conftest import actor, client_of
from tests.jpki import cast

BOTH = frozenset({Entitlement.SIGNATURE_STATUS, Entitlement.AUTHENTICATION_STATUS})
PAPER = Papers(PaperKind.NOTIFICATION, "見本第1号", date(2026, 4, 1))
MINISTRY = "MHLW"


def application(kind: PartyKind = PartyKind.ADMINISTRATIVE, **changes: object) -> Application:
    """An application that may be accepted."""
    told: dict[str, object] = {"kind": kind, "service": "見本の手続", "what": BOTH, "paper": PAPER}
    if kind == PartyKind.ADMINISTRATIVE:
        told["organisation"] = MINISTRY
    else:
        told["name"] = "見本プラットフォーム株式会社" if kind == PartyKind.PLATFORM else "見本保険株式会社"
    return Application(**(told | changes))  # type: ignore[arg-type]


def applied(at: Moment, kind: PartyKind = PartyKind.ADMINISTRATIVE, *, by: Actor | None = None, **changes: object):
    by = by or cast.operator()
    with acting(by.scope):
        return relying_parties.apply(application=application(kind, **changes), by=by, at=at)


def moved(party: RelyingParty, *verbs: str, at: Moment, by: Actor | None = None) -> RelyingParty:
    """The party after these moves by the centre's second officer."""
    by = by or cast.operator(2)
    for verb in verbs:
        with acting(by.scope):
            party = relying_parties.move(party=party.pk, verb=verb, note="見本の理由", by=by, at=at)
    return party


def active(at: Moment, kind: PartyKind = PartyKind.ADMINISTRATIVE, **changes: object) -> RelyingParty:
    return moved(applied(at, kind, **changes), "accept", "start", at=at)


def active_pair(at: Moment, **changes: object) -> tuple[RelyingParty, RelyingParty]:
    """A platform, and a provider under it."""
    platform = active(at, PartyKind.PLATFORM, **changes)
    return platform, active(at, PartyKind.PROVIDER, platform=platform.pk, **changes)


def client(party: RelyingParty, *permissions: str) -> Actor:
    """The machine of a company or a ministry."""
    kind = "NATIONAL_ORGAN" if party.kind == PartyKind.ADMINISTRATIVE else "OPERATOR"
    return client_of(party.organisation_id, *(permissions or ("jpki.validate", "jpki.link_serials")), kind=kind)


def staff(party: RelyingParty, number: int = 1) -> Actor:
    """Somebody of a platform or a provider."""
    return actor(party.organisation_id, "RELYING_PARTY_OFFICER", kind="OPERATOR", number=number)
