"""Certificates on a card: keys made by its chip, issued by the authority, written back to the chip.

All within the caller's transaction: when the terminal fails in between, nothing of it has happened in the registers.
What the chip then holds is known to no authority, and the next sitting writes over it.
"""

from collections.abc import Sequence

from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import JPKI, MYNACARD, acting
from jlis.kernel.time import Moment
from jpki.choices import State as CertificateState
from jpki.domain.eligibility import AGE_FOR_SIGNATURE
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES as CERTIFICATE_MOVES
from jpki.models import Certificate, CertificateStatus
from jpki.selectors import certificates
from jpki.services import endings, issuing
from jpki.services.issuing import Order
from mynacard.choices import State
from mynacard.domain.validity import age_on
from mynacard.gateways.terminal import TerminalFailed, terminal
from mynacard.models import Card, CardCertificate
from mynacard.selectors import cards
from mynacard.services import holders
from mynacard.services.counter import PURPOSE


def kinds_for(*, born: PartialDate, signature: bool, authentication: bool, at: Moment) -> list[Kind]:
    """Which certificates the holder gets: none for signatures under fifteen."""
    wanted = [Kind.AUTH_CARD] if authentication else []
    return [Kind.SIGN_CARD, *wanted] if signature and age_on(at.day, born) >= AGE_FOR_SIGNATURE else wanted


def reissue(*, card: int, kinds: Sequence[Kind], by: Actor, at: Moment, purpose: str = PURPOSE) -> list[int]:
    """New certificates on a card in its holder's hands: after a move ended one, after a hold, before they expire.

    Raises Forbidden, NotFound, Conflict, Invalid; returns the certificates' ids.
    """
    by.must("mynacard.update")
    with acting(by.scope):
        found = cards.get(card)
    if found.state != State.LIVE or found.expires_on < at.day:
        raise Conflict("state_does_not_allow", "有効なカードにだけ電子証明書を発行できます。")
    holders.present(found, by=by)
    with acting(MYNACARD):
        _end_what_is_held(found, kinds, by=by, at=at, purpose=purpose)
        return issue(found, kinds, by=by, at=at, purpose=purpose, renews=True)


def issue(card: Card, kinds: Sequence[Kind], *, by: Actor, at: Moment, purpose: str, renews: bool = False) -> list[int]:
    """Issue certificates for keys that the card's chip makes, and write them to it; in the caller's transaction.

    Raises Conflict or Invalid when one of them cannot be issued or the terminal fails.
    """
    if not kinds:
        return []
    try:
        keys = terminal().make_keys(card_number=card.card_number, kinds=[kind.value for kind in kinds])
        orders = [
            Order(card.resident_id, kind, keys[kind.value], card_expires_on=card.expires_on, renews=renews)
            for kind in kinds
        ]
        issued = issuing.issue_many(orders=orders, by=by, at=at, purpose=purpose, processes=1)
        if issued.refusals:
            raise _refusal(issued.refusals)
        ids = [issued.certificates[place] for place in range(len(kinds))]
        CardCertificate.objects.bulk_create(
            CardCertificate(certificate_id=pk, card=card, kind=kind.value) for pk, kind in zip(ids, kinds, strict=True)
        )
        _write(card, dict(zip(ids, kinds, strict=True)))
    except TerminalFailed as failure:
        raise Conflict("terminal_failed", f"カードに書き込めませんでした。{failure}") from failure
    return ids


def _write(card: Card, wanted: dict[int, Kind]) -> None:
    with acting(JPKI):
        found = Certificate.objects.select_related("status__generation").filter(pk__in=list(wanted))
        octets = {each.pk: certificates.der(each) for each in found}
    for pk, kind in wanted.items():
        terminal().write_certificate(card_number=card.card_number, kind=kind.value, der=octets[pk])


def _end_what_is_held(card: Card, kinds: Sequence[Kind], *, by: Actor, at: Moment, purpose: str) -> None:
    """A hold is never lifted: what is on hold ends before the new one. What is valid is renewed."""
    on_card = [pk for kind in kinds for pk in cards.certificates_on([card.pk], kind=kind.value)]
    held = CertificateStatus.objects.filter(pk__in=on_card, state=CertificateState.SUSPENDED)
    ids = list(held.values_list("pk", flat=True))
    endings.apply(CERTIFICATE_MOVES["revoke_on_request"], ids, by=by, at=at, purpose=purpose)


def _refusal(refusals: Sequence[FieldError]) -> Conflict | Invalid:
    first = refusals[0]
    if first.code in {"double_issue", "overtaken", "not_registered", "not_found"}:
        return Conflict(first.code, first.message)
    return Invalid.of(list(refusals))
