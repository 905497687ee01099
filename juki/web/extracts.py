"""Asking for a bulk extract on the screen; the request file can be saved, or read in."""

import json
from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from jlis.kernel.errors import Forbidden, Invalid, Refused
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.selectors import affairs
from juki.services import extracts
from juki.web.forms import ExtractForm


@staff_view(permission="juki.extract")
def new(request: StaffRequest) -> HttpResponse:
    """The request; on filing it waits for a second person, or it is saved as a request file."""
    at = now()
    form = ExtractForm(
        request.POST or None,
        affairs=affairs.open_to(request.actor.organisation, at.day),
        places=_places(request, at.day),
    )
    shown = {"form": form, "breadcrumbs": [("一括抽出の依頼", "")]}
    if request.method == "POST" and form.is_valid():
        document = form.document()
        if request.POST.get("save"):
            return _request_file(document)
        try:
            job = extracts.request(document=document, by=request.actor, at=at)
        except Forbidden as refusal:
            form.add_error(None, refusal.message)
        except Invalid as invalid:
            for fault in invalid.errors:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "依頼を受け付けました。別の担当者の承認を待っています。")
            return redirect("job_detail", job_id=job.pk)
    return render(request, "juki/extracts/new.html", shown)


def _request_file(document: dict[str, object]) -> HttpResponse:
    response = HttpResponse(json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="request.json"'
    return response


def _places(request: StaffRequest, day: date) -> list[tuple[str, str]]:
    """The prefecture's municipalities, each designated city before its wards."""
    offices = municipalities.offices_at(day, within=request.actor.organisation)
    cities = {office.city.code: office.city for office in offices if office.city}
    places = [(city.code, f"{city.name}（全区）") for city in cities.values()]
    places += [(office.code, office.name) for office in offices]
    return sorted(places)
