"""How a holder's certificates stand, and the sittings held about them. The scope decides whose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import NotFound
from jlis.kernel.time import TOKYO, Moment
from jpki.domain import validity
from jpki.domain.eligibility import Applicant, Rule, hindrances
from jpki.domain.fees import Former, Ground, suggested
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import Cause, State
from jpki.engine.profiles import Term
from jpki.models import Certificate
from jpki.selectors import authorities, certificates
from mynacard.domain.sittings import ON_THE_CARD, Standing
from mynacard.models import Card, CertificateSitting


@dataclass(frozen=True)
class Borne:
    """A kind of certificate as the counter sees it: the newest one, and what a new one would be.

    ``renewable_on``: the first day of the renewal's window. ``new_last_day``: how long one issued today is valid.
    ``against``: the rules that stand against issuing, before any exception.
    """

    kind: Kind
    standing: Standing
    certificate: Certificate | None
    last_day: date | None
    renewable_on: date | None
    new_last_day: date
    against: tuple[Rule, ...]
    ground: Ground


def borne_by(
    card: Card,
    *,
    on_chip: Collection[int],
    born: PartialDate,
    registered: bool,
    under_guardianship: bool = False,
    at: Moment,
) -> dict[Kind, Borne]:
    """Both kinds, as they stand with the card's holder. ``on_chip``: the certificates that its chip was ever given."""
    newest: dict[str, Certificate] = {}
    issued = [each for each in certificates.of_resident(card.resident_id) if each.status.issued_at is not None]
    for each in issued:
        newest.setdefault(each.kind, each)
    # Of the keys that the chip makes, as far as a certificate on it tells.
    algorithm = next((each.profile.document["key_algorithm"] for each in issued if each.pk in on_chip), "")
    facts = _Facts(card, born, registered, under_guardianship, algorithm, at)
    return {kind: _borne(kind, newest.get(kind.value), facts) for kind in ON_THE_CARD}


def sitting(pk: int) -> CertificateSitting:
    """One sitting; its card may be in another town by now. NotFound, also for another town's."""
    found = CertificateSitting.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound("sitting_not_found", "該当する窓口手続がありません。")
    return found


def of_resident(resident: UUID) -> Sequence[CertificateSitting]:
    """The sittings about a resident's certificates in sight, the newest first."""
    return list(CertificateSitting.objects.filter(resident_id=resident).order_by("-pk")[:20])


@dataclass(frozen=True)
class _Facts:
    card: Card
    born: PartialDate
    registered: bool
    under_guardianship: bool
    algorithm: str
    at: Moment

    def term(self, kind: Kind) -> Term | None:
        """That of the profile under which a new one is issued: the cards of today and the next ones differ."""
        return authorities.term_for(kind, self.algorithm, self.at.instant) if self.algorithm else None


def _borne(kind: Kind, former: Certificate | None, facts: _Facts) -> Borne:
    today, card = facts.at.day, facts.card
    ends_on = former.status.not_after.astimezone(TOKYO).date() if former else None
    term = facts.term(kind)
    opens_on = validity.renewal_opens(ends_on, validity.rule_under(term, today)) if ends_on else None
    standing = _standing(former, ends_on, opens_on, today)
    # Only what is valid is renewed; what was on hold ends first, and the new one counts from today.
    renewed = ends_on if standing in (Standing.VALID, Standing.RENEWABLE) else None
    applicant = Applicant(
        kind=kind, born=facts.born, day=today, registered=facts.registered, under_guardianship=facts.under_guardianship
    )
    return Borne(
        kind,
        standing,
        former,
        ends_on,
        opens_on if renewed else None,
        validity.last_day(
            issued_on=today, born=facts.born, renewed_from=renewed, card_expires_on=card.expires_on, term=term
        ),
        tuple(hindrances(applicant)),
        _ground(former, standing),
    )


def _standing(former: Certificate | None, ends_on: date | None, opens_on: date | None, today: date) -> Standing:
    if former is None or ends_on is None or opens_on is None:
        return Standing.NONE
    state = State(former.status.state)
    if state is State.REVOKED:
        return Standing.REVOKED
    if ends_on < today:
        return Standing.EXPIRED
    if state is State.SUSPENDED:
        return Standing.SUSPENDED
    return Standing.RENEWABLE if opens_on <= today else Standing.VALID


def _ground(former: Certificate | None, standing: Standing) -> Ground:
    if former is None:
        return suggested(None)
    cause = Cause(former.status.cause) if former.status.cause else None
    return suggested(
        Former(
            State(former.status.state),
            cause,
            is_renewable=standing is Standing.RENEWABLE,
            has_expired=standing is Standing.EXPIRED,
        )
    )
