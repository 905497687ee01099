"""配信 on the screen: the centre puts up, sees who has not applied and reminds; the town receives and reports."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from jlis.kernel.domain.codes import MunicipalityCode
from jlis.kernel.errors import Conflict, Invalid, NotFound
from jlis.kernel.faces.forms import EraDateField, ShellForm
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.organisations.models import Prefecture
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import now
from juki.choices import DeliveryKind
from juki.domain.deliveries import Kind, State, is_overdue, moves_from
from juki.models import DeliveryTarget
from juki.selectors import deliveries as selectors
from juki.services import code_tables, deliveries
from juki.services.deliveries import Parcel

TONES = {"WAITING": "warning", "RECEIVED": "info", "APPLIED": "success", "FAILED": "error"}
_CENTRE, _TOWN = "配信", "受け取った配信"
_OTHER = "FILE"


class PublishForm(ShellForm):
    """A package to be put up."""

    table = forms.ChoiceField(
        label="配信するもの",
        choices=[(table.code, table.name) for table in code_tables.TABLES.values()] + [(_OTHER, "ファイルを選ぶ")],
        widget=forms.RadioSelect,
    )
    kind = forms.ChoiceField(label="種別（ファイルのとき）", choices=DeliveryKind, required=False)
    name = forms.CharField(label="名称（ファイルのとき）", max_length=80, required=False)
    content = forms.FileField(label="ファイル", required=False, help_text="20MBまで。住民の情報を含めないでください。")
    version = forms.CharField(label="版", max_length=20, help_text="例：2026-12-01、3.2.1")
    due_on = EraDateField(label="適用期限")
    prefecture = forms.ChoiceField(label="配信先", required=False)
    offices = forms.CharField(
        label="市区町村コード",
        required=False,
        help_text="一部の市区町村だけに配信するときに、6桁のコードを空白か改行で区切って入力します。",
        widget=forms.Textarea({"rows": 2}),
    )
    note = forms.CharField(label="説明", max_length=400, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, **keywords: Any):
        super().__init__(*args, **keywords)
        every = [(row.code, row.name) for row in Prefecture.objects.order_by("number")]
        self.offer("prefecture", [("", "全国"), *every])

    def clean_offices(self) -> list[str]:
        """The codes that are named, each valid."""
        codes: list[str] = self.cleaned_data["offices"].split()
        wrong = [code for code in codes if not MunicipalityCode.is_valid(code)]
        if wrong:
            raise forms.ValidationError(f"市区町村コードではありません: {'、'.join(wrong[:5])}")
        return codes

    def clean(self) -> dict[str, Any]:
        """A file of one's own needs its name and itself."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("table") == _OTHER:
            for name in ("kind", "name", "content"):
                if not given.get(name):
                    self.add_error(name, "ファイルを配信するときは入力してください。")
        return given


class FailureForm(ShellForm):
    """Why a package could not be applied."""

    reason = forms.CharField(
        label="適用できない理由", max_length=deliveries.LONGEST_REASON, widget=forms.Textarea({"rows": 3}),
        help_text="住民の情報は書かないでください。",
    )  # fmt: skip


@staff_view(permission="juki.publish_deliveries")
@require_safe
def package_list(request: StaffRequest) -> HttpResponse:
    """Every package, and how far it has come."""
    page = Paginator(selectors.packages(), 50).get_page(request.GET.get("page"))
    shown = {"page": page, "today": now().day, "breadcrumbs": [(_CENTRE, "")]}
    return render(request, "juki/deliveries/packages.html", shown)


@staff_view(permission="juki.publish_deliveries")
@require_http_methods(["GET", "POST"])
def publish(request: StaffRequest) -> HttpResponse:
    """Put a package up."""
    form = PublishForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        at, given = now(), form.cleaned_data
        within = given["prefecture"]
        offices = given["offices"] or [office.code for office in municipalities.offices_at(at.day, within=within)]
        try:
            parcel = _parcel(request, given)
            deliveries.publish(parcel=parcel, offices=offices, due_on=given["due_on"], by=request.actor, at=at)
        except Invalid as invalid:
            for fault in invalid.errors:
                form.add_error(fault.field if fault.field in form.fields else None, fault.message)
        except (Conflict, NotFound) as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(
                request, f"{parcel.name}（版 {parcel.version}）を{len(set(offices)):,}団体に配信しました。"
            )
            return redirect("juki_deliveries")
    way = [(_CENTRE, reverse("juki_deliveries")), ("新しい配信", "")]
    shown = {"form": form, "title": "新しい配信", "submit": "配信する", "breadcrumbs": way}
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.publish_deliveries")
@require_safe
def package_detail(request: StaffRequest, package: UUID) -> HttpResponse:
    """One package: who has not applied it, and why."""
    found = selectors.packages().filter(pk=package).first()
    if found is None:
        raise NotFound("delivery_not_found", "該当する配信がありません。")
    left = found.targets.exclude(state=State.APPLIED.value).order_by("state", "office")
    page = Paginator(left, 100).get_page(request.GET.get("page"))
    shown = {
        "package": found,
        "page": page,
        "rows": [(row, municipalities.municipality(row.office).name, TONES[row.state]) for row in page],
        "overdue": found.due_on < now().day,
        "breadcrumbs": [(_CENTRE, reverse("juki_deliveries")), (found.name, "")],
    }
    return render(request, "juki/deliveries/package.html", shown)


@staff_view(permission="juki.publish_deliveries")
@require_POST
def remind(request: StaffRequest, package: UUID) -> HttpResponse:
    """Remind whoever has not applied."""
    count = deliveries.remind(package_id=package, by=request.actor, at=now())
    messages.success(request, f"{count:,}団体に督促しました。")
    return redirect("juki_delivery", package=package)


@staff_view(permission="juki.receive_deliveries")
@require_safe
def received_list(request: StaffRequest) -> HttpResponse:
    """What is put up for the own offices."""
    page = Paginator(selectors.in_sight(), 50).get_page(request.GET.get("page"))
    today = now().day
    rows = [
        (row, municipalities.municipality(row.office).name, TONES[row.state], list(moves_from(row.state)),
         is_overdue(row.state, row.package.due_on, today))
        for row in page
    ]  # fmt: skip
    shown = {"page": page, "rows": rows, "breadcrumbs": [(_TOWN, "")]}
    return render(request, "juki/deliveries/received.html", shown)


@staff_view(permission="juki.receive_deliveries")
@require_GET
def content(request: StaffRequest, package: UUID, office: str) -> HttpResponse:
    """The file of a package."""
    found = deliveries.fetch(package_id=package, office=office, by=request.actor, at=now()).package
    answer = HttpResponse(bytes(found.content), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return answer


@staff_view(permission="juki.receive_deliveries")
@require_http_methods(["GET", "POST"])
def report(request: StaffRequest, package: UUID, office: str, verb: str) -> HttpResponse:
    """Report by hand: receipt and application at a press, a failure with its reason."""
    form = FailureForm(request.POST or None) if verb == "fail" else None
    if request.method == "POST" and (form is None or form.is_valid()):
        target = DeliveryTarget.objects.select_related("package").filter(package=package, office=office).first()
        try:
            deliveries.report(
                package_id=package,
                office=office,
                verb=verb,
                # By hand a file is received from this very screen.
                sha256=target.package.sha256 if target else "",
                reason=form.cleaned_data["reason"] if form else "",
                by=request.actor,
                at=now(),
            )
        except (Conflict, Invalid) as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, "報告しました。")
        return redirect("juki_received")
    if form is None:
        return redirect("juki_received")
    way = [(_TOWN, reverse("juki_received")), ("適用失敗の報告", "")]
    shown = {"form": form, "title": "適用失敗の報告", "submit": "報告する", "breadcrumbs": way}
    return render(request, "shell/form.html", shown)


def _parcel(request: StaffRequest, given: dict[str, Any]) -> Parcel:
    if given["table"] != _OTHER:
        table, made = code_tables.make(given["table"], by=request.actor, at=now())
        return Parcel(Kind.CODE_TABLE, table.name, given["version"], table.file_name, made, given["note"])
    file = given["content"]
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in file.name)[-80:]
    return Parcel(Kind(given["kind"]), given["name"], given["version"], name, file.read(), given["note"])
