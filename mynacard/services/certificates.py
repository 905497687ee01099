"""Certificates on a card: keys made by its chip, issued by the authority, written back to the chip.

All within the caller's transaction: when the terminal fails in between, nothing of it has happened in the registers.
What the chip then holds is known to no authority, and the next sitting writes over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.eligibility import Applicant, hindrances
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES as CERTIFICATE_MOVES
from jpki.models import Certificate
from jpki.selectors import certificates
from jpki.services import charges, endings, issuing
from jpki.services.issuing import Order
from mynacard.domain.identity import Shown
from mynacard.gateways.terminal import TerminalFailed, terminal
from mynacard.models import Card, CardCertificate


def kinds_for(*, born: PartialDate, shown: Shown, signature: bool, authentication: bool, at: Moment) -> list[Kind]:
    """Which certificates the holder gets: none for signatures under fifteen or under guardianship, but by a reason
    that the counter has confirmed."""
    wanted = [Kind.AUTH_CARD] if authentication else []
    return [Kind.SIGN_CARD, *wanted] if signature and may_sign(born=born, shown=shown, at=at) else wanted


def may_sign(*, born: PartialDate, shown: Shown, at: Moment) -> bool:
    """Whether age and guardianship leave room for a signature certificate."""
    applicant = Applicant(
        Kind.SIGN_CARD, born, at.day, under_guardianship=shown.under_guardianship, exemptions=shown.exemptions
    )
    return not any(hindrances(applicant))


@dataclass(frozen=True)
class Needs:
    """What an act of issue needs besides card and kinds: the fee's ground, and what the counter has confirmed.

    ``renews``: what is valid of a kind ends by the new one.
    """

    ground: Ground
    fee_yen: int | None = None
    renews: bool = False
    under_guardianship: bool = False
    exemptions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Issued:
    """The certificates in the order of the kinds, and the charge for all of them (None where nothing was issued)."""

    certificates: list[int]
    charge: int | None


def issue(card: Card, kinds: Sequence[Kind], *, needs: Needs, by: Actor, at: Moment, purpose: str) -> Issued:
    """Issue certificates for keys that the card's chip makes, charge, and write them; in the caller's transaction.

    Raises Conflict or Invalid when one of them cannot be issued or the terminal fails.
    """
    if not kinds:
        return Issued([], None)
    try:
        keys = terminal().make_keys(card_number=card.card_number, kinds=[kind.value for kind in kinds])
        orders = [_order(card, kind, keys[kind.value], needs) for kind in kinds]
        issued = issuing.issue_many(orders=orders, by=by, at=at, purpose=purpose, processes=1)
        if issued.refusals:
            raise _refusal(issued.refusals)
        ids = [issued.certificates[place] for place in range(len(kinds))]
        CardCertificate.objects.bulk_create(
            CardCertificate(certificate_id=pk, card=card, kind=kind.value) for pk, kind in zip(ids, kinds, strict=True)
        )
        charge = charges.record(
            issued=dict(zip(kinds, ids, strict=True)),
            office=card.office,
            ground=needs.ground,
            entered_yen=needs.fee_yen,
            by=by,
            at=at,
            purpose=purpose,
        )
        write(card, dict(zip(ids, kinds, strict=True)))
    except TerminalFailed as failure:
        raise Conflict("terminal_failed", f"カードに書き込めませんでした。{failure}") from failure
    return Issued(ids, charge.pk)


def end_holds(ids: Sequence[int], *, by: Actor, at: Moment, purpose: str) -> None:
    """End what is on hold before a new certificate takes its place: a hold is never lifted."""
    endings.apply(CERTIFICATE_MOVES["revoke_on_request"], ids, by=by, at=at, purpose=purpose)


def _order(card: Card, kind: Kind, public_key: bytes, needs: Needs) -> Order:
    return Order(
        card.resident_id,
        kind,
        public_key,
        card_expires_on=card.expires_on,
        renews=needs.renews,
        under_guardianship=needs.under_guardianship,
        exemptions=needs.exemptions,
    )


def write(card: Card, wanted: dict[int, Kind]) -> None:
    """Write certificates to the card's chip. Raises TerminalFailed."""
    with acting(JPKI):
        found = Certificate.objects.select_related("status__generation").filter(pk__in=list(wanted))
        octets = {each.pk: certificates.der(each) for each in found}
    for pk, kind in wanted.items():
        terminal().write_certificate(card_number=card.card_number, kind=kind.value, der=octets[pk])


def _refusal(refusals: Sequence[FieldError]) -> Conflict | Invalid:
    first = refusals[0]
    if first.code in {"double_issue", "overtaken", "not_registered", "not_found"}:
        return Conflict(first.code, first.message)
    return Invalid.of(list(refusals))
