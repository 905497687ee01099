"""最新の利用者情報の提供への同意: a resident's at the counter, a party's own as counts and its list of whom to ask."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import NotFound
from jlis.kernel.faces.downloads import csv_file
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from jpki.choices import ConsentItem, ConsentStanding
from jpki.domain.consents import Standing, asked_again_on
from jpki.models import Consent
from jpki.services import consents, party_consents

_TONES = {Standing.IN_FORCE: "success", Standing.ASLEEP: "warning"}
_MOST_SHOWN = 500
_HEADING = ("同意の番号", "受付番号", "同意の日", "前に確認した日", "確認の期日", "同意の期間の満了")


@staff_view(permission="jpki.see_consents")
@require_safe
def of_resident(request: StaffRequest, resident: UUID) -> HttpResponse:
    """What somebody has agreed to, and to whom."""
    record, found = consents.see(resident=resident, by=request.actor, at=now())
    rows = [
        {
            "consent": each.consent,
            "items": _items(each.consent),
            "label": ConsentStanding(each.standing.value).label,
            "tone": _TONES.get(each.standing, ""),
            "may_end": each.consent.ended_at is None and request.actor.may("jpki.withdraw_consents"),
        }
        for each in found
    ]
    crumbs = [("本人確認情報", reverse("juki_resident", args=[resident])), ("最新の利用者情報の提供への同意", "")]
    return render(request, "jpki/consents/resident.html", {"record": record, "rows": rows, "breadcrumbs": crumbs})


@staff_view(permission="jpki.withdraw_consents")
@require_http_methods(["GET", "POST"])
def withdraw(request: StaffRequest, resident: UUID, consent: UUID) -> HttpResponse:
    """Confirm, then cancel for the holder who has come."""
    back = redirect("jpki_consents_of_resident", resident=resident)
    if request.method == "POST" and request.POST.get("step") == "back":
        return back
    if request.method == "POST":
        consents.withdraw_at_counter(consent=consent, by=request.actor, at=now())
        messages.success(request, "同意を取り消しました。これより後は提供されません。")
        return back
    _, found = consents.see(resident=resident, by=request.actor, at=now())
    chosen = next((each.consent for each in found if each.consent.pk == consent), None)
    if chosen is None:
        raise NotFound("consent_not_found", "該当する同意がありません。")
    shown = {
        "title": "同意の取消しの確認",
        "submit": "同意を取り消す",
        "warning": "本人であることを確認してから取り消してください。取り消した同意は元に戻せません。",
        "breadcrumbs": [("同意", reverse("jpki_consents_of_resident", args=[resident])), ("取消し", "")],
        "facts": [
            ("提供を受ける者", chosen.party.name),
            ("提供する情報", _items(chosen)),
            ("同意の日", format_era(chosen.given_on)),
            ("同意の期間の満了", format_era(chosen.last_day)),
        ],
    }
    return render(request, "shell/confirm.html", shown)


@staff_view(permission="jpki.see_statements")
@require_safe
def of_party(request: StaffRequest, party: int) -> HttpResponse:
    """How many have agreed, and whom the party has to ask again; by its own references alone."""
    found = party_consents.see(party=party, by=request.actor, at=now())
    if request.GET.get("format") == "csv":
        return csv_file(f"consents-due-{party}.csv", _HEADING, [_line(each) for each in found.due])
    shown = {
        "found": found,
        "rows": [(each, asked_again_on(each.asked_on)) for each in found.due[:_MOST_SHOWN]],
        "breadcrumbs": [
            ("検証者", reverse("jpki_parties")),
            (found.party.name, reverse("jpki_party", args=[party])),
            ("同意", ""),
        ],
    }
    return render(request, "jpki/consents/party.html", shown)


def _items(consent: Consent) -> str:
    return "、".join(ConsentItem(item).label for item in consent.items)


def _line(consent: Consent) -> tuple[object, ...]:
    days = (consent.given_on, consent.asked_on, asked_again_on(consent.asked_on), consent.last_day)
    return (consent.pk, consent.reference, *(day.isoformat() for day in days))
