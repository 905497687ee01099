"""Notifying a change by hand: input, confirmation, done."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.errors import Conflict, NotFound, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.domain.changes import REASONS, ChangeReason, reason_of
from juki.domain.notices import LABELS
from juki.models import IdentityRecord, Notification
from juki.selectors import number_notices, residents
from juki.services import codes, notifications
from juki.web.forms import ENTERED_FOR_KNOWN, ENTERED_FOR_NEW, FOR_A_FAMILY, NoticeForm
from juki.web.item_values import shown as as_shown

STEPS = ("入力", "確認", "完了")
MOVES_IN = (ChangeReason.MOVE_IN, ChangeReason.MOVE_IN_FROM_ABROAD)
SHARED = ("changed_on", "town", "postcode", "lot")


@staff_view(permission="juki.notify")
def notice_list(request: StaffRequest) -> HttpResponse:
    """The office's notifications, newest first."""
    page = Paginator(Notification.objects.order_by("-received_at"), 50).get_page(request.GET.get("page"))
    return render(request, "juki/notices/list.html", {"page": page, "breadcrumbs": [("異動の通知", "")]})


@staff_view(permission="juki.notify")
def choose_reason(request: StaffRequest) -> HttpResponse:
    """Which change it is. One of somebody known starts from their record."""
    shown = {
        "new": [REASONS[code] for code in ENTERED_FOR_NEW],
        "known": [REASONS[code] for code in ENTERED_FOR_KNOWN],
        "codes_left": codes.left(request.actor.organisation),
        "breadcrumbs": [("異動の通知", reverse("juki_notices")), ("異動の入力", "")],
    }
    return render(request, "juki/notices/choose.html", shown)


@staff_view(permission="juki.notify")
def enter(request: StaffRequest, reason: str) -> HttpResponse:
    """The three steps in one view; the token in the form is the notification's key, so a double send is one notice."""
    try:
        chosen = reason_of(reason)
    except ValueError as error:
        raise NotFound("reason_not_found", str(error)) from error
    record = _record(request, chosen.code in ENTERED_FOR_NEW)
    office = record.office if record else request.actor.organisation
    place = municipalities.address_of(office)
    asked: dict[str, Any] = {"reason": chosen, "record": record, "office": office, "place": place}
    with_family = record is not None and chosen.code in FOR_A_FAMILY and "with_family" in (request.POST or request.GET)
    family = residents.at_same_address(record) if record and with_family else []
    form = NoticeForm(request.POST or None, **asked, family=family)
    token = request.POST.get("token") or str(uuid.uuid4())
    shown: dict[str, Any] = {
        "form": form,
        "reason": chosen,
        "record": record,
        "token": token,
        "with_family": with_family,
        "may_ask_for_family": record is not None and chosen.code in FOR_A_FAMILY and not with_family,
        "may_go_on": record is None and chosen.code in MOVES_IN,
        "steps": STEPS,
        "current": 1,
        "breadcrumbs": [("異動の通知", reverse("juki_notices")), (f"{chosen.label}の入力", "")],
    }
    step = request.POST.get("step", "")
    if record and (elsewhere := _overtaken(request, record, token)):
        return elsewhere
    if step in ("confirm", "commit", "commit_and_go_on") and form.is_valid():
        if step == "confirm":
            shown |= {"current": 2, "changes": _changes(form, record)}
            return render(request, "juki/notices/confirm.html", shown)
        try:
            done = _commit(request, form, token, record)
        except Conflict as moved:
            if moved.code != "record_moved" or record is None:
                raise
            return _begin_again(request, record)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            if step == "commit":
                return redirect(_page_of(done))
            # The next of the family: the day and the address stand, the person is another.
            shared = {name: form.cleaned_data[name] for name in SHARED if name in form.cleaned_data}
            shown |= {"form": NoticeForm(**asked, initial=shared), "token": str(uuid.uuid4()), "told": done}
    return render(request, "juki/notices/enter.html", shown)


@staff_view(permission="juki.notify")
def detail(request: StaffRequest, notification: uuid.UUID) -> HttpResponse:
    """One notification and what became of it."""
    found = Notification.objects.filter(pk=notification).select_related("discrepancy").first()
    if found is None:
        raise NotFound("notification_not_found", "該当する通知がありません。")
    shown = {
        "notification": found,
        "reason": reason_of(found.reason),
        "discrepancy": getattr(found, "discrepancy", None),
        "new_code": code if (code := residents.code_after(found)) != found.resident_code else "",
        "number_notice": number_notices.made_by(found.pk),
        "may_show_number": request.actor.may("juki.search") and bool(request.session.get("juki_purpose")),
        "steps": STEPS,
        "is_new": request.GET.get("done") == "1",
        "breadcrumbs": [("異動の通知", reverse("juki_notices")), ("通知の内容", "")],
    }
    return render(request, "juki/notices/detail.html", shown)


def _commit(request: StaffRequest, form: NoticeForm, token: str, record: IdentityRecord | None) -> uuid.UUID:
    """Tell of the person and of those of the family who were chosen, all or nobody; returns the person's notice."""
    office = record.office if record else request.actor.organisation
    people = [record, *form.members()]
    notices = [
        form.notice(key=f"screen-{token}{f'-{number}' if number else ''}", record=person) | {"municipality": office}
        for number, person in enumerate(people)
    ]
    seen = {record.resident_code: record.version} if record else None
    taken = notifications.receive(notices=notices, by=request.actor, at=now(), channel="SCREEN", seen=seen)
    if len(taken) > 1:
        messages.success(request, f"{len(taken)}人の{form.reason.label}を通知しました。")
    return taken[0].notification


def _overtaken(request: StaffRequest, record: IdentityRecord, token: str) -> HttpResponse | None:
    """Where to go if the record is not the one that was shown: changed by this button's first press, or by others."""
    if request.POST.get("version", str(record.version)) == str(record.version):
        return None
    made = Notification.objects.filter(office=record.office, key=f"screen-{token}")
    told = made.values_list("pk", flat=True).first()
    return redirect(_page_of(told)) if told else _begin_again(request, record)


def _page_of(notification: uuid.UUID) -> str:
    return f"{reverse('juki_notice', args=[notification])}?done=1"


def _begin_again(request: StaffRequest, record: IdentityRecord) -> HttpResponse:
    """Somebody else changed the record meanwhile: what was entered from the older one would undo it."""
    messages.warning(
        request, "入力のあいだに、この方の記録が変わりました。今の内容を確かめて、もう一度入力してください。"
    )
    family = "&with_family=1" if "with_family" in request.POST else ""
    return redirect(f"{request.path}?resident={record.resident}{family}")


def _record(request: StaffRequest, is_new: bool) -> IdentityRecord | None:
    if is_new:
        return None
    try:
        resident = uuid.UUID(request.POST.get("resident") or request.GET.get("resident") or "")
    except ValueError:
        raise NotFound("resident_not_chosen", "先に対象者を検索して選んでください。") from None
    record = residents.latest_of(resident)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    return record


def _changes(form: NoticeForm, record: IdentityRecord | None) -> list[dict[str, str]]:
    return [
        {
            "label": LABELS[name],
            "before": as_shown(name, getattr(record, name, "")) if record else "",
            "after": as_shown(name, value),
        }
        for name, value in form.items().items()
        if value or record
    ] + [
        {"label": "一緒に届け出る人", "before": "", "after": f"{member.name}（{member.name_kana}）"}
        for member in form.members()
    ]
