"""転入届の特例 (住民基本台帳法24条の2): the card proved once, the former town asked, the move-in told.

One PIN entry serves the three steps 転入・継続利用・電子証明書: the sitting remembers who was
proved by which card, for half an hour, and the room of cards goes on from the event at its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refused
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.outbox.publishing import publish
from jlis.kernel.time import Moment
from juki.card_proofs import CardProof
from juki.choices import MoveOutState, NotificationStatus, RecordState, SpecialMoveInState
from juki.domain import special_move_ins
from juki.domain.changes import ChangeReason
from juki.domain.items import without_places
from juki.domain.notices import IDENTITY_FIELDS
from juki.domain.special_move_ins import PROOF_LASTS, Standing, Verdict
from juki.domain.town_messages import MOVES, Kind, State
from juki.events import SpecialMoveInCompleted
from juki.models import MoveOut, Resident, SpecialMoveIn
from juki.selectors import protections
from juki.selectors import town_messages as selectors
from juki.services import answering, notifications, posting, unlocking
from juki.services.notifications import Taken
from juki.services.posting import Letter

PURPOSE = "JUKI-COUNTER"


class SpecialMoveInRefused(Refused):
    """The special way is closed; the article and what to do instead are in the verdict."""

    status = 422

    def __init__(self, verdict: Verdict):
        super().__init__(verdict.bar.value.lower(), f"{verdict.advice}（{verdict.article}）")
        self.verdict = verdict


@dataclass(frozen=True)
class Sitting:
    """A sitting with what the former town answered; ``persons`` is empty while it has not. ``refusal``: its ground."""

    sitting: SpecialMoveIn
    state: State
    former_address: str
    destination: str
    intended_on: str
    persons: list[dict[str, Any]]
    refusal: Verdict | None


def open_sitting(*, proof: CardProof, moved_on: date, with_family: bool, by: Actor, at: Moment) -> SpecialMoveIn:
    """Begin with a proved card: judge, ask the former town, and be answered at once where it holds the information.

    Raises `SpecialMoveInRefused`, or `Invalid` for a day of the move that is still to come.
    """
    by.must("juki.special_move_in")
    if moved_on > at.day:
        raise Invalid.of([FieldError("moved_on", "in_the_future", "転入をした年月日に未来の日付は使えません。")])
    tenant = municipalities.tenant_of(by.organisation)
    with acting(REGISTRY):
        waiting = _judge(proof, moved_on, by, at)
        running = _running(proof, tenant.office)
        if running is not None:
            return running
        receiver = posting.addressee(waiting.office, at.day)
        if receiver == tenant.office:
            raise Conflict("own_town", "転出地はこの市区町村です。転出の取消しとして処理してください。")
        sitting = uuid7(at.instant)
        body = {"with_family": with_family, "moved_on": moved_on.isoformat(), "filed_on": at.day.isoformat()}
        letter = Letter(
            Kind.MOVE_OUT_INFORMATION, tenant.office, receiver, f"special-{sitting}", body, proof.resident, "SCREEN"
        )
        (posted,) = posting.post([letter], by=by, at=at)
        opened = SpecialMoveIn.objects.create(
            id=sitting, prefecture=tenant.prefecture, municipality=tenant.municipality, office=tenant.office,
            resident=proof.resident, request=posted.message, card=proof.card, moved_on=moved_on,
            with_family=with_family, state=SpecialMoveInState.WAITING, opened_at=at.instant, opened_by=by.label,
            proved_until=proof.proved_at + PROOF_LASTS,
        )  # fmt: skip
        audit.record(
            action="juki.special_move_in_opened", by=by, purpose=PURPOSE, subject=proof.resident,
            detail={"sitting": str(sitting), "card": proof.card, "with_family": with_family},
        )  # fmt: skip
        answering.answer_move_out_requests([proof.resident], at=at)
    return opened


def look(*, sitting: UUID, by: Actor, at: Moment) -> Sitting:
    """A sitting of the own town, with the former town's answer; the look is recorded."""
    by.must("juki.special_move_in")
    with acting(by.scope):
        found = _get(sitting)
        parts = selectors.contents(found.request)
        refused = found.request.steps.filter(verb="refuse").first()
        audit.record(
            action="juki.special_move_in_seen", by=by, purpose=PURPOSE, subject=found.resident,
            detail={"sitting": str(found.pk)},
        )  # fmt: skip
    answer = parts.get("ANSWER") or {}
    if protections.covered([found.resident]) and not unlocking.is_open(
        resident=found.resident, purpose=PURPOSE, by=by, at=at
    ):
        answer = without_places(answer)
    return Sitting(
        found,
        State(found.request.state),
        answer.get("former_address", ""),
        answer.get("destination", ""),
        answer.get("intended_on", ""),
        answer.get("persons", []),
        special_move_ins.verdict_on(refused.note) if refused else None,
    )


def complete(*, sitting: UUID, address: str, codes: Sequence[str], by: Actor, at: Moment) -> list[Taken]:
    """Tell the move-in of the card's holder and of the chosen members (their 住民票コード); all of it or nothing.

    Raises Conflict when the sitting is over, its proof has lapsed, or the register contradicts.
    """
    by.must("juki.special_move_in")
    with acting(by.scope):
        found = _get(sitting)
        answer = selectors.contents(found.request).get("ANSWER")
    _must_run(found, answer, at)
    assert answer is not None
    chosen = [
        person for place, person in enumerate(answer["persons"]) if place == 0 or person["resident_code"] in codes
    ]
    notices = [_notice(found, person, address, place) for place, person in enumerate(chosen)]
    with acting(REGISTRY):
        locked = SpecialMoveIn.objects.select_for_update().select_related("request").get(pk=found.pk)
        _must_run(locked, answer, at)
        with acting(by.scope):
            taken = notifications.receive(notices=notices, by=by, at=at, channel="SPECIAL")
        _must_be_applied(taken)
        locked.state, locked.completed_at = SpecialMoveInState.COMPLETED, at.instant
        locked.save(update_fields=["state", "completed_at"])
        posting.move(MOVES["close"], locked.request, by=by, at=at)
        audit.record(
            action="juki.special_move_in_completed", by=by, purpose=PURPOSE, subject=locked.resident,
            detail={"sitting": str(locked.pk), "persons": len(taken)},
        )  # fmt: skip
        publish(
            SpecialMoveInCompleted(
                subject=locked.resident, sitting=locked.pk, office=locked.office, card=locked.card, changed_on=at.day
            )
        )
    return taken


def end(*, sitting: UUID, note: str, by: Actor, at: Moment) -> None:
    """End a sitting without a move-in: the person goes another way. The request is taken back or closed."""
    by.must("juki.special_move_in")
    with acting(by.scope):
        found = _get(sitting)
    with acting(REGISTRY):
        locked = SpecialMoveIn.objects.select_for_update().select_related("request").get(pk=found.pk)
        if locked.state != SpecialMoveInState.WAITING:
            raise _over()
        locked.state = SpecialMoveInState.ENDED
        locked.save(update_fields=["state"])
        state = State(locked.request.state)
        if state is State.SENT:
            posting.move(MOVES["withdraw"], locked.request, by=by, at=at, note=note or "手続の中止")
        elif state in (State.ANSWERED, State.REFUSED):
            posting.move(MOVES["close"], locked.request, by=by, at=at, note=note)


def _judge(proof: CardProof, moved_on: date, by: Actor, at: Moment) -> MoveOut:
    # Locked, so that a reader that is asked twice at once opens one sitting.
    resident = Resident.objects.select_for_update().filter(pk=proof.resident).first()
    last = MoveOut.objects.filter(resident=proof.resident).order_by("-pk").first()
    waiting = last if last is not None and last.state == MoveOutState.OPEN else None
    standing = Standing(
        filed_on=at.day,
        moved_on=moved_on,
        card_is_live=proof.is_live,
        intended_on=waiting.intended_on if waiting else None,
        recorded_since=_recorded_since(resident, last),
    )
    verdict = special_move_ins.bar_on(standing)
    if verdict is not None:
        raise SpecialMoveInRefused(verdict)
    assert waiting is not None, "judged: a move-out waits"
    return waiting


def _recorded_since(resident: Resident | None, last: MoveOut | None) -> bool:
    """Entered somewhere after the move-out; whoever never told of one is merely registered where they live."""
    if resident is None or last is None:
        return False
    return resident.state == RecordState.CURRENT and resident.version > last.version


def _running(proof: CardProof, office: str) -> SpecialMoveIn | None:
    """The sitting of the same card that still runs here: a reader that is asked twice opens one."""
    return SpecialMoveIn.objects.filter(
        resident=proof.resident, office=office, card=proof.card, state=SpecialMoveInState.WAITING,
        proved_until__gt=proof.proved_at, request__state__in=["SENT", "RECEIVED", "ANSWERED"],
    ).first()  # fmt: skip


def _get(sitting: UUID) -> SpecialMoveIn:
    found = SpecialMoveIn.objects.select_related("request").filter(pk=sitting).first()
    if found is None:
        raise NotFound("sitting_not_found", "該当する手続がありません。")
    return found


def _must_run(found: SpecialMoveIn, answer: dict[str, Any] | None, at: Moment) -> None:
    if found.state != SpecialMoveInState.WAITING:
        raise _over()
    if answer is None:
        raise Conflict("not_answered", "転出地からまだ転出証明書情報が届いていません。")
    if at.instant > found.proved_until:
        raise Conflict("proof_lapsed", "暗証番号による確認から時間がたちました。もう一度カードを読み取ってください。")


def _over() -> Conflict:
    return Conflict("sitting_over", "この手続は終わっています。")


def _notice(found: SpecialMoveIn, person: dict[str, Any], address: str, place: int) -> dict[str, Any]:
    items = {item: person[item] for item in IDENTITY_FIELDS if person.get(item)}
    return items | {
        "key": f"special-{found.pk}-{place}",
        "reason": ChangeReason.MOVE_IN.value,
        "changed_on": found.moved_on.isoformat(),
        "municipality": found.office,
        "resident_code": person["resident_code"],
        "address": address,
    }


def _must_be_applied(taken: Sequence[Taken]) -> None:
    for one in taken:
        if one.status != NotificationStatus.APPLIED:
            advice = one.contradiction.advice if one.contradiction else "異動の通知を確かめてください。"
            raise Conflict("contradicts", f"転入を反映できません。{advice}")
