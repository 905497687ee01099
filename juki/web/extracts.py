"""要求ファイル作成ツール: a bulk extract asked for on the screen; request files are written, and read in (J5)."""

import json
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from jlis.kernel.errors import Forbidden, Invalid, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment, now
from juki.selectors import affairs
from juki.services import extracts
from juki.web.forms import ExtractForm

LARGEST_REQUEST = 64 * 1024


@staff_view(permission="juki.extract")
def new(request: StaffRequest) -> HttpResponse:
    """The request: counted beforehand, saved as a file, read from one, or filed, and then it waits for another."""
    at = now()
    offered: dict[str, Any] = {
        "affairs": affairs.open_to(request.actor.organisation, at.day),
        "places": _places(request, at.day),
    }
    if request.method == "POST" and request.POST.get("step") == "load":
        return _loaded(request, offered)
    form = ExtractForm(request.POST or None, **offered)
    shown: dict[str, Any] = {"form": form, "breadcrumbs": [("一括抽出の依頼", "")]}
    if request.method == "POST" and form.is_valid():
        try:
            answer = _done(request, form.document(), shown, at)
        except Forbidden as refusal:  # an affair or an item that the clerk may choose otherwise
            form.add_error(None, refusal.message)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            if answer is not None:
                return answer
    return render(request, "juki/extracts/new.html", shown)


def _done(request: StaffRequest, document: dict[str, Any], shown: dict[str, Any], at: Moment) -> HttpResponse | None:
    """What the pressed button asks for; None where the page is shown again, with the count."""
    step = request.POST.get("step")
    if step == "save":
        return _request_file(document)
    if step == "count":
        shown["rows"] = extracts.preview(document=document, by=request.actor, at=at)
        return None
    job = extracts.request(document=document, by=request.actor, at=at)
    messages.success(request, "依頼を受け付けました。別の担当者の承認を待っています。")
    return redirect("job_detail", job_id=job.pk)


def _loaded(request: StaffRequest, offered: dict[str, Any]) -> HttpResponse:
    """The form as a request file has it, to be looked over before it is filed."""
    shown: dict[str, Any] = {"breadcrumbs": [("一括抽出の依頼", "")]}
    try:
        given = _read(request)
        shown["form"] = ExtractForm(initial=given, **offered)
        messages.success(request, "要求ファイルを読み込みました。内容を確かめて依頼してください。")
    except Invalid as refusal:
        shown["form"] = ExtractForm(**offered)
        messages.error(request, refusal.message)
    return render(request, "juki/extracts/new.html", shown)


def _read(request: StaffRequest) -> dict[str, Any]:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST_REQUEST:
        raise Invalid("no_file", "要求ファイル（JSON、64KBまで）を選んでください。")
    try:
        given = json.loads(file.read().decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Invalid("not_json", "要求ファイルがJSONとして読めません。") from error
    if not isinstance(given, dict):
        raise Invalid("not_an_object", "要求ファイルは項目名と値の組でなければなりません。")
    return given


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
