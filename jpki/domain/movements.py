"""What a change in the register does to a resident's certificates (法第12条).

The signature certificate carries the four items: any change of them other than a 軽微な修正 ends it, and so does
removal. The authentication certificate names nobody and ends with removal alone. Which reason code means which is the
register's knowledge and comes with its events.
"""

from dataclasses import dataclass

from jpki.domain.kinds import EVERY_KIND, SIGNATURE_KINDS, Kind
from jpki.domain.lifecycle import MOVES, Move


@dataclass(frozen=True)
class Effect:
    """The kinds of certificate that end, and by which move."""

    kinds: frozenset[Kind]
    move: Move


NO_EFFECT = Effect(frozenset(), MOVES["revoke_for_change"])
SIGNATURE_ENDS = Effect(SIGNATURE_KINDS, MOVES["revoke_for_change"])
EVERYTHING_ENDS = Effect(EVERY_KIND, MOVES["revoke_for_removal"])


def effect_of(*, signature_affected: bool, authentication_affected: bool = False) -> Effect:
    """The effect of one event of the register."""
    if authentication_affected:
        return EVERYTHING_ENDS
    return SIGNATURE_ENDS if signature_affected else NO_EFFECT
