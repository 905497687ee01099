"""交付申請: the list, taking one at the counter or from paper, the person's decision, the photo."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import Refused
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from mynacard.choices import ApplicationState, Channel
from mynacard.selectors import applications as selectors
from mynacard.services import applications, deciding, forms, listing, photos
from mynacard.web.forms import CounterForm, PaperForm, SendBackForm

LIST = ("交付申請", "mynacard_application_list")
_TONES = {"RECEIVED": "warning", "ACCEPTED": "info", "PRODUCING": "info", "COMPLETED": "success", "RETURNED": "error"}


@staff_view(permission="mynacard.apply")
@require_safe
def application_list(request: StaffRequest) -> HttpResponse:
    """The applications in sight, newest first."""
    state, channel = request.GET.get("state", ""), request.GET.get("channel", "")
    page = Paginator(selectors.in_sight(state=state, channel=channel), 50).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": listing.named(list(page.object_list), what="applications", by=request.actor),
        "tones": _TONES,
        "states": ApplicationState.choices,
        "channels": Channel.choices,
        "state": state,
        "channel": channel,
        "by_paper": request.actor.may("mynacard.produce"),
        "breadcrumbs": [(LIST[0], "")],
    }
    return render(request, "mynacard/applications/list.html", shown)


@staff_view(permission="mynacard.apply")
def apply(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Take an application of somebody at the counter."""
    form = CounterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = applications.apply(resident=resident, wish=form.wish(), by=request.actor, at=now())
            messages.success(request, "交付申請を受け付けました。")
            return redirect("mynacard_application_detail", application=taken.pk)
        except Refused as refusal:
            put_on(form, refusal)
    return _form(request, form, "交付申請の受付", reverse("mynacard_cards_of_resident", args=[resident]))


@staff_view(permission="mynacard.produce")
def apply_from_paper(request: StaffRequest) -> HttpResponse:
    """Key in an application that came by post."""
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        form_id = form.cleaned_data["form_id"].replace(" ", "").replace("-", "")
        try:
            taken = applications.apply_by_form(form_id=form_id, wish=form.wish(), by=request.actor, at=now())
            messages.success(request, "交付申請を受け付けました。")
            return redirect("mynacard_application_detail", application=taken.pk)
        except Refused as refusal:
            put_on(form, refusal)
    return _form(request, form, "郵送の交付申請の入力", reverse(LIST[1]))


@staff_view(permission="mynacard.apply")
@require_POST
def issue_form(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Give somebody an application form with its 申請書ID."""
    issued = forms.issue(resident=resident, by=request.actor, at=now())
    shown = {
        "title": "交付申請書を発行しました",
        "secret": " ".join(issued[place : place + 4] for place in range(0, 23, 4)),
        "detail": "申請書ID（23桁）を申請書に印字して渡してください。",
        "next": [("カードの一覧へ", reverse("mynacard_cards_of_resident", args=[resident]))],
    }
    return render(request, "shell/done.html", shown)


@staff_view(permission="mynacard.apply")
def detail(request: StaffRequest, application: UUID) -> HttpResponse:
    """One application, and for those who decide the photo with what a machine found in it."""
    found = deciding.look(application=application, by=request.actor, at=now())
    form = SendBackForm(request.POST or None)
    if request.method == "POST":
        try:
            return _decided(request, application, form)
        except Refused as refusal:
            put_on(form, refusal)
    shown = {
        "found": found,
        "application": found.application,
        "tone": _TONES.get(found.application.state, ""),
        "form": form,
        "may_decide": request.actor.may("mynacard.check_photos"),
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), ("申請の内容", "")],
    }
    return render(request, "mynacard/applications/detail.html", shown)


@staff_view(permission="mynacard.check_photos")
@require_safe
def photo(request: StaffRequest, application: UUID) -> HttpResponse:
    """The photo itself; each look is written down."""
    picture = photos.show(application=application, by=request.actor, at=now())
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _decided(request: StaffRequest, application: UUID, form: SendBackForm) -> HttpResponse:
    step, by, at = request.POST.get("step"), request.actor, now()
    if step == "accept":
        applications.accept(application=application, by=by, at=at)
        messages.success(request, "審査を終え、製造待ちにしました。")
    elif step == "withdraw":
        applications.withdraw(application=application, by=by, at=at)
        messages.success(request, "申請を取り下げました。")
    else:
        form.is_valid()
        note = form.cleaned_data.get("note", "")
        reason = form.cleaned_data.get("reason", "")
        applications.send_back(application=application, reason=reason, note=note, by=by, at=at)
        messages.success(request, "理由を付けて返戻しました。")
    return redirect("mynacard_application_detail", application=application)


def _form(request: StaffRequest, form: CounterForm | PaperForm, title: str, back: str) -> HttpResponse:
    shown = {
        "form": form,
        "title": title,
        "submit": "受け付ける",
        "back": back,
        "breadcrumbs": [(LIST[0], reverse(LIST[1])), (title, "")],
    }
    return render(request, "shell/form.html", shown)
