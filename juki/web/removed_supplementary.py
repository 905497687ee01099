"""除附票 on the screen: the search, one record with its addresses, the copy."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.domain.retention import DataClass, kept_until, policy_of
from juki.domain.supplementary_copies import REMOVED_GROUNDS
from juki.services import removed_supplementary
from juki.web.supplementary import CopyForm, SearchForm

SEARCH = ("除附票の検索", "juki_removed_supplementary_search")


@staff_view(permission="juki.search_removed")
@require_http_methods(["GET", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """The removed 附票 by name and birth date; a POST, so that no person stands in an address."""
    form = SearchForm(request.POST or None)
    shown: dict[str, Any] = {"form": form, "breadcrumbs": [(SEARCH[0], "")]}
    if request.method == "POST" and form.is_valid():
        items = {"name": form.cleaned_data["name"], "birth_date": form.cleaned_data["birth_date"].iso}
        try:
            found = removed_supplementary.search(items=items, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            shown |= {"found": found, "searched": True}
    return render(request, "juki/removed/supplementary_search.html", shown)


@staff_view(permission="juki.search_removed")
@require_safe
def detail(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """One removed 附票 with the addresses that it lists."""
    at = now()
    record, listed = removed_supplementary.open_record(resident=resident, version=version, by=request.actor, at=at)
    until = kept_until(record.changed_on, policy_of(DataClass.REMOVED_SUPPLEMENTARY, at.day).years)
    shown = {
        "record": record,
        "stays": listed,
        "kept_until": format_era(until),
        "may_issue": request.actor.may("juki.issue_supplementary_copies") and not record.is_protected,
        "may_dispose": until < at.day and request.actor.may("juki.ask_disposals"),
        "print_purpose": "除票に関する事務",
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("除附票", "")],
    }
    return render(request, "juki/removed/supplementary.html", shown)


@staff_view(permission="juki.issue_supplementary_copies")
@require_http_methods(["GET", "POST"])
def copy(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """The 除附票の写し: the counter reads 戸籍の表示 and the days from its own 除附票, and the paper is drawn."""
    at = now()
    record, listed = removed_supplementary.addresses(resident=resident, version=version, by=request.actor, at=at)
    form = CopyForm(request.POST or None, stays=listed, grounds=REMOVED_GROUNDS)
    if request.method == "POST" and form.is_valid():
        try:
            drawn = removed_supplementary.issue(
                resident=resident, version=version, asked=form.asked(), by=request.actor, at=at
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            return pdf_response(drawn, name="removed-supplementary-copy.pdf")
    back = reverse("juki_removed_supplementary", args=[resident, version])
    shown = {
        "form": form,
        "title": "戸籍の附票の除票の写しの交付",
        "lead": f"{record.name}（{record.name_kana}）　住所を定めた年月日は、備え付けの除附票で確かめて入力します。",
        "submit": "写しを作成する（PDF）",
        "back": back,
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("除附票", back), ("写しの交付", "")],
    }
    return render(request, "shell/form.html", shown)
