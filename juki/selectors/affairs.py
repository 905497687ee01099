"""What an organisation may use the register for, on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from jlis.kernel.errors import Forbidden
from jlis.kernel.organisations.models import Organisation
from juki.models import Affair, AffairEntitlement


def in_force(day: date) -> QuerySet[Affair]:
    """The affairs in force on the day."""
    return Affair.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def open_to(organisation: str, day: date) -> QuerySet[Affair]:
    """The affairs that an organisation may act under.

    Those of local bodies are open to each of their kind; a 別表 item names its body, and needs an entry.
    """
    kind = Organisation.objects.values_list("kind", flat=True).get(code=organisation)
    entitled = AffairEntitlement.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=day), organisation=organisation, valid_from__lte=day
    ).values("affair_code")
    return in_force(day).filter(Q(kinds__contains=[kind], table="") | Q(kinds__contains=[kind], code__in=entitled))


def require(code: str, *, organisation: str, day: date) -> Affair:
    """The affair of this code, if the organisation may act under it on the day; `Forbidden` naming the purpose."""
    affair = open_to(organisation, day).filter(code=code).order_by("-valid_from").first()
    if affair is None:
        raise Forbidden("purpose_not_allowed", f"事務区分「{code[:32]}」では提供を受けられません。", field="purpose")
    return affair


def require_fields(affair: Affair, fields: list[str]) -> None:
    """Raise `Forbidden` naming the first field that the affair does not cover."""
    for field in fields:
        allowed = affair.number_allowed if field == "individual_number" else field in affair.fields
        if not allowed:
            raise Forbidden(
                "field_not_allowed", f"この事務では項目「{field[:40]}」の提供は受けられません。", field=field[:40]
            )
