"""Certificates issued anew by a 一斉再発行: they wait for their card, and are written when it comes to a counter."""

from collections.abc import Sequence

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.outbox.events import Envelope
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from mynacard.choices import State
from mynacard.gateways.terminal import TerminalFailed
from mynacard.models import Card, CardCertificate
from mynacard.selectors import cards
from mynacard.services import certificates
from mynacard.services.counter import PURPOSE


def take_up(*, envelopes: Sequence[Envelope], by: Actor) -> int:
    """Note on whose card each new certificate belongs; returns how many. What is on no card of ours is left."""
    by.must("mynacard.follow_register")
    events = [envelope.event for envelope in envelopes]
    with acting(MYNACARD):
        borne = CardCertificate.objects.in_bulk([event.predecessor for event in events])
        rows = [
            CardCertificate(
                certificate_id=event.certificate,
                card_id=borne[event.predecessor].card_id,
                kind=event.certificate_kind,
                is_written=False,
            )
            for event in events
            if event.predecessor in borne
        ]
        CardCertificate.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def count_waiting(*, card: int, by: Actor) -> int:
    """How many certificates wait for a card."""
    by.must("mynacard.update")
    with acting(MYNACARD):
        return len(cards.waiting_for(card))


def write_waiting(*, card: int, by: Actor, at: Moment, purpose: str = PURPOSE) -> int:
    """Write what waits for a card that lies on the terminal; returns how many certificates.

    Raises Forbidden, NotFound, also for another town's card; Conflict when nothing waits or the terminal fails.
    """
    by.must("mynacard.update")
    with acting(by.scope):
        found = cards.get(card)
    if found.state != State.LIVE or found.expires_on < at.day:
        raise Conflict("state_does_not_allow", "有効なカードにだけ電子証明書を書き込めます。")
    with acting(MYNACARD):
        Card.objects.select_for_update(of=("self",)).get(pk=card)
        waiting = cards.waiting_for(card)
        if not waiting:
            raise Conflict("nothing_waits", "書込みを待っている電子証明書はありません。")
        CardCertificate.objects.filter(pk__in=list(waiting)).update(is_written=True)
        audit.record(
            action="mynacard.certificates_written",
            by=by,
            purpose=purpose,
            subject=found.resident_id,
            detail={"card": card, "certificates": sorted(waiting)},
        )
        try:
            certificates.write(found, {pk: Kind(kind) for pk, kind in waiting.items()})
        except TerminalFailed as failure:
            raise Conflict("terminal_failed", f"カードに書き込めませんでした。{failure}") from failure
    return len(waiting)
