"""除票 on the screen: the search, one record, its paper; what may be disposed of, and by two people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jlis.kernel.domain.eras import format_era
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Invalid, Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import now
from juki.choices import RetainedClass
from juki.domain.retention import DataClass, RetentionPolicy, kept_until, policies_on, policy_of
from juki.models import IdentityRecord, SupplementaryRecord
from juki.pdf import removed_record
from juki.selectors import removed_records as selectors
from juki.selectors.residents import WITHHELD, FourItems
from juki.services import disposals, removed_records
from juki.web.forms import RemovedSearchForm
from juki.web.town_forms import ReasonForm

SEARCH = ("除票の検索", "juki_removed_search")
RETENTION = ("除票の保存期間と廃棄", "juki_retention")
_MOST_SHOWN = 100


@staff_view(permission="juki.search_removed")
@require_http_methods(["GET", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """The four-item search among the removed; a POST, so that no person stands in an address."""
    form = RemovedSearchForm(request.POST or None)
    shown = {"form": form, "breadcrumbs": [(SEARCH[0], "")]}
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        birth = asked["birth_date"]
        items = FourItems(asked["name"], asked["name_kana"], birth.iso if birth else "", asked["sex"], asked["address"])
        try:
            found, too_many = removed_records.search(items=items, by=request.actor, at=now())
        except Invalid as invalid:
            shown["faults"] = invalid.errors
        else:
            shown |= {"found": found, "too_many": too_many, "searched": True}
    return render(request, "juki/removed/search.html", shown)


@staff_view(permission="juki.search_removed")
@require_safe
def detail(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """One removed record as a certificate shows it."""
    at = now()
    record = removed_records.open_record(resident=resident, version=version, by=request.actor, at=at)
    until = kept_until(record.changed_on, policy_of(DataClass.REMOVED_RECORD, at.day).years)
    shown = {
        "record": record,
        "items": _items(record),
        "kept_until": until,
        "may_dispose": until < at.day and request.actor.may("juki.ask_disposals"),
        "print_purpose": "除票に関する事務",
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("除票", "")],
    }
    return render(request, "juki/removed/detail.html", shown)


@staff_view(permission="juki.search_removed")
@require_POST
def paper(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """The same as a PDF, which is issued and written down."""
    at = now()
    record = removed_records.issue(resident=resident, version=version, by=request.actor, at=at)
    drawn = removed_record.render(
        removed_record.RemovedRecordPaper(
            f"{resident}-{version}", bodies.name_of(record.office), at.day, _items(record)
        )
    )
    return pdf_response(drawn, name="removed-record.pdf")


@staff_view(permission="juki.ask_disposals")
@require_safe
def retention(request: StaffRequest) -> HttpResponse:
    """The policies in force, what is due by them, and what was asked. Persons are not named here."""
    day = now().day
    due = [_due_row(record, record.get_change_reason_display(), policy) for record, policy in selectors.due(day)]
    due += [
        _due_row(record, record.get_reason_display(), policy) for record, policy in selectors.due_supplementary(day)
    ]
    shown = {
        "policies": policies_on(day),
        "due": due[:_MOST_SHOWN],
        "count": len(due),
        "waiting": [(wish, wish.asked_by != request.actor.id) for wish in selectors.disposals(waiting=True)],
        "decided": selectors.disposals().exclude(outcome="")[:_MOST_SHOWN],
        "may_decide": request.actor.may("juki.approve_disposals"),
        "breadcrumbs": [(RETENTION[0], "")],
    }
    return render(request, "juki/removed/retention.html", shown)


@staff_view(permission="juki.ask_disposals")
@require_http_methods(["GET", "POST"])
def ask(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """Ask for the disposal of a 除票, and say why."""
    return _ask(request, resident, version, DataClass.REMOVED_RECORD)


@staff_view(permission="juki.ask_disposals")
@require_http_methods(["GET", "POST"])
def ask_supplementary(request: StaffRequest, resident: UUID, version: int) -> HttpResponse:
    """The same of a 附票の除票."""
    return _ask(request, resident, version, DataClass.REMOVED_SUPPLEMENTARY)


def _ask(request: StaffRequest, resident: UUID, version: int, data_class: DataClass) -> HttpResponse:
    form = ReasonForm(request.POST or None, required=True)
    label = RetainedClass(data_class.value).label
    if request.method == "POST" and form.is_valid():
        try:
            disposals.ask(
                resident=resident, version=version, reason=form.cleaned_data["note"], data_class=data_class,
                by=request.actor, at=now(),
            )  # fmt: skip
        except Refused as refusal:
            if refusal.status == 404:
                raise
            put_on(form, refusal)
        else:
            messages.success(request, "廃棄を申し出ました。別の人が承認すると廃棄されます。")
            return redirect(RETENTION[1])
    shown = {
        "form": form,
        "title": f"{label}の廃棄の申出",
        "lead": f"保存期間の満了した{label}だけを廃棄できます。承認は別の人が行い、廃棄した記録は元に戻せません。",
        "submit": "廃棄を申し出る",
        "back": reverse(RETENTION[1]),
        "breadcrumbs": [(RETENTION[0], reverse(RETENTION[1])), ("申出", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.approve_disposals")
@require_POST
def decide(request: StaffRequest, disposal: UUID) -> HttpResponse:
    """The second person's answer."""
    grant = request.POST.get("answer") == "dispose"
    try:
        wish = disposals.decide(disposal=disposal, grant=grant, by=request.actor, at=now())
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, refusal.message)
    else:
        messages.success(
            request, f"{wish.get_data_class_display()}を廃棄しました。" if grant else "廃棄を承認しませんでした。"
        )
    return redirect(RETENTION[1])


def _due_row(record: IdentityRecord | SupplementaryRecord, reason: str, policy: RetentionPolicy) -> dict[str, Any]:
    name = "juki_disposal_ask" if isinstance(record, IdentityRecord) else "juki_supplementary_disposal_ask"
    return {
        "removed_on": record.changed_on,
        "label": policy.label,
        "reason": reason,
        "kept_until": kept_until(record.changed_on, policy.years),
        "ask": reverse(name, args=[record.resident, record.version]),
    }


def _items(record: IdentityRecord) -> list[tuple[str, str]]:
    """What the record holds, in the order of the law's items."""
    rows = [
        ("氏名の振り仮名", record.name_kana),
        ("氏名", record.name),
        ("旧氏", record.former_surname),
        ("通称", record.alias),
        ("生年月日", PartialDate.from_iso(record.birth_date).in_japanese),
        ("性別", record.get_sex_display()),
        ("住所", WITHHELD if record.is_protected else record.address),
        ("住民区分", record.get_resident_class_display()),
        ("消除の事由", record.get_change_reason_display()),
        ("消除の異動年月日", format_era(record.changed_on)),
    ]
    return [(label, value) for label, value in rows if value or label not in ("旧氏", "通称")]
