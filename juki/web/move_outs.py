"""転出の一覧 on the screen: whose 転入通知 is awaited or missing, and 転出証明書情報 to be held ready."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from jlis.kernel.errors import NotFound, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.choices import MoveOutState
from juki.models import MoveOut
from juki.selectors import residents
from juki.selectors import town_messages as selectors
from juki.services import move_outs
from juki.services.move_outs import Filed
from juki.web.town_forms import InformationForm

LIST = ("転出と転入通知", "juki_move_outs")


@staff_view(permission="juki.see_town_messages")
@require_safe
def move_out_list(request: StaffRequest) -> HttpResponse:
    """Those who left and are awaited elsewhere; `?only=missing` for 転入通知未着, `?resident=` for one person."""
    at = now()
    missing = move_outs.missing(by=request.actor, at=at)
    only = request.GET.get("only", "")
    found = missing if only == "missing" else MoveOut.objects.filter(state=MoveOutState.OPEN).order_by("intended_on")
    if request.GET.get("resident"):
        found = found.filter(resident=_uuid(request.GET["resident"]))
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    people = residents.current_many([row.resident for row in page])
    late = set(missing.values_list("pk", flat=True))
    shown = {
        "page": page,
        "rows": [(row, people.get(row.resident), row.pk in late, row.intended_on > at.day) for row in page],
        "missing": len(late),
        "only": only,
        "days": selectors.desk_of(request.actor.organisation).days_until_missing,
        "may_keep": request.actor.may("juki.keep_move_outs"),
        "print_purpose": "転入通知未着の調査に関する事務",
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "juki/towns/move_outs.html", shown)


@staff_view(permission="juki.keep_move_outs")
def information(request: StaffRequest, move_out: int) -> HttpResponse:
    """Hold 転出証明書情報 ready; a town that asks already is answered."""
    own = MoveOut.objects.filter(pk=move_out, state=MoveOutState.OPEN).first()
    record = residents.latest_of(own.resident) if own else None
    if own is None or record is None:
        raise NotFound("move_out_not_found", "該当する転出がありません。")
    initial = {"destination": "" if record.is_protected else own.destination, "householder": record.name}
    form = InformationForm(request.POST or None, family=_family(own), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            answered = move_outs.hold_information(
                filed=[Filed(*each) for each in form.filed(own)],
                destination=form.cleaned_data["destination"],
                by=request.actor,
                at=now(),
            )
        except Refused as refusal:
            put_on(form, refusal)
        else:
            done = (
                "登録し、転入地に回答しました。"
                if answered
                else "登録しました。転入地から求められると自動で回答します。"
            )
            messages.success(request, done)
            return redirect("juki_move_outs")
    shown = {
        "form": form,
        "title": "転出証明書情報の登録",
        "lead": f"{record.name}（{record.name_kana}）　転出前の住所 {record.shown_address}",
        "submit": "登録する",
        "back": reverse(LIST[1]),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("転出証明書情報の登録", "")],
    }
    return render(request, "shell/form.html", shown)


def _family(own: MoveOut) -> list[tuple[str, str]]:
    """Others who left the same address for the same day: the clerk chooses who of them is of the household."""
    others = MoveOut.objects.filter(state=MoveOutState.OPEN, intended_on=own.intended_on).exclude(pk=own.pk)
    rows: list[Any] = list(others.order_by("pk")[:200])
    # Compared alone: of those who are chosen from, the names are shown.
    people = residents.current_many([row.resident for row in rows], with_protected_address=True)
    own_people = residents.current_many([own.resident], with_protected_address=True)
    address = own_people[own.resident].address if own.resident in own_people else ""
    return [
        (str(row.pk), people[row.resident].name)
        for row in rows
        if row.resident in people and people[row.resident].address == address
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("resident_not_found", "該当する住民がいません。") from None
