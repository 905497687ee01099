"""Putting messages between towns on their way, and moving them: within the registry's running transaction.

Each is sent once: a key that was used before is answered with the message it stood for. Messages of a sender to a
receiver are numbered in the order in which their transactions end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, F, Max, Value
from django.db.models.functions import Coalesce

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Unprocessable
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing
from juki.choices import TownMessagePart
from juki.domain import town_messages
from juki.domain.town_messages import Kind, Move, State
from juki.models import TownDesk, TownMessage, TownMessageBody, TownMessageStep

PURPOSE = "JUKI-COUNTER"
_LOCK = """
    SELECT pg_advisory_xact_lock(hashtextextended(pair, 5013))
    FROM (SELECT pair FROM unnest(%s::text[]) AS pair ORDER BY pair) AS wanted
"""


@dataclass(frozen=True)
class Letter:
    """A message to be sent. ``body`` is what it says, and is sealed; ``key`` is the sender's own, used once."""

    kind: Kind
    sender: str
    receiver: str
    key: str
    body: Mapping[str, Any]
    resident: UUID | None = None
    channel: str = "NETWORK"


@dataclass(frozen=True)
class Posted:
    """The message that stands for a letter; ``replayed``: it was sent before."""

    message: TownMessage
    replayed: bool = False


def post(letters: Sequence[Letter], *, by: Actor, at: Moment) -> list[Posted]:
    """Send letters in order. Raises `Unprocessable` for a key that stands for another content."""
    if not letters:
        return []
    _lock({f"{letter.sender}>{letter.receiver}" for letter in letters})
    digests = sealing.index_many([town_messages.told_form(each.kind, each.receiver, each.body) for each in letters])
    desks = {desk.pk: desk for desk in TownDesk.objects.filter(pk__in={letter.receiver for letter in letters})}
    known = _known(letters)
    last: dict[tuple[str, str], int] = {}
    posted: list[Posted] = []
    for letter, digest in zip(letters, digests, strict=True):
        before = known.get((letter.sender, letter.key))
        if before is not None:
            posted.append(_replay(before, digest))
            continue
        message = _message(letter, digest, _next(letter, last), desks.get(letter.receiver), by, at)
        known[letter.sender, letter.key] = message
        posted.append(Posted(message))
    _write([(each.message, letter) for each, letter in zip(posted, letters, strict=True) if not each.replayed], by, at)
    return posted


def move(
    wanted: Move,
    message: TownMessage,
    *,
    by: Actor,
    at: Moment,
    note: str = "",
    answer: Mapping[str, Any] | None = None,
) -> TownMessage:
    """Make a move of the table with a message that the caller has locked. Raises `Conflict` when its state does not
    let it; the caller has judged who may."""
    if not town_messages.allows(wanted, Kind(message.kind), State(message.state)):
        raise Conflict("state_does_not_allow", f"この通知は{wanted.label}ができる状態ではありません。")
    message.state = wanted.target.value
    if wanted.verb != "withdraw":
        message.received_at = message.received_at or at.instant
    if wanted.target not in town_messages.OPEN and wanted.verb != "withdraw":
        message.answered_at = message.answered_at or at.instant
    message.save(update_fields=["state", "received_at", "answered_at"])
    if answer is not None:
        _seal([(message, TownMessagePart.ANSWER, answer)], at)
    TownMessageStep.objects.create(
        **_towns(message),
        message=message,
        verb=wanted.verb,
        target=message.state,
        at=at.instant,
        by=by.label,
        note=note,
    )
    detail = {"message": str(message.pk), "kind": message.kind, "move": wanted.verb}
    audit.record(action=wanted.audit_word, by=by, purpose=PURPOSE, subject=message.resident, detail=detail)
    return message


def move_many(wanted: Move, messages: Sequence[TownMessage], *, by: Actor, at: Moment) -> None:
    """The same for many that the caller has locked and whose state lets it: a statement for each table."""
    own = TownMessage.objects.filter(pk__in=[message.pk for message in messages])
    received = Coalesce(F("received_at"), Value(at.instant, DateTimeField()))
    own.update(state=wanted.target.value, received_at=received, answered_at=at.instant)
    TownMessageStep.objects.bulk_create(
        TownMessageStep(
            **_towns(message), message=message, verb=wanted.verb, target=wanted.target.value, at=at.instant, by=by.label
        )
        for message in messages
    )
    acts = [
        Act(wanted.audit_word, message.resident, None,
            {"message": str(message.pk), "kind": message.kind, "move": wanted.verb})
        for message in messages
    ]  # fmt: skip
    audit.record_many(acts, by=by, purpose=PURPOSE)


def addressee(office: str, day: date) -> str:
    """Who now keeps the records of an office: itself, or whoever took over from it."""
    if municipalities.municipality(office).holds_on(day):
        return office
    successors = [row.code for row in municipalities.successors_of(office) if row.is_office and row.holds_on(day)]
    return successors[0] if len(successors) == 1 else office


def _lock(pairs: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(pairs)])


def _known(letters: Sequence[Letter]) -> dict[tuple[str, str], TownMessage]:
    found = TownMessage.objects.filter(
        sender__in={letter.sender for letter in letters}, key__in={letter.key for letter in letters}
    )
    return {(message.sender, message.key): message for message in found}


def _replay(before: TownMessage, digest: bytes) -> Posted:
    if bytes(before.digest) != digest:
        fault = FieldError("key", "key_reused", "この通知キーは別の内容で使用済みです。")
        raise Unprocessable("key_reused", "使用済みの通知キーです。", errors=[fault])
    return Posted(before, replayed=True)


def _next(letter: Letter, last: dict[tuple[str, str], int]) -> int:
    pair = letter.sender, letter.receiver
    if pair not in last:
        of_pair = TownMessage.objects.filter(sender=letter.sender, receiver=letter.receiver)
        last[pair] = of_pair.aggregate(last=Max("sequence"))["last"] or 0
    last[pair] += 1
    return last[pair]


def _message(letter: Letter, digest: bytes, sequence: int, desk: TownDesk | None, by: Actor, at: Moment) -> TownMessage:
    days = desk.days_to_settle if desk and letter.kind in town_messages.NOTICES else None
    return TownMessage(
        id=uuid7(at.instant),
        kind=letter.kind.value,
        sender=letter.sender,
        sender_municipality=municipalities.tenant_of(letter.sender).municipality,
        receiver=letter.receiver,
        receiver_municipality=municipalities.tenant_of(letter.receiver).municipality,
        sequence=sequence,
        key=letter.key,
        digest=digest,
        resident=letter.resident,
        state=State.SENT.value,
        sent_at=at.instant,
        sent_by=by.label,
        due_on=town_messages.due_on(letter.kind, at.day, days),
        channel=letter.channel,
    )


def _write(sent: Sequence[tuple[TownMessage, Letter]], by: Actor, at: Moment) -> None:
    TownMessage.objects.bulk_create(message for message, _ in sent)
    _seal([(message, TownMessagePart.REQUEST, letter.body) for message, letter in sent], at)
    TownMessageStep.objects.bulk_create(
        TownMessageStep(
            **_towns(message), message=message, verb="send", target=message.state, at=at.instant, by=by.label
        )
        for message, _ in sent
    )
    acts = [
        Act("juki.town_message_sent", message.resident, None,
            {"message": str(message.pk), "kind": message.kind, "receiver": message.receiver})
        for message, _ in sent
    ]  # fmt: skip
    audit.record_many(acts, by=by, purpose=PURPOSE)


def _seal(bodies: Sequence[tuple[TownMessage, TownMessagePart, Mapping[str, Any]]], at: Moment) -> None:
    values = sealing.seal_many(
        [town_messages.sealed_form(body) for _, _, body in bodies], [message.pk.bytes for message, _, _ in bodies]
    )
    TownMessageBody.objects.bulk_create(
        TownMessageBody(**_towns(message), id=uuid7(at.instant), message=message, part=part, sealed=value)
        for (message, part, _), value in zip(bodies, values, strict=True)
    )


def _towns(message: TownMessage) -> dict[str, str]:
    return {
        "sender": message.sender,
        "sender_municipality": message.sender_municipality,
        "receiver": message.receiver,
        "receiver_municipality": message.receiver_municipality,
    }
