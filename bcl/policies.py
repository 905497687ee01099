"""May this actor do this, for this office? The tables ask the state; this asks the person."""

from bcl.domain.participation import Move, State
from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, Forbidden
from jlis.kernel.organisations.selectors import municipalities


def must_be_own(office: str, by: Actor) -> municipalities.Tenant:
    """The tenant of an office that is the actor's own or its city's ward. Raises `Forbidden`, `NotFound`."""
    tenant = municipalities.tenant_of(office)
    if by.organisation not in (tenant.office, tenant.municipality):
        raise Forbidden("other_office", "ほかの市区町村の副本は扱えません。", field="municipality")
    return tenant


def must_be_allowed(move: Move, office: str, by: Actor) -> None:
    """Raises `Forbidden` unless the actor may make the move for the office; J-LIS's operators act for every one."""
    if not by.may(move.permission):
        raise Forbidden("permission_missing", f"{move.label}の権限がありません。")
    if move.permission == "bcl.take_part":
        must_be_own(office, by)


def must_follow(move: Move, state: State) -> None:
    """Raises `Conflict` unless the state lets the move be made."""
    if state not in move.sources:
        raise Conflict("state_does_not_allow", f"この団体は{move.label}ができる状態ではありません。")
