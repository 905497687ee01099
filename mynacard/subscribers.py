"""What happens next: the register's events end cards, start their clocks and carry them to the next town."""

from collections.abc import Sequence

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import MYNACARD
from jlis.kernel.outbox.events import Envelope, subscriber
from jpki.events import CertificateReplaced
from juki.events import (
    IdentityBaseMoved,
    ResidentChanged,
    ResidentMovedIn,
    ResidentRemoved,
    SpecialMoveInCompleted,
    VersionsRenumbered,
)
from mynacard.services import following, replacing

_ACTOR = system_actor("mynacard.following", MYNACARD, permissions=frozenset({"mynacard.follow_register"}))


@subscriber(
    ResidentMovedIn,
    ResidentChanged,
    ResidentRemoved,
    SpecialMoveInCompleted,
    IdentityBaseMoved,
    name="mynacard.following",
    scope=MYNACARD,
)
def follow_the_register(envelopes: Sequence[Envelope]) -> None:
    """End and carry cards as the law has it (施行令14条)."""
    following.follow(envelopes=envelopes, by=_ACTOR)


@subscriber(VersionsRenumbered, name="mynacard.renumbering", scope=MYNACARD)
def follow_the_numbers(envelopes: Sequence[Envelope]) -> None:
    """Keep what remembers a version of the register at that version."""
    following.renumber(envelopes=envelopes, by=_ACTOR)


@subscriber(CertificateReplaced, name="mynacard.replacing", scope=MYNACARD)
def take_up_replacements(envelopes: Sequence[Envelope]) -> None:
    """Keep what was issued anew for the card that it belongs on."""
    replacing.take_up(envelopes=envelopes, by=_ACTOR)
