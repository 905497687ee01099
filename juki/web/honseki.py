"""What the two towns of an address and a 本籍 owe each other, on the screen: notices that wait, 転籍 and its entry."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import Conflict, NotFound, Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.domain.changes import reason_of
from juki.models import UnaddressedNotice
from juki.selectors import residents
from juki.services import honseki_notices, honseki_transfers
from juki.web.town_forms import HonsekiForm, ReasonForm, TransferForm

LIST = ("本籍地の分からない附票への通知", "juki_honseki_notices")
_MESSAGES = ("市町村間の通知", "juki_town_messages")
_RECORDS = ("附票本人確認情報", "juki_supplementary")


@staff_view(permission="juki.write_town_messages")
@require_safe
def notice_list(request: StaffRequest) -> HttpResponse:
    """The own town's notices that wait for somebody who knows the 本籍地."""
    page = Paginator(honseki_notices.waiting(by=request.actor), 50).get_page(request.GET.get("page"))
    people = residents.current_many([row.resident for row in page])
    shown = {
        "page": page,
        "rows": [(row, people.get(row.resident), reason_of(row.reason).label) for row in page],
        "breadcrumbs": [(_MESSAGES[0], reverse(_MESSAGES[1])), (LIST[0], "")],
    }
    return render(request, "juki/towns/honseki_notices.html", shown)


@staff_view(permission="juki.write_town_messages")
def send(request: StaffRequest, notification: UUID) -> HttpResponse:
    """Name the 本籍地; what is told is the change itself."""
    row = _own(notification)
    form = HonsekiForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            posted = honseki_notices.send(notification=notification, **form.cleaned_data, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "通知を送りました。")
            return redirect("juki_town_message", message=posted.message.pk)
    shown = {
        "form": form,
        "title": "附票への記載事項の通知",
        "lead": f"{_name_of(row)}　{reason_of(row.reason).label}。本籍地が分かったら、その市区町村に通知します。"
        "住所と異動の内容は、住民票の記載から自動で入ります。",
        "submit": "通知する",
        "back": reverse(LIST[1]),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("通知", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.write_town_messages")
def drop(request: StaffRequest, notification: UUID) -> HttpResponse:
    """Say why it is not told."""
    row = _own(notification)
    form = ReasonForm(request.POST or None, required=True)
    if request.method == "POST" and form.is_valid():
        try:
            note = form.cleaned_data["note"]
            honseki_notices.drop(notification=notification, note=note, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, "通知しないものとして記録しました。")
            return redirect(LIST[1])
    shown = {
        "form": form,
        "title": "附票への通知をしない",
        "lead": f"{_name_of(row)}　{reason_of(row.reason).label}。本籍不明、書面で通知済みなど、理由を記録します。",
        "submit": "通知しない",
        "back": reverse(LIST[1]),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("通知しない", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.notify_supplementary")
def transfer(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Tell the new 本籍地 what the own 附票 says."""
    form = TransferForm(request.POST or None)
    back = reverse("juki_supplementary_record", args=[resident])
    if request.method == "POST" and form.is_valid():
        try:
            posted = honseki_transfers.send(resident=resident, **form.cleaned_data, by=request.actor, at=now())
        except Refused as refusal:
            if refusal.status == 404:
                raise
            put_on(form, refusal)
        else:
            messages.success(request, "新本籍地に通知しました。新本籍地が記載すると、この附票は消除されます。")
            return redirect("juki_town_message", message=posted.message.pk)
    shown = {
        "form": form,
        "title": "転籍による附票の通知",
        "lead": "附票に記載した事項を新本籍地に通知します（住民基本台帳法19条3項）。"
        "新本籍地が記載するまで、附票はここに残ります。",
        "submit": "新本籍地に通知する",
        "back": back,
        "breadcrumbs": [(_RECORDS[0], reverse(_RECORDS[1])), ("附票本人確認情報の内容", back), ("転籍", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.notify_supplementary")
@require_POST
def enter(request: StaffRequest, message: UUID) -> HttpResponse:
    """Enter in the own 附票 whom the old 本籍地 has told of."""
    try:
        honseki_transfers.take_over(message=message, by=request.actor, at=now())
    except Conflict as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "附票に記載しました。原籍地の附票は消除されました。")
    return redirect("juki_town_message", message=message)


def _own(notification: UUID) -> UnaddressedNotice:
    found = UnaddressedNotice.objects.filter(pk=notification).first()
    if found is None:
        raise NotFound("notice_not_found", "該当する通知がありません。")
    return found


def _name_of(row: UnaddressedNotice) -> str:
    person = residents.current_many([row.resident]).get(row.resident)
    return person.name if person else "この市区町村にいない方"
