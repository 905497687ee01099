"""問合せ (J16): a town asks, the centre answers, the town closes. Plain text, and never a person's number."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.tickets import MOVES, State, number_in
from juki.models import Ticket, TicketMessage

LONGEST_SUBJECT, LONGEST_BODY = 100, 4000


def ask(*, office: str, subject: str, body: str, by: Actor, at: Moment) -> Ticket:
    """Open a ticket of an own office. Raises `Invalid` for a text at fault, `Forbidden`."""
    by.must("juki.ask_help")
    _check(subject=(subject, LONGEST_SUBJECT), body=(body, LONGEST_BODY))
    with acting(REGISTRY):
        tenant = municipalities.tenant_of(office)
        if by.organisation not in (tenant.office, tenant.municipality):
            raise Forbidden("other_office", "ほかの市区町村の問合せはできません。", field="municipality")
        ticket = Ticket.objects.create(
            id=uuid7(at.instant),
            **tenant._asdict(),
            subject=subject.strip(),
            state=State.OPEN.value,
            opened_at=at.instant,
            opened_by=by.label,
            changed_at=at.instant,
        )
        _write(ticket, body, by, at, from_centre=False)
        detail = {"ticket": str(ticket.pk), "office": tenant.office}
        audit.record(action="juki.ticket_opened", by=by, detail=detail)
    return ticket


def move(*, ticket_id: UUID, verb: str, by: Actor, at: Moment, body: str = "") -> Ticket:
    """Answer, ask again or close. Raises `Invalid`, `NotFound`, `Forbidden`, `Conflict` where the state forbids it."""
    wanted = MOVES.get(verb)
    if wanted is None:
        raise NotFound("move_unknown", "この操作はありません。")
    by.must(wanted.permission)
    from_centre = wanted.permission == "juki.answer_help"
    with acting(REGISTRY):
        ticket = Ticket.objects.select_for_update().filter(pk=ticket_id).first()
        is_own = ticket is not None and by.organisation in (ticket.office, ticket.municipality)
        if ticket is None or not (from_centre or is_own):
            raise NotFound("ticket_not_found", "該当する問合せがありません。")
        if ticket.state not in wanted.sources:
            raise Conflict(
                "state_does_not_allow", f"この問合せは{ticket.get_state_display()}のため、この操作はできません。"
            )
        if wanted.says:
            _check(body=(body, LONGEST_BODY))
            _write(ticket, body, by, at, from_centre=from_centre)
        ticket.state, ticket.changed_at = wanted.target.value, at.instant
        ticket.closed_at = at.instant if wanted.target is State.CLOSED else None
        ticket.save(update_fields=["state", "changed_at", "closed_at"])
        detail = {"ticket": str(ticket.pk), "office": ticket.office, "state": ticket.state}
        audit.record(action=wanted.audit_word, by=by, detail=detail)
    return ticket


def _write(ticket: Ticket, body: str, by: Actor, at: Moment, *, from_centre: bool) -> None:
    TicketMessage.objects.create(
        ticket=ticket,
        prefecture=ticket.prefecture,
        municipality=ticket.municipality,
        office=ticket.office,
        from_centre=from_centre,
        body=body.strip(),
        written_at=at.instant,
        written_by=by.label,
    )


def _check(**texts: tuple[str, int]) -> None:
    faults = []
    for name, (text, longest) in texts.items():
        if not 0 < len(text.strip()) <= longest:
            faults.append(FieldError(name, "length", f"1文字から{longest:,}文字までで入力してください。"))
        elif found := number_in(text):
            message = f"{found}と思われる数字があります。住民の情報は書かず、受付番号などで示してください。"
            faults.append(FieldError(name, "personal_number", message))
    if faults:
        raise Invalid.of(faults)
