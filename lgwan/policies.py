"""May this actor do this? The table asks the state; this asks the person, and whether two are one."""

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from lgwan.domain.asp import Layer, Move, Part, State, allows


def must_be_allowed(move: Move, keeper: str, by: Actor) -> None:
    """Raises Forbidden unless the actor holds the move's permission, and for the applicant's keeps the service."""
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")
    if move.part is Part.APPLICANT:
        must_keep(keeper, by)


def must_keep(keeper: str, by: Actor) -> None:
    """Raises Forbidden unless the actor's body acts for the provider."""
    if by.organisation != keeper:
        raise Forbidden("other_body", "ほかの団体の申込み・届出は扱えません。")


def must_follow(move: Move, state: State, layer: Layer) -> None:
    """Raises Conflict unless the state lets the move be made."""
    if not allows(move, state, layer):
        raise Conflict("state_does_not_allow", f"このサービスは{move.label}ができる状態ではありません。")


def is_another(part: Part, earlier: dict[Part, set[str]], by: Actor) -> bool:
    """Whether the actor has played no other part than this one."""
    return not any(by.id in persons for other, persons in earlier.items() if other is not part)


def must_be_another(part: Part, earlier: dict[Part, set[str]], by: Actor) -> None:
    """Raises Forbidden for somebody who has played another part in the same filing."""
    if not is_another(part, earlier, by):
        raise Forbidden(
            "same_person", "届出をした人、審査をした人、承認をする人は、それぞれ別の人でなければなりません。"
        )
