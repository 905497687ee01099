"""The forms of 緊急事案: what is known at once, a report, a note."""

from datetime import datetime
from typing import Any

from django import forms

from jlis.kernel.faces.forms import EraDateField, ShellForm
from jlis.kernel.time import TOKYO
from juki.choices import EmergencyAffair, EmergencyKind, PressRelease
from juki.domain.emergencies import Affair, Kind, ReportKind
from juki.domain.emergency_reports import ITEMS, PERSONS_LABEL, PRESS_LABEL, Content, Press, needed
from juki.models import EmergencyReport
from juki.services.emergencies import Noticed

CHOOSE = ("", "選んでください")
_HELP = {
    "happened": "分かる範囲で。例：令和8年11月20日 午前、調査中",
    "overview": "関係者の氏名、個人番号、住民票コードは書かないでください。",
    "leaked": "情報の項目だけを書き、実際の値は書かないでください。",
    "contact": "電話番号、電子メールなど",
}
_LONG = 400


class NoticedForm(ShellForm):
    """What is known when a case is noticed."""

    affair = forms.ChoiceField(label="事務", choices=[CHOOSE, *EmergencyAffair.choices])
    kind = forms.ChoiceField(label="事案の種別", choices=[CHOOSE, *EmergencyKind.choices])
    is_suspected = forms.BooleanField(label="可能性がある段階（確認中）", required=False)
    noticed_on = EraDateField(label="確認した日")
    noticed_time = forms.TimeField(label="確認した時刻", help_text="例：9:30")

    place = forms.CharField(
        label="発生元の団体コード",
        required=False,
        max_length=6,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
        help_text="6桁。第一報を送ると、この団体にも知らされます。機構の中で起きたときは空欄にします。",
    )

    def __init__(self, *args: Any, names_place: bool, **keywords: Any):
        super().__init__(*args, **keywords)
        if not names_place:
            del self.fields["place"]

    def noticed(self) -> Noticed:
        """The cleaned form as the service takes it."""
        told = self.cleaned_data
        moment = datetime.combine(told["noticed_on"], told["noticed_time"], TOKYO)
        return Noticed(Affair(told["affair"]), Kind(told["kind"]), moment, told["is_suspected"], told.get("place", ""))


class EmergencyReportForm(ShellForm):
    """A report; the one before it stands in the fields, so that only what is new is written."""

    def __init__(self, *args: Any, kind: Kind, report: ReportKind, former: EmergencyReport | None, **keywords: Any):
        keywords.setdefault("initial", _told(former))
        super().__init__(*args, **keywords)
        wanted = needed(kind, report)
        for item in ITEMS:
            if item.name == "press_content":
                self.fields["press"] = forms.ChoiceField(label=PRESS_LABEL, choices=PressRelease.choices)
            if item.name == "leaked":
                self.fields["persons"] = forms.IntegerField(
                    label=PERSONS_LABEL, required=False, min_value=0, help_text="人数または件数。氏名は書きません。"
                )
            self.fields[item.name] = forms.CharField(
                label=item.label,
                required=item.name in wanted,
                max_length=item.longest,
                help_text=_HELP.get(item.name, ""),
                widget=forms.Textarea({"rows": 4}) if item.longest > _LONG else None,
            )
            self.fields[item.name].error_messages["required"] = "入力してください。"

    def content(self) -> Content:
        """The cleaned form as a report's content."""
        return Content(**self.cleaned_data | {"press": Press(self.cleaned_data["press"])})


class EmergencyNoteForm(ShellForm):
    """What a move needs to be said of it."""

    note = forms.CharField(label="内容・理由", max_length=400, required=False, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args: Any, needed: bool, **keywords: Any):
        super().__init__(*args, **keywords)
        self.fields["note"].required = needed


def _told(former: EmergencyReport | None) -> dict[str, Any]:
    if former is None:
        return {"press": Press.UNDECIDED.value}
    return {name: getattr(former, name) for name in Content.__dataclass_fields__}
