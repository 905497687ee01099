"""市町村間の通知: the kinds that the law has, their states, and the moves between them: one table.

The network only carries them: sender, receiver, kind, deadline and state are its own; what a message says is sealed
and read by the two towns alone. Whether this person may make a move is the policy's question, not the table's.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What one town tells or asks another."""

    MOVE_IN_NOTICE = "MOVE_IN_NOTICE"
    MOVE_OUT_INFORMATION = "MOVE_OUT_INFORMATION"
    WIDE_AREA = "WIDE_AREA"
    SUPPLEMENTARY_NOTICE = "SUPPLEMENTARY_NOTICE"
    KOSEKI_NOTICE = "KOSEKI_NOTICE"
    SUPPLEMENTARY_TRANSFER = "SUPPLEMENTARY_TRANSFER"


class State(StrEnum):
    """Where a message stands."""

    SENT = "SENT"
    RECEIVED = "RECEIVED"
    ANSWERED = "ANSWERED"
    DISAGREED = "DISAGREED"
    REFUSED = "REFUSED"
    SETTLED = "SETTLED"
    WITHDRAWN = "WITHDRAWN"
    CLOSED = "CLOSED"


class Side(StrEnum):
    """Which of the two towns makes a move."""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


@dataclass(frozen=True)
class KindFacts:
    """What the law says of a kind. ``days``: how long it may lie before it is overdue, where the town set nothing.

    ``may_be_written``: a clerk may write one; the others come of the act itself.
    """

    kind: Kind
    label: str
    article: str
    days: int
    answer_label: str = ""
    may_be_written: bool = False


# 遅滞なく has no figure in the law: the days are this project's, and a town may set its own.
KINDS: dict[Kind, KindFacts] = {
    facts.kind: facts
    for facts in (
        KindFacts(Kind.MOVE_IN_NOTICE, "転入通知", "住民基本台帳法9条1項", 7),
        KindFacts(
            Kind.MOVE_OUT_INFORMATION, "転出証明書情報の請求", "住民基本台帳法24条の2第3項・4項", 0, "転出証明書情報"
        ),
        KindFacts(Kind.WIDE_AREA, "広域交付の請求", "住民基本台帳法12条の4第2項・3項", 0, "住民票の記載事項"),
        KindFacts(Kind.SUPPLEMENTARY_NOTICE, "附票への記載事項通知", "住民基本台帳法19条1項・2項", 14, "", True),
        KindFacts(Kind.KOSEKI_NOTICE, "戸籍の届出による通知", "住民基本台帳法9条2項", 14, "", True),
        KindFacts(Kind.SUPPLEMENTARY_TRANSFER, "転籍による附票の通知", "住民基本台帳法19条3項", 14),
    )
}
REQUESTS = frozenset({Kind.MOVE_OUT_INFORMATION, Kind.WIDE_AREA})
NOTICES = frozenset(Kind) - REQUESTS
OPEN = frozenset({State.SENT, State.RECEIVED})


@dataclass(frozen=True)
class Move:
    """One row: what is done, by which side, for which kinds, from where to where, by which permission and law.

    ``needs_note``: the one who makes it says why. ``at_the_counter``: a clerk chooses it from the message's page.
    """

    verb: str
    side: Side
    kinds: frozenset[Kind]
    sources: frozenset[State]
    target: State
    statute: str
    label: str
    needs_note: bool = False
    at_the_counter: bool = True
    permission: str = "juki.handle_town_messages"

    @property
    def audit_word(self) -> str:
        """The act as the chain names it."""
        return f"juki.town_message_{self.target.value.lower()}"


def _row(
    verb: str, side: Side, kinds: frozenset[Kind], sources: str, target: State, statute: str, label: str, **rest: Any
) -> Move:
    return Move(verb, side, kinds, frozenset(map(State, sources.split())), target, statute, label, **rest)


_EVERY = frozenset(Kind)
_WRITTEN = frozenset({Kind.SUPPLEMENTARY_NOTICE, Kind.KOSEKI_NOTICE})
_TRANSFER = frozenset({Kind.SUPPLEMENTARY_TRANSFER})
_WAITS = "SENT RECEIVED"

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("receive", Side.RECEIVER, _EVERY, "SENT", State.RECEIVED, "事務処理要領", "受領",
             at_the_counter=False),
        _row("answer", Side.RECEIVER, REQUESTS, _WAITS, State.ANSWERED, "住民基本台帳法12条の4・24条の2", "回答",
             at_the_counter=False),
        _row("refuse", Side.RECEIVER, REQUESTS, _WAITS, State.REFUSED, "住民基本台帳法12条6項・施行令24条の2",
             "回答できない旨の通知", needs_note=True),
        _row("settle", Side.RECEIVER, NOTICES - _TRANSFER, _WAITS, State.SETTLED,
             "施行令13条2項・12条", "処理済み"),
        _row("disagree", Side.RECEIVER, frozenset({Kind.SUPPLEMENTARY_NOTICE}), _WAITS, State.DISAGREED,
             "住民基本台帳法19条2項", "戸籍との不一致の通知", needs_note=True),
        _row("enter", Side.RECEIVER, _TRANSFER, _WAITS, State.SETTLED, "住民基本台帳法18条・19条3項",
             "附票への記載", at_the_counter=False, permission="juki.notify_supplementary"),
        _row("return", Side.RECEIVER, _TRANSFER, _WAITS, State.REFUSED, "事務処理要領", "返送", needs_note=True),
        _row("withdraw", Side.SENDER, REQUESTS | _WRITTEN | _TRANSFER, "SENT", State.WITHDRAWN, "事務処理要領",
             "取下げ", needs_note=True),
        _row("close", Side.SENDER, REQUESTS | _WRITTEN | _TRANSFER, "ANSWERED DISAGREED REFUSED", State.CLOSED,
             "事務処理要領", "完了"),
    )
}  # fmt: skip


def allows(move: Move, kind: Kind, state: State) -> bool:
    """Whether kind and state let the move be made."""
    return kind in move.kinds and state in move.sources


def moves_from(kind: Kind, state: State, side: Side) -> Iterator[Move]:
    """Every move that a side may make, in the table's order."""
    return (move for move in MOVES.values() if move.side is side and allows(move, kind, state))


def due_on(kind: Kind, sent_on: date, days: int | None = None) -> date:
    """The last day on which it is in time; ``days`` is what the receiving town has set."""
    return sent_on + timedelta(days=KINDS[kind].days if days is None else days)


def is_overdue(state: State, due: date, today: date) -> bool:
    """Whether the receiver is late."""
    return state in OPEN and today > due


def sealed_form(body: Mapping[str, Any]) -> bytes:
    """A content as it is sealed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def told_form(kind: Kind, receiver: str, body: Mapping[str, Any]) -> bytes:
    """What stands for a message when it is sent once more under its key."""
    return hashlib.sha256(b"\x1f".join([kind.value.encode(), receiver.encode(), sealed_form(body)])).digest()


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> SENT: 送信"]
    for move in MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in State if source in move.sources]
    return "\n".join([*lines, *(f"    {end} --> [*]" for end in ("SETTLED", "WITHDRAWN", "CLOSED"))])
