"""The states of a card and the moves between them: one table.

The check, the button, the diagram in the README and the test's matrix come from it. Whether this person may make a
move is the policy's question, not the table's.

Articles are those of 行政手続における特定の個人を識別するための番号の利用等に関する法律 (番号法) and its ordinance.
The list of what ends a card is 施行令14条's; its present numbering was not compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a card stands, from the maker's lot to its end."""

    PRODUCTION = "PRODUCTION"
    SHIPPED = "SHIPPED"
    STORED = "STORED"
    READY = "READY"
    LIVE = "LIVE"
    SUSPENDED = "SUSPENDED"
    VOID = "VOID"


class Cause(StrEnum):
    """Why a card has ended."""

    DEATH = "DEATH"
    LEFT_COUNTRY = "LEFT_COUNTRY"
    REMOVED = "REMOVED"
    NUMBER_CHANGED = "NUMBER_CHANGED"
    NO_MOVE_IN = "NO_MOVE_IN"
    NOT_CONTINUED = "NOT_CONTINUED"
    MOVED_AGAIN = "MOVED_AGAIN"
    EXPIRED = "EXPIRED"
    LOST = "LOST"
    DAMAGED = "DAMAGED"
    RETURNED = "RETURNED"
    ORDERED = "ORDERED"
    REPLACED = "REPLACED"
    EX_OFFICIO = "EX_OFFICIO"
    FAULTY = "FAULTY"
    MISSING = "MISSING"
    UNCOLLECTED = "UNCOLLECTED"


# In the holder's hands, and on its way there.
RELIED_ON = frozenset({State.LIVE, State.SUSPENDED})
BEFORE_HAND_OVER = frozenset({State.PRODUCTION, State.SHIPPED, State.STORED, State.READY})


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, by which permission and law, under which words.

    ``cause`` is why the card ends by it; None for a move that ends nothing. ``at_the_counter``: a clerk chooses it
    from the card's page; the others come with other work.
    """

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    statute: str
    audit_word: str
    label: str
    cause: Cause | None = None
    at_the_counter: bool = False


def _row(verb: str, sources: str, target: State, permission: str, statute: str, label: str, **rest: object) -> Move:
    states = frozenset(map(State, sources.split()))
    word = "mynacard.card_voided" if target is State.VOID else f"mynacard.card_{_WORDS[verb]}"
    return Move(verb, states, target, f"mynacard.{permission}", statute, word, label, **rest)  # type: ignore[arg-type]


_WORDS = {
    "ship": "shipped", "arrive": "arrived", "set_up": "set_up", "set_up_centrally": "set_up",
    "hand_over": "handed_over", "send_home": "handed_over", "suspend": "suspended", "resume": "resumed",
    "continue_use": "continued", "continue_abroad": "kept_abroad", "update_face": "face_updated",
    "drop_pins": "pins_dropped", "restore_pins": "pins_restored",
}  # fmt: skip
_HELD = "LIVE SUSPENDED"
_WAITING = "PRODUCTION SHIPPED STORED READY"
_ANY = f"{_WAITING} {_HELD}"
_VOID = State.VOID

MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("ship", "PRODUCTION", State.SHIPPED, "produce", "番号法16条の2", "発送"),
        _row("arrive", "SHIPPED", State.STORED, "receive", "番号法17条1項", "到着"),
        _row("set_up", "STORED", State.READY, "set_up", "番号法17条1項", "交付前設定"),
        _row("set_up_centrally", "PRODUCTION", State.READY, "dispatch_express", "番号法16条の2", "集約交付前設定"),
        _row("hand_over", "READY", State.LIVE, "hand_over", "番号法17条1項", "交付"),
        _row("send_home", "READY", State.LIVE, "dispatch_express", "番号法17条1項", "特急発行による送付"),
        _row("suspend", "LIVE", State.SUSPENDED, "suspend", "番号法17条5項", "一時停止", at_the_counter=True),
        _row("resume", "SUSPENDED", State.LIVE, "resume", "番号法17条5項", "一時停止の解除", at_the_counter=True),
        _row("continue_use", "LIVE", State.LIVE, "update", "番号法17条2項・3項", "継続利用", at_the_counter=True),
        _row("continue_abroad", "LIVE", State.LIVE, "update", "番号法17条・施行令14条", "国外継続利用"),
        _row("update_face", "LIVE", State.LIVE, "update", "番号法17条4項", "券面更新", at_the_counter=True),
        _row("drop_pins", "LIVE", State.LIVE, "update", "事務処理要領", "顔認証カードへの切替え", at_the_counter=True),
        _row("restore_pins", "LIVE", State.LIVE, "hand_over", "事務処理要領", "暗証番号ありへの切替え"),
        _row("void_lost", _HELD, _VOID, "void", "番号法17条5項", "紛失による廃止", cause=Cause.LOST,
             at_the_counter=True),
        _row("void_damaged", _HELD, _VOID, "void", "施行令14条", "損傷・機能喪失による廃止", cause=Cause.DAMAGED,
             at_the_counter=True),
        _row("give_back", _HELD, _VOID, "void", "施行令15条4項", "返納", cause=Cause.RETURNED, at_the_counter=True),
        _row("void_ordered", _HELD, _VOID, "void", "施行令16条", "返納命令による廃止", cause=Cause.ORDERED,
             at_the_counter=True),
        _row("void_ex_officio", _ANY, _VOID, "void", "施行令14条", "職権による廃止", cause=Cause.EX_OFFICIO,
             at_the_counter=True),
        _row("replace", _HELD, _VOID, "hand_over", "施行令14条", "新しいカードの交付による廃止",
             cause=Cause.REPLACED),
        _row("void_faulty", _WAITING, _VOID, "set_up", "番号法16条の2", "印字・チップの不良による廃棄",
             cause=Cause.FAULTY),
        _row("void_missing", "SHIPPED STORED READY", _VOID, "receive", "番号法16条の2", "輸送・保管中の亡失",
             cause=Cause.MISSING),
        _row("discard", "STORED READY", _VOID, "set_up", "事務処理要領", "未交付カードの廃棄",
             cause=Cause.UNCOLLECTED, at_the_counter=True),
        _row("void_on_death", _ANY, _VOID, "follow_register", "施行令14条", "死亡による廃止", cause=Cause.DEATH),
        _row("void_on_leaving", _ANY, _VOID, "follow_register", "施行令14条", "国外転出による廃止",
             cause=Cause.LEFT_COUNTRY),
        _row("void_on_removal", _ANY, _VOID, "follow_register", "施行令14条", "住民票の消除による廃止",
             cause=Cause.REMOVED),
        _row("void_on_number_change", _ANY, _VOID, "follow_register", "施行令14条",
             "個人番号・住民票コードの変更による廃止", cause=Cause.NUMBER_CHANGED),
        _row("void_no_move_in", _HELD, _VOID, "follow_register", "施行令14条", "転出後の転入届の期限経過による廃止",
             cause=Cause.NO_MOVE_IN),
        _row("void_not_continued", _HELD, _VOID, "follow_register", "施行令14条", "継続利用の期限経過による廃止",
             cause=Cause.NOT_CONTINUED),
        _row("void_moved_again", _HELD, _VOID, "follow_register", "施行令14条", "継続利用前の転出による廃止",
             cause=Cause.MOVED_AGAIN),
        _row("expire", _HELD, _VOID, "follow_register", "番号法17条6項", "有効期間の満了", cause=Cause.EXPIRED),
    )
}  # fmt: skip


def allows(move: Move, state: State) -> bool:
    """Whether the state lets the move be made."""
    return state in move.sources


def moves_from(state: State) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if allows(move, state))


def diagram() -> str:
    """The table as a Mermaid state diagram; what ends a card from the same states stands on one line."""
    lines = ["stateDiagram-v2", "    [*] --> PRODUCTION: 製造"]
    ending: dict[frozenset[State], list[Move]] = {}
    for move in MOVES.values():
        if move.target is State.VOID:
            ending.setdefault(move.sources, []).append(move)
            continue
        lines += [f"    {source} --> {move.target}: {move.label}" for source in State if source in move.sources]
    for sources, moves in ending.items():
        words = "、".join(move.label for move in moves)
        lines += [f"    {source} --> VOID: {words}" for source in State if source in sources]
    return "\n".join([*lines, "    VOID --> [*]"])
