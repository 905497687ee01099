"""市町村間の通知 at the counter: opening a message, and the moves that a clerk chooses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.items import without_places
from juki.domain.town_messages import MOVES, Kind, Move, Side, State, moves_from
from juki.models import TownDesk, TownMessage, TownMessageStep
from juki.selectors import protections
from juki.selectors import town_messages as selectors
from juki.services import posting, unlocking

PURPOSE = "JUKI-COUNTER"


@dataclass(frozen=True)
class Opened:
    """A message with what it says, what was answered, what became of it, and what the actor may do with it.

    ``is_covered``: a 支援措置 covers the person it is about; where they are is said only to whom it may be shown.
    """

    message: TownMessage
    body: dict[str, Any]
    answer: dict[str, Any] | None
    is_covered: bool = False
    steps: list[TownMessageStep] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)


def open_message(*, message: UUID, by: Actor, at: Moment) -> Opened:
    """Open a message of the own town; the receiver's first look receives it. `NotFound` for other towns' messages."""
    by.must("juki.see_town_messages")
    with acting(by.scope):
        found = selectors.get(message)
    sides = selectors.sides_of(found, by)
    may_handle = by.may("juki.handle_town_messages")
    if Side.RECEIVER in sides and found.state == State.SENT and may_handle:
        found = _move(message, MOVES["receive"], by, at)
    with acting(by.scope):
        parts = selectors.contents(found)
        detail = {"message": str(found.pk), "kind": found.kind}
        audit.record(action="juki.town_message_opened", by=by, purpose=PURPOSE, subject=found.resident, detail=detail)
        steps = list(found.steps.all())
    moves = [
        each
        for side in sorted(sides)
        for each in moves_from(Kind(found.kind), State(found.state), side)
        if each.at_the_counter and by.may(each.permission)
    ]
    about = found.resident
    is_covered = about is not None and bool(protections.covered([about]))
    if about and is_covered and not unlocking.is_open(resident=about, purpose=PURPOSE, by=by, at=at):
        parts = without_places(parts)
    return Opened(found, parts.get("REQUEST", {}), parts.get("ANSWER"), is_covered, steps, moves)


def make_move(*, message: UUID, verb: str, note: str = "", by: Actor, at: Moment) -> TownMessage:
    """Make a move that a clerk chooses. Raises Forbidden, NotFound, Conflict, and Invalid where a reason is missing."""
    wanted = MOVES.get(verb)
    if wanted is None or not wanted.at_the_counter:
        raise NotFound("move_unknown", "この操作はありません。")
    by.must(wanted.permission)
    with acting(by.scope):
        found = selectors.get(message)
    if wanted.side not in selectors.sides_of(found, by):
        raise Forbidden("not_this_side", f"{wanted.label}は相手の市区町村が行います。")
    if wanted.needs_note and not note.strip():
        raise Invalid.of([FieldError("note", "required", "理由を入力してください。")])
    return _move(message, wanted, by, at, note.strip())


def settle_many(*, messages: Sequence[UUID], by: Actor, at: Moment) -> int:
    """Settle 転入通知 that are written into the town's own records; others among them are left. Returns how many."""
    wanted = MOVES["settle"]
    by.must(wanted.permission)
    with acting(by.scope):
        seen = selectors.received_by(by).filter(pk__in=list(messages), kind=Kind.MOVE_IN_NOTICE)
        own = list(seen.order_by().values_list("pk", flat=True))
    with acting(REGISTRY):
        waiting = TownMessage.objects.select_for_update().filter(
            pk__in=own, state__in=[state.value for state in wanted.sources]
        )
        locked = list(waiting.order_by("pk"))
        posting.move_many(wanted, locked, by=by, at=at)
    return len(locked)


def set_desk(*, office: str, values: dict[str, Any], by: Actor, at: Moment) -> TownDesk:
    """Set days, hours and the signatory of the own office. Raises Forbidden for another's, Invalid for bad hours."""
    by.must("juki.set_town_desk")
    if office not in {row.code for row in municipalities.offices_at(at.day, within=by.organisation)}:
        raise Forbidden("not_own", "ほかの市区町村の設定は変えられません。")
    if values["wide_area_opens"] >= values["wide_area_closes"]:
        message = "終了時刻は開始時刻より後にしてください。"
        raise Invalid.of([FieldError("wide_area_closes", "not_in_order", message)])
    tenant = municipalities.tenant_of(office)
    with acting(REGISTRY):
        desk, _ = TownDesk.objects.update_or_create(
            office=office, defaults={"prefecture": tenant.prefecture, "municipality": tenant.municipality} | values
        )
        audit.record(action="juki.town_desk_set", by=by, detail={"office": office, "fields": sorted(values)})
    return desk


def _move(message: UUID, wanted: Move, by: Actor, at: Moment, note: str = "") -> TownMessage:
    with acting(REGISTRY):
        locked = TownMessage.objects.select_for_update().get(pk=message)
        if wanted.verb == "receive" and locked.state != State.SENT:
            return locked
        if wanted.verb == "withdraw" and locked.state != State.SENT:
            raise Conflict("already_received", "相手の市区町村が受領したため、取り下げられません。")
        return posting.move(wanted, locked, by=by, at=at, note=note)
