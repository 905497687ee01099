"""A covered person's address: asked for, allowed by somebody else, shown once; and the list of those who wait."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from jlis.kernel.errors import Forbidden, Refused
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.selectors import protections
from juki.services import unlocking
from juki.web.protection_forms import ReasonForm


@staff_view(permission="juki.unlock_address")
def ask(request: StaffRequest, resident: UUID) -> HttpResponse:
    """Say why the address must be seen; somebody else of the office answers."""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        purpose = request.session.get("juki_purpose", "")
        try:
            unlocking.ask(
                resident=resident, reason=form.cleaned_data["reason"], purpose=purpose, by=request.actor, at=now()
            )
        except Forbidden:
            raise
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "住所の表示を申請しました。ほかの職員の承認を待っています。")
            return redirect("juki_resident", resident=resident)
    shown = {
        "form": form,
        "title": "住所の表示の申請",
        "submit": "申請する",
        "lead": "支援措置の対象者です。承認されると15分間だけ、あなたがこの方の住所を表示できます。"
        "表示はすべて記録されます。",
        "back": reverse("juki_resident", args=[resident]),
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("住所の表示の申請", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.search")
@require_POST
def addresses(request: StaffRequest, resident: UUID) -> HttpResponse:
    """The addresses, once; by POST, since each look is written down."""
    purpose = request.session.get("juki_purpose", "")
    versions = unlocking.show_addresses(resident=resident, purpose=purpose, by=request.actor, at=now())
    shown = {
        "versions": versions,
        "resident": resident,
        "breadcrumbs": [("本人確認情報", reverse("juki_resident", args=[resident])), ("住所", "")],
    }
    response = render(request, "juki/protections/addresses.html", shown)
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_view(permission="juki.approve_unlock")
@require_safe
def waiting(request: StaffRequest) -> HttpResponse:
    """Who of the office wants to see whose address, and why."""
    shown = {
        "rows": protections.waiting_unlocks(),
        "own": request.actor.id,
        "breadcrumbs": [("住所の表示の承認", "")],
    }
    return render(request, "juki/protections/unlocks.html", shown)


@staff_view(permission="juki.approve_unlock")
@require_POST
def decide(request: StaffRequest, unlock: UUID) -> HttpResponse:
    """Allow it, or send it back."""
    allow = request.POST.get("decision") == "allow"
    try:
        unlocking.decide(unlock=unlock, allow=allow, by=request.actor, at=now())
    except Forbidden:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "住所の表示を承認しました。" if allow else "申請を差し戻しました。")
    return redirect("juki_unlocks")
