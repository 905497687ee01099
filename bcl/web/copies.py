"""副本 on the screen: how far the own town's differences have come, and one household opened."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from bcl.choices import Removal
from bcl.domain.relations import label_of
from bcl.domain.rows import CopyRow
from bcl.models import CopyEntry, CopyStream
from bcl.selectors import copies as questions
from bcl.services import copies
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.choices import Sex
from juki.selectors import affairs

_HIDDEN = "支援措置のため表示しません"


@staff_view(permission="bcl.see_copy")
@require_safe
def reception(request: StaffRequest) -> HttpResponse:
    """The streams in sight with their gaps."""
    rows = [
        {
            "name": municipalities.municipality(stream.office).name,
            "standing": questions.standing(stream),
            "rows": CopyEntry.objects.filter(office=stream.office).count(),
            "loose": CopyEntry.objects.filter(office=stream.office, resident__isnull=True).count(),
        }
        for stream in CopyStream.objects.order_by("office")
    ]
    return render(request, "bcl/reception.html", {"rows": rows, "breadcrumbs": [("副本の受信状況", "")]})


@staff_view(permission="bcl.open_household")
@require_safe
def household(request: StaffRequest, resident: UUID) -> HttpResponse:
    """One household; opened only with the purpose that the search was made for."""
    purpose = request.session.get("juki_purpose")
    if not purpose:
        messages.info(request, "利用目的を選んで検索してから開いてください。")
        return redirect("juki_search")
    at = now()
    found = copies.open_household(resident=resident, purpose=purpose, by=request.actor, at=at)
    label = affairs.require(purpose, organisation=request.actor.organisation, day=at.day).description
    shown = {
        "members": [_shown(held.row, hidden=found.protected) for held in found.members],
        "protected": found.protected,
        "number": found.members[0].row.household,
        "purpose": label,
        "print_purpose": label,
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("副本の世帯", "")],
    }
    response = render(request, "bcl/household.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown(row: CopyRow, *, hidden: bool) -> dict[str, object]:
    """A member as the page shows it; of a protected household nothing tells where anybody is."""

    def place(value: str) -> str:
        return _HIDDEN if hidden and value else value

    return {
        "row": row,
        "relation": label_of(row.relation),
        "sex": Sex(row.sex).label,
        "address": place(row.address),
        "former_address": place(row.former_address),
        "honseki": place(row.honseki),
        "removal": Removal(row.removal).label if row.removal else "",
    }
