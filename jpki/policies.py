"""May this actor make this move, now? The lifecycle's table asks the state; this asks the person."""

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from jpki.domain import fee_reports
from jpki.domain.lifecycle import Move, State, allows
from jpki.domain.relying_parties import PartyKind, PartyMove, PartyState, party_allows
from jpki.models import RelyingParty


def must_be_allowed(move: Move | fee_reports.Move, by: Actor) -> None:
    """Raises Forbidden unless the actor holds the move's permission."""
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")


def must_follow(move: Move, state: State, *, release_policy: bool) -> None:
    """Raises Conflict unless the state lets the move be made."""
    if not allows(move, state, release_policy=release_policy):
        raise Conflict("state_does_not_allow", f"この電子証明書は{move.label}ができる状態ではありません。")


def may_move(move: PartyMove, party: RelyingParty, by: Actor) -> bool:
    """Whether the actor may make this move of a party: by their duty, or as the platform of the provider."""
    if move.by_another and by.id == party.entered_by:
        return False
    if by.may(move.permission):
        return True
    is_platform = party.kind == PartyKind.PROVIDER and party.keeper == by.organisation
    return move.by_platform and is_platform and by.may("jpki.notify_providers")


def must_move(move: PartyMove, party: RelyingParty, by: Actor) -> None:
    """Raises Forbidden for who may not make the move, Conflict where the state does not let it be made."""
    if move.by_another and by.may(move.permission) and by.id == party.entered_by:
        raise Forbidden("same_person", "登録した人は受理・不受理を決められません。別の担当者が行ってください。")
    if not may_move(move, party, by):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")
    if not party_allows(move, PartyState(party.state)):
        raise Conflict("state_does_not_allow", f"この検証者は{move.label}ができる状態ではありません。")
