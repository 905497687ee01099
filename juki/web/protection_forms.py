"""The forms of 支援措置."""

from django import forms

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.faces.forms import CheckedCodeField, EraDateField, ShellForm
from juki.choices import OpinionBody, ProtectionKind
from juki.services.protections import Application

_CODE_HELP = "6桁の団体コード。政令指定都市は区のコード。"


class ApplicationForm(ShellForm):
    """支援措置申出書, as the applicant hands it in."""

    kind = forms.ChoiceField(label="事由", choices=[("", "選んでください"), *ProtectionKind.choices])
    opinion = forms.ChoiceField(label="意見を聴いた機関", choices=[("", "選んでください"), *OpinionBody.choices])
    applied_on = EraDateField(label="申出日")
    member_codes = forms.CharField(
        label="併せて支援を受ける者",
        required=False,
        help_text="同じ住所の家族などの住民票コード。1行に1人。",
        widget=forms.Textarea({"rows": 3}),
    )
    former_addresses = forms.CharField(
        label="前住所地",
        required=False,
        help_text=f"{_CODE_HELP}空白で区切って複数入れられます。台帳に記録のある市区町村は自動で加わります。",
    )
    honseki = forms.CharField(label="本籍地", required=False, max_length=6, help_text=_CODE_HELP)
    former_honseki = forms.CharField(label="前本籍地", required=False, max_length=6, help_text=_CODE_HELP)
    note = forms.CharField(label="備考", required=False, max_length=400, widget=forms.Textarea({"rows": 2}))

    def application(self) -> Application:
        """The cleaned form as the service takes it."""
        given = dict(self.cleaned_data)
        for several in ("member_codes", "former_addresses"):
            given[several] = tuple(dict.fromkeys(given[several].split()))
        return Application(**given)


class DecideForm(ShellForm):
    """The decision, with its day: from it the year counts."""

    decided_on = EraDateField(label="決定日", help_text="この日から1年が期間の目安になります。")


class MemberForm(ShellForm):
    """One more of the household."""

    resident_code = CheckedCodeField(code=ResidentRecordCode, help_text="追加する方の住民票コード（11桁）")


class ReasonForm(ShellForm):
    """Why something grave is done."""

    reason = forms.CharField(label="理由", max_length=400, widget=forms.Textarea({"rows": 3}))


ACT_FORMS: dict[str, type[forms.Form]] = {"decide": DecideForm, "add_member": MemberForm, "ask_end": ReasonForm}
