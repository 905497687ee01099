"""May this actor make this move, now? The lifecycle's table asks the state; this asks the person."""

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from jpki.domain.lifecycle import Move, State, allows


def must_be_allowed(move: Move, by: Actor) -> None:
    """Raises Forbidden unless the actor holds the move's permission."""
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")


def must_follow(move: Move, state: State, *, release_policy: bool) -> None:
    """Raises Conflict unless the state lets the move be made."""
    if not allows(move, state, release_policy=release_policy):
        raise Conflict("state_does_not_allow", f"この電子証明書は{move.label}ができる状態ではありません。")
