"""Searching for a person, reading their record, disclosing who looked."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from jlis.kernel.domain.eras import format_era_time
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Invalid
from jlis.kernel.faces import panels
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from juki.domain.changes import REASONS, Reason
from juki.models import Affair, IdentityRecord
from juki.pdf import disclosure as disclosure_form
from juki.selectors import affairs
from juki.selectors.disclosures import Disclosed
from juki.selectors.residents import FourItems
from juki.services import disclosures, queries, unlocking
from juki.web.forms import ENTERED_FOR_KNOWN, ENTERED_FOR_REMOVED, SearchForm

SEARCH = ("本人確認情報の検索", "")


@staff_view(permission="juki.search")
def search(request: StaffRequest) -> HttpResponse:
    """The four-item search; a POST, so that no person stands in an address or a history."""
    at = now()
    # The purpose chosen before is offered again; what was looked for never is.
    initial = {"purpose": request.session.get("juki_purpose", "")}
    form = SearchForm(request.POST or None, purposes=_purposes(request, at.day), initial=initial)
    shown = {"form": form, "breadcrumbs": [SEARCH]}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        birth = asked["birth_date"]
        items = FourItems(asked["name"], asked["name_kana"], birth.iso if birth else "", asked["sex"], asked["address"])
        try:
            found, too_many = queries.search(items=items, purpose=asked["purpose"], by=request.actor, at=at)
        except Invalid as invalid:
            shown["faults"] = invalid.errors
        else:
            request.session["juki_purpose"] = asked["purpose"]
            shown |= {"found": found, "too_many": too_many, "searched": True}
    return render(request, "juki/residents/search.html", shown)


@staff_view(permission="juki.search")
def detail(request: StaffRequest, resident: UUID) -> HttpResponse:
    """One record with every version; opened only with the purpose that the search was made for."""
    purpose = request.session.get("juki_purpose")
    if not purpose:
        messages.info(request, "利用目的を選んで検索してから開いてください。")
        return redirect("juki_search")
    at = now()
    versions = queries.open_record(resident=resident, purpose=purpose, by=request.actor, at=at)
    current = next((row for row in versions if row.valid_to is None and row.superseded_at is None), None)
    is_present = current is not None and current.is_present_on(at.day)
    shown = {
        "record": current or versions[0],
        "is_here": current is not None,
        "is_present": is_present,
        "versions": versions,
        "panels": panels.of_resident(resident, request.actor, at),
        "reasons": _reasons(request, current),
        "may_protect": request.actor.may("juki.protect") and is_present,
        "may_see_address": versions[0].is_protected
        and unlocking.is_open(resident=resident, purpose=purpose, by=request.actor, at=at),
        "purpose": _label(purpose, at.day),
        "print_purpose": _label(purpose, at.day),
        "breadcrumbs": [("本人確認情報の検索", reverse("juki_search")), ("本人確認情報", "")],
    }
    return render(request, "juki/residents/detail.html", shown)


@staff_view(permission="juki.search")
@require_POST
def number(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Show the 個人番号 once; each look is written down."""
    purpose = request.session.get("juki_purpose", "")
    shown = queries.show_number(resident=resident, purpose=purpose, by=request.actor, at=now())
    response = render(request, "juki/residents/number.html", {"number": shown, "resident": resident})
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_view(permission="juki.disclose")
@require_POST
def disclosure(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Who looked at this person's record, for the person who asks (J12)."""
    record, lines = disclosures.disclose(resident=resident, by=request.actor, at=now())
    shown = {
        "record": record,
        "lines": lines,
        "print_purpose": "本人からの開示請求に関する事務",
        "breadcrumbs": [("本人確認情報の検索", reverse("juki_search")), ("提供状況の開示", "")],
    }
    return render(request, "juki/residents/disclosure.html", shown)


@staff_view(permission="juki.disclose")
@require_POST
def disclosure_paper(request: StaffRequest, resident: UUID) -> HttpResponse:
    """The same as a PDF for the person to take home."""
    at = now()
    record, lines = disclosures.disclose(resident=resident, by=request.actor, at=at)
    paper = disclosure_form.render(
        name=record.name,
        born=PartialDate.from_iso(record.birth_date).in_japanese,
        lines=[_paper_line(line) for line in lines],
        office=bodies.name_of(request.actor.organisation),
        disclosed_on=at.day,
    )
    return pdf_response(paper, name="disclosure.pdf")


def _paper_line(line: Disclosed) -> disclosure_form.Line:
    fields = "、".join(line.fields) or "―"
    at = format_era_time(timezone.localtime(line.at))
    return disclosure_form.Line(at, line.organisation, line.method, line.purpose_label or line.purpose, fields)


def _purposes(request: StaffRequest, day: date) -> list[Affair]:
    found = [affair for affair in affairs.open_to(request.actor.organisation, day) if not affair.table]
    return sorted(found, key=lambda affair: affair.pk)


def _label(purpose: str, day: date) -> str:
    affair = affairs.in_force(day).filter(code=purpose).first()
    return affair.description if affair else purpose


def _reasons(request: StaffRequest, current: IdentityRecord | None) -> list[Reason]:
    """What may be told of whoever is registered here, or was removed here."""
    if current is None or not request.actor.may("juki.notify"):
        return []
    return [REASONS[code] for code in (ENTERED_FOR_KNOWN if current.state == "CURRENT" else ENTERED_FOR_REMOVED)]
