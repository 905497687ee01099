"""Who acts: a member of staff, a machine client, or the system itself.

An `Actor` is a frozen snapshot taken at sign-in of the request, so that services need neither request nor session.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import Scope


class ActorKind(StrEnum):
    """What kind of actor it is, as the audit chain writes it."""

    STAFF = "STAFF"
    CLIENT = "CLIENT"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts, with its permissions and the database scope it acts under."""

    kind: ActorKind
    id: str
    label: str
    organisation: str
    scope: Scope
    duties: frozenset[str] = field(default_factory=frozenset)
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission."""
        return permission in self.permissions

    def must(self, permission: str) -> None:
        """Raise `Forbidden` unless the actor holds the permission."""
        if not self.may(permission):
            raise Forbidden("permission_missing", "この操作の権限がありません。")


def system_actor(name: str, scope: Scope, *, permissions: frozenset[str] = frozenset()) -> Actor:
    """The system acting by itself, e.g. `system_actor("jpki.revocation", JPKI)`."""
    return Actor(ActorKind.SYSTEM, name, name, "", scope, frozenset(), permissions)
