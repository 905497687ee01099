"""What happens next: the register's events end certificates, each once, and move them with their holders."""

from collections.abc import Sequence

from jlis.kernel.actors import system_actor
from jlis.kernel.isolation.scope import JPKI
from jlis.kernel.outbox.events import Envelope, subscriber
from jpki.services import following
from juki.events import AbroadItemsChanged, IdentityBaseMoved, ResidentChanged, ResidentMovedIn, ResidentRemoved

_ACTOR = system_actor("jpki.revocation", JPKI, permissions=frozenset({"jpki.follow_register"}))


@subscriber(
    ResidentMovedIn,
    ResidentChanged,
    ResidentRemoved,
    IdentityBaseMoved,
    AbroadItemsChanged,
    name="jpki.revocation",
    scope=JPKI,
)
def follow_the_register(envelopes: Sequence[Envelope]) -> None:
    """Revoke what the law ends with these events (法第12条)."""
    following.follow(notices=[following.Notice.of(envelope) for envelope in envelopes], by=_ACTOR)
