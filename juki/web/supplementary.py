"""附票本人確認情報 on the screen of the 本籍地: search, one record, a notice by hand, a file."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.errors import Refused
from jlis.kernel.faces.forms import CheckedCodeField, EraDateField, KanaField, PartialDateField, ShellForm
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.refusals import put_on
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import now
from juki.choices import SUPPLEMENTARY_REASONS, RecordState, Sex
from juki.domain.supplementary_copies import GROUNDS, Ground, Stay
from juki.services import supplementary, supplementary_copies, supplementary_files
from juki.services.supplementary import PURPOSE
from juki.services.supplementary_copies import Request

SEARCH = ("附票本人確認情報", "juki_supplementary")
LARGEST_FILE = 2 << 20


class SearchForm(ShellForm):
    """Name and birth date."""

    name = forms.CharField(label="氏名", max_length=200, help_text="異体字（髙・高、﨑・崎）もあわせて探します。")
    birth_date = PartialDateField(label="生年月日")


class NoticeForm(ShellForm):
    """One notice; a change carries only what is filled in."""

    reason = forms.ChoiceField(label="異動事由", choices=[("", "選んでください"), *SUPPLEMENTARY_REASONS])
    changed_on = EraDateField(label="異動年月日")
    resident_code = CheckedCodeField(code=ResidentRecordCode)
    name = forms.CharField(
        label="氏名", max_length=200, required=False, help_text="修正では、変わった項目だけ入力します。"
    )
    name_kana = KanaField(label="氏名の振り仮名", max_length=200, required=False)
    birth_date = PartialDateField(label="生年月日", required=False)
    sex = forms.ChoiceField(label="性別", required=False, choices=[("", "指定しない"), *Sex.choices])
    address = forms.CharField(label="住所", max_length=400, required=False, help_text="国外転出のときは国名から")
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def notice(self) -> dict[str, Any]:
        """The cleaned form as a notice; the token is its key, so a double send is one notice."""
        values = {name: value for name, value in self.cleaned_data.items() if value}
        token = values.pop("token")
        for name in ("changed_on", "birth_date"):
            if name in values:
                values[name] = values[name].iso if hasattr(values[name], "iso") else values[name].isoformat()
        return {name: str(value) for name, value in values.items()} | {"key": f"screen-{token}"}


class CopyForm(ShellForm):
    """What the paper says beside what the network has; one date for each address."""

    ground = forms.ChoiceField(label="請求者の区分")
    honseki = forms.CharField(
        label="本籍",
        max_length=400,
        required=False,
        help_text="請求があったときだけ。入れなければ「省略」と印字します。",
    )
    koseki_head = forms.CharField(label="筆頭者", max_length=200, required=False)

    def __init__(self, *args: Any, stays: Sequence[Stay], grounds: Mapping[Ground, str] = GROUNDS, **keywords: Any):
        super().__init__(*args, **keywords)
        choices = [("", "選んでください"), *((ground.value, label) for ground, label in grounds.items())]
        self.fields["ground"] = forms.ChoiceField(label="請求者の区分", choices=choices)
        self.since = [f"since_{stay.version}" for stay in stays]
        for name, stay in zip(self.since, stays, strict=True):
            self.fields[name] = PartialDateField(
                label=f"住所を定めた年月日：{stay.address}", era="令和", initial=stay.changed_on.isoformat()
            )

    def asked(self) -> Request:
        """The cleaned form in the service's words."""
        data = self.cleaned_data
        return Request(data["ground"], [data[name] for name in self.since], data["honseki"], data["koseki_head"])


class FileForm(ShellForm):
    """A file of notices."""

    file = forms.FileField(label="通知のファイル（CSV）", help_text="見出しのある CSV。1,000件、2MBまで。")

    def clean_file(self) -> Any:
        """Not larger than a thousand rows can be."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError("ファイルが大きすぎます（2MBまで）。")
        return file


@staff_view(permission="juki.see_supplementary")
def search(request: StaffRequest) -> HttpResponse:
    """The own 附票 by name and birth date; a POST, so that no person stands in an address."""
    form = SearchForm(request.POST or None)
    shown: dict[str, Any] = {
        "form": form,
        "may_notify": request.actor.may("juki.notify_supplementary"),
        "breadcrumbs": [(SEARCH[0], "")],
    }
    if request.method == "POST" and form.is_valid():
        items = {"name": form.cleaned_data["name"], "birth_date": form.cleaned_data["birth_date"].iso}
        try:
            found = supplementary.search(items=items, purpose=PURPOSE, by=request.actor, at=now())
        except Refused as refusal:
            put_on(form, refusal)
        else:
            shown |= {"found": found, "searched": True}
    return render(request, "juki/supplementary/search.html", shown)


@staff_view(permission="juki.see_supplementary")
def detail(request: StaffRequest, resident: UUID) -> HttpResponse:
    """One person's 附票 with every version."""
    versions = supplementary.open_record(resident=resident, purpose=PURPOSE, by=request.actor, at=now())
    shown = {
        "record": versions[0],
        "versions": versions,
        "is_present": versions[0].state == RecordState.CURRENT,
        "may_issue": request.actor.may("juki.issue_supplementary_copies"),
        "may_notify": request.actor.may("juki.notify_supplementary"),
        "print_purpose": "住民基本台帳に関する事務",
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("附票本人確認情報の内容", "")],
    }
    return render(request, "juki/supplementary/detail.html", shown)


@staff_view(permission="juki.issue_supplementary_copies")
def copy(request: StaffRequest, resident: UUID) -> HttpResponse:
    """The 附票の写し: the counter reads 戸籍の表示 and the days from its own 附票, and the paper is drawn."""
    at = now()
    record, listed = supplementary_copies.addresses(resident=resident, by=request.actor, at=at)
    form = CopyForm(request.POST or None, stays=listed)
    if request.method == "POST" and form.is_valid():
        try:
            drawn = supplementary_copies.issue(resident=resident, asked=form.asked(), by=request.actor, at=at)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            return pdf_response(drawn, name="supplementary-copy.pdf")
    back = reverse("juki_supplementary_record", args=[resident])
    shown = {
        "form": form,
        "title": "戸籍の附票の写しの交付",
        "lead": f"{record.name}（{record.name_kana}）　住所を定めた年月日は、備え付けの附票で確かめて入力します。",
        "submit": "写しを作成する（PDF）",
        "back": back,
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("附票本人確認情報の内容", back), ("写しの交付", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.notify_supplementary")
def new(request: StaffRequest) -> HttpResponse:
    """A notice by hand."""
    form = NoticeForm(request.POST or None, initial={"token": str(uuid.uuid4())})
    if request.method == "POST" and form.is_valid():
        try:
            supplementary.receive(notices=[form.notice()], by=request.actor, at=now(), channel="SCREEN")
        except Refused as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, "附票本人確認情報を通知しました。")
            return redirect(SEARCH[1])
    shown = {
        "form": form,
        "title": "附票本人確認情報の通知",
        "lead": "本籍地の戸籍の附票に記載・修正・消除をしたときに通知します。",
        "submit": "通知する",
        "back": reverse(SEARCH[1]),
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("通知", "")],
    }
    return render(request, "shell/form.html", shown)


@staff_view(permission="juki.notify_supplementary")
def upload(request: StaffRequest) -> HttpResponse:
    """A file of up to 1,000 notices; every fault is told with its row."""
    form = FileForm(request.POST or None, request.FILES or None)
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            taken = supplementary_files.receive_file(file=form.cleaned_data["file"].file, by=request.actor, at=now())
        except Refused as refusal:
            if not refusal.errors:
                put_on(form, refusal)
            faults = refusal.errors
        else:
            messages.success(request, f"{len(taken)}件の附票本人確認情報を通知しました。")
            return redirect(SEARCH[1])
    shown = {
        "form": form,
        "faults": faults,
        "title": "附票本人確認情報のファイルによる通知",
        "lead": "1件でも誤りがあると、どの行も反映しません。",
        "submit": "通知する",
        "back": reverse(SEARCH[1]),
        "breadcrumbs": [(SEARCH[0], reverse(SEARCH[1])), ("ファイルによる通知", "")],
    }
    return render(request, "shell/form.html", shown)


def _tell(form: NoticeForm, refusal: Refused) -> None:
    """Each fault at its field, also of a notice that contradicts what is held."""
    for fault in refusal.errors:
        form.add_error(fault.field if fault.field in form.fields else None, fault.message)
    if not refusal.errors:
        put_on(form, refusal)
