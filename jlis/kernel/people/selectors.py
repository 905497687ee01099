"""Who somebody is: the actor behind an account or a client."""

from collections.abc import Iterable

from jlis.kernel.actors import Actor, ActorKind
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import DOOR, Scope, acting
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.people.models import Client, DutyGrant, Staff
from jlis.kernel.people.permissions import duties, permissions_of


def active_duties(staff: Staff) -> frozenset[str]:
    """Codes of the duties that were given by a second person and have not ended."""
    held = DutyGrant.objects.filter(staff=staff, approved_at__isnull=False, ended_at__isnull=True)
    return frozenset(held.values_list("duty", flat=True))


def actor_of_staff(staff: Staff) -> Actor:
    """The actor for a member of staff, with the scope of the organisation or of a duty that replaces it."""
    with acting(DOOR):
        codes = active_duties(staff)
    return Actor(
        ActorKind.STAFF,
        str(staff.pk),
        f"{staff.organisation.name} {staff.get_full_name()}",
        staff.organisation_id,
        _scope(staff.organisation, codes),
        codes,
        permissions_of(codes),
    )


def actor_of_client(client: Client, scopes: Iterable[str]) -> Actor:
    """The actor for a machine client, holding what both its registration and its token allow."""
    return Actor(
        ActorKind.CLIENT,
        client.client_id,
        f"{client.organisation.name} {client.name}",
        client.organisation_id,
        _scope(client.organisation, frozenset()),
        frozenset(),
        frozenset(client.permissions) & frozenset(scopes),
    )


def actor_named(username: str) -> Actor:
    """The actor for a user name, for commands that take `--by`; `NotFound` when there is none."""
    with acting(DOOR):
        staff = Staff.objects.select_related("organisation").filter(username=username, is_active=True).first()
    if staff is None:
        raise NotFound("staff_not_found", f"利用者ID {username} の職員がいません。")
    return actor_of_staff(staff)


def _scope(organisation: Organisation, codes: frozenset[str]) -> Scope:
    roles = {duties()[code].role for code in codes if code in duties() and duties()[code].role}
    own = bodies.scope_of(organisation.kind, organisation.code)
    return Scope(min(roles), own.org) if roles else own
