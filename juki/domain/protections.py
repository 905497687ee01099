"""支援措置: how a measure begins, is decided, lasts and ends (住民基本台帳事務処理要領 第5の10).

One table of moves: the check, the button and the test's matrix come from it. A measure never ends by the calendar: the
end of its term is a reminder to the clerk, and the person stays covered until two members of staff have ended it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """Of what the person is, or may again become, the victim."""

    DOMESTIC_VIOLENCE = "DOMESTIC_VIOLENCE"
    STALKING = "STALKING"
    CHILD_ABUSE = "CHILD_ABUSE"
    OTHER = "OTHER"


class State(StrEnum):
    """Where a measure stands. It covers from PROVISIONAL on."""

    PROVISIONAL = "PROVISIONAL"
    DECIDED = "DECIDED"
    ENDED = "ENDED"


class Opinion(StrEnum):
    """The kind of body whose opinion was heard."""

    POLICE = "POLICE"
    SUPPORT_CENTRE = "SUPPORT_CENTRE"
    CHILD_CENTRE = "CHILD_CENTRE"
    COURT = "COURT"
    OTHER = "OTHER"


class Place(StrEnum):
    """Why a town holds a copy of the measure on its own register."""

    RESIDENCE = "RESIDENCE"
    MEMBER_RESIDENCE = "MEMBER_RESIDENCE"
    FORMER_ADDRESS = "FORMER_ADDRESS"
    HONSEKI = "HONSEKI"
    FORMER_HONSEKI = "FORMER_HONSEKI"


class Forwarding(StrEnum):
    """What one town tells another of a measure (転送)."""

    BEGUN = "BEGUN"
    DECIDED = "DECIDED"
    EXTENDED = "EXTENDED"
    MEMBERS = "MEMBERS"
    MOVED = "MOVED"
    ENDED = "ENDED"


class Treatment(StrEnum):
    """What became of a protected person's address on a way out."""

    OPEN = "OPEN"
    WITHHELD = "WITHHELD"
    BY_LAW = "BY_LAW"


class Due(StrEnum):
    """What a measure on the town's list asks of the clerk today."""

    CONFIRM = "CONFIRM"
    DECIDE = "DECIDE"
    END_ASKED = "END_ASKED"
    OVER = "OVER"
    SOON = "SOON"
    NOTHING = "NOTHING"


LIVE = frozenset({State.PROVISIONAL, State.DECIDED})


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where (None: it stays), by which permission, audit word and label."""

    verb: str
    sources: frozenset[State]
    target: State | None
    permission: str
    audit_word: str
    label: str

    def allowed_from(self, state: str) -> bool:
        """Whether a measure in this state may make the move."""
        return state in self.sources


_PROVISIONAL, _DECIDED = frozenset({State.PROVISIONAL}), frozenset({State.DECIDED})
MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        Move("decide", _PROVISIONAL, State.DECIDED, "juki.protect", "juki.protection_decided", "決定"),
        Move("extend", _DECIDED, State.DECIDED, "juki.protect", "juki.protection_extended", "延長"),
        Move("add_member", LIVE, None, "juki.protect", "juki.protection_member_added", "対象者の追加"),
        Move("confirm", LIVE, None, "juki.protect", "juki.protection_confirmed", "転送の確認"),
        Move("ask_end", LIVE, None, "juki.protect", "juki.protection_end_asked", "終了の申出"),
        Move("refuse_end", LIVE, None, "juki.end_protection", "juki.protection_end_refused", "終了の差戻し"),
        Move("end", LIVE, State.ENDED, "juki.end_protection", "juki.protection_ended", "終了の承認"),
    )
}


def term_end(begins_on: date) -> date:
    """The end of a year's term that begins on the day: the same day of the next year (民法140条, 143条)."""
    return _in_month(begins_on.year + 1, begins_on.month, begins_on.day)


def extendable_from(term_ends_on: date) -> date:
    """From when on the term may be renewed: one month before its end."""
    year, month = (term_ends_on.year, term_ends_on.month - 1) if term_ends_on.month > 1 else (term_ends_on.year - 1, 12)
    return _in_month(year, month, term_ends_on.day)


def renewed_end(term_ends_on: date, on: date) -> date:
    """A year from the end of the term that runs; from the day itself where the term has run out."""
    return term_end(max(term_ends_on, on))


def due(
    *, state: str, leads: bool, waits_for_confirmation: bool, end_asked: bool, ends_on: date | None, on: date
) -> Due:
    """What comes first; a term that has run out never stands for an end, the cover goes on."""
    if state not in LIVE:
        return Due.NOTHING
    if waits_for_confirmation:
        return Due.CONFIRM
    if not leads:
        return Due.NOTHING
    if end_asked:
        return Due.END_ASKED
    if ends_on is None:
        return Due.DECIDE
    if on > ends_on:
        return Due.OVER
    return Due.SOON if on >= extendable_from(ends_on) else Due.NOTHING


def _in_month(year: int, month: int, day: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (following - timedelta(days=1)).day))
