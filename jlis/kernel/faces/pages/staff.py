"""The accounts of one's organisation: open one, ask for a duty, give or end it."""

import secrets
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from jlis.kernel.errors import Refused
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people import services
from jlis.kernel.people.models import DutyGrant, Staff
from jlis.kernel.people.permissions import duties
from jlis.kernel.time import now


class AccountForm(forms.Form):
    """A new account."""

    username = forms.RegexField(
        r"^[a-z0-9._-]{3,64}$",
        label="利用者ID",
        help_text="半角の英小文字・数字・「.」「_」「-」で3文字以上",
        error_messages={"invalid": "半角の英小文字・数字・「.」「_」「-」で3文字以上にしてください。"},
    )
    family_name = forms.CharField(label="姓", max_length=64)
    given_name = forms.CharField(label="名", max_length=64)


class DutyForm(forms.Form):
    """A duty to ask for."""

    duty = forms.ChoiceField(label="職務")

    def __init__(self, *args: Any, kind: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offered = [(duty.code, duty.label) for duty in duties().values() if kind in duty.kinds]
        cast(forms.ChoiceField, self.fields["duty"]).choices = offered


@dataclass(frozen=True)
class ShownGrant:
    """A duty that waits, and whether the person at the screen asked for it or would receive it."""

    grant: DutyGrant
    is_own: bool


@dataclass(frozen=True)
class ShownPerson:
    """An account with the duties it holds."""

    staff: Staff
    grants: list[DutyGrant]


@staff_view(permission="kernel.administer_staff")
def staff_list(request: StaffRequest) -> HttpResponse:
    """The accounts of one's organisation and the duties that wait for a second person."""
    with acting(DOOR):
        people = list(Staff.objects.filter(organisation_id=request.actor.organisation).order_by("username"))
        grants = list(
            DutyGrant.objects.filter(staff__in=people, ended_at__isnull=True).select_related("staff", "requested_by")
        )
    shown = {
        "people": [ShownPerson(one, [g for g in grants if g.staff_id == one.pk and g.approved_at]) for one in people],
        "waiting": [
            ShownGrant(each, request.actor.id in (str(each.requested_by_id), str(each.staff_id)))
            for each in grants
            if each.approved_at is None
        ],
    }
    return render(request, "shell/staff/list.html", shown)


@staff_view(permission="kernel.administer_staff")
def open_account(request: StaffRequest) -> HttpResponse:
    """Open an account; the first password is shown once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = secrets.token_urlsafe(12)
        try:
            services.open_account(
                **form.cleaned_data,
                organisation=request.actor.organisation,
                password=password,
                by=request.actor,
                at=now(),
            )
        except Refused as refusal:
            for fault in refusal.errors:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        else:
            shown = {"title": "利用者を登録しました", "detail": "最初のパスワード（この画面にだけ表示されます）"}
            return render(request, "shell/done.html", shown | {"secret": password})
    return render(request, "shell/form.html", {"form": form, "title": "利用者の登録", "submit": "登録する"})


@staff_view(permission="kernel.administer_staff")
def request_duty(request: StaffRequest, staff_id: UUID) -> HttpResponse:
    """Ask that somebody be given a duty."""
    with acting(DOOR):
        person = Staff.objects.select_related("organisation").filter(pk=staff_id).first()
    if person is None or person.organisation_id != request.actor.organisation:
        return render(request, "404.html", status=404)
    form = DutyForm(request.POST or None, kind=person.organisation.kind)
    if request.method == "POST" and form.is_valid():
        try:
            services.request_duty(staff_id=person.pk, duty=form.cleaned_data["duty"], by=request.actor, at=now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "職務の付与を申請しました。別の管理者の承認を待っています。")
            return redirect("staff_list")
    title = f"職務の申請：{person.get_full_name()}"
    return render(request, "shell/form.html", {"form": form, "title": title, "submit": "申請する"})


@staff_view(permission="kernel.administer_staff")
@require_POST
def decide_duty(request: StaffRequest, grant_id: UUID) -> HttpResponse:
    """Give the duty that was asked for, or end it."""
    if request.POST.get("decision") == "approve":
        services.approve_duty(grant_id=grant_id, by=request.actor, at=now())
        messages.success(request, "職務を付与しました。")
    else:
        services.end_duty(grant_id=grant_id, by=request.actor, at=now())
        messages.success(request, "職務を解除しました。")
    return redirect("staff_list")
