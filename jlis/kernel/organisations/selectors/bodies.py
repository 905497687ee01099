"""Bodies, and the database scope in which their people and systems work."""

from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import Scope
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.models import Organisation

ROLES = {
    OrganisationKind.PREFECTURE: "jlis_prefectural",
    OrganisationKind.CITY: "jlis_city",
    OrganisationKind.MUNICIPALITY: "jlis_municipal",
    OrganisationKind.WARD: "jlis_municipal",
    OrganisationKind.NATIONAL_ORGAN: "jlis_national",
    OrganisationKind.JLIS: "jlis_operator",
    # A store operator's system sees no register: it asks through services that check the card in hand.
    OrganisationKind.OPERATOR: "jlis_public",
}


def scope_for(organisation_code: str) -> Scope:
    """The role that the kind of body gives, for this body. Raises NotFound."""
    kind = Organisation.objects.filter(code=organisation_code).values_list("kind", flat=True).first()
    if kind is None:
        raise NotFound("organisation_unknown", f"団体・機関 {organisation_code} はありません。", field="organisation")
    return scope_of(kind, organisation_code)


def scope_of(kind: str, organisation_code: str) -> Scope:
    """The same for a body whose kind is known."""
    return Scope(ROLES[OrganisationKind(kind)], org=organisation_code)


def name_of(organisation_code: str) -> str:
    """The name of a body as papers and screens show it; its code where it is not known."""
    name = Organisation.objects.filter(code=organisation_code).values_list("name", flat=True).first()
    return name or organisation_code
