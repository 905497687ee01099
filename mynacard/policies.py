"""May this actor make this move, now? The tables ask the state; this asks the person."""

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from mynacard.domain import applications, lifecycle


def must_be_allowed(move: lifecycle.Move | applications.Move, by: Actor) -> None:
    """Raises Forbidden unless the actor holds the move's permission."""
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")


def must_follow(move: lifecycle.Move, state: lifecycle.State) -> None:
    """Raises Conflict unless the card's state lets the move be made."""
    if not lifecycle.allows(move, state):
        raise Conflict("state_does_not_allow", f"このカードは{move.label}ができる状態ではありません。")


def application_must_follow(move: applications.Move, state: applications.State) -> None:
    """Raises Conflict unless the application's state lets the move be made."""
    if not applications.allows(move, state):
        raise Conflict(
            "state_does_not_allow", "この申請は、すでにほかの処理が済んでいます。最新の状態を確認してください。"
        )
