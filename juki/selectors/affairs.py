"""What an organisation may use the register for, on a day."""

from datetime import date

from django.db.models import Q, QuerySet

from jlis.kernel.errors import Forbidden
from juki.models import Affair
from juki.sql import affairs


def in_force(day: date) -> QuerySet[Affair]:
    """The affairs in force on the day."""
    return Affair.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


def open_to(organisation: str, day: date) -> list[Affair]:
    """The affairs that an organisation may act under on the day, by code."""
    return affairs.open_to(organisation, day)


def require(code: str, *, organisation: str, day: date) -> Affair:
    """The affair of this code, if the organisation may act under it on the day; `Forbidden` naming the purpose."""
    found = affairs.open_to(organisation, day, code)
    if not found:
        raise Forbidden("purpose_not_allowed", f"事務区分「{code[:32]}」では提供を受けられません。", field="purpose")
    return found[0]


def require_ordinance(code: str, *, organisation: str, day: date) -> Affair:
    """An affair that the organisation's own ordinance gives it; `Forbidden` for any other.

    Whether it is nobody's or another body's ordinance is not told.
    """
    found = affairs.open_to(organisation, day, code)
    if not found or not found[0].by_ordinance:
        message = f"「{code[:32]}」は、この団体の条例で定める事務として登録されていません。"
        raise Forbidden("not_by_ordinance", message, field="ordinance_affair")
    return found[0]


def require_fields(affair: Affair, fields: list[str]) -> None:
    """Raise `Forbidden` naming the first field that the affair does not cover."""
    for field in fields:
        allowed = affair.number_allowed if field == "individual_number" else field in affair.fields
        if not allowed:
            raise Forbidden(
                "field_not_allowed", f"この事務では項目「{field[:40]}」の提供は受けられません。", field=field[:40]
            )
