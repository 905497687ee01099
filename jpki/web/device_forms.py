"""The forms of the telephones' screens."""

from django import forms

from jlis.kernel.faces.forms import EraDateField, KanaField, ShellForm
from jpki.choices import Platform
from jpki.domain import devices as domain
from jpki.services.mobile_devices import LONGEST_NOTE, Caller
from juki.choices import Sex


class NoteForm(ShellForm):
    """A remark for the device's page."""

    note = forms.CharField(label="備考", max_length=LONGEST_NOTE, required=False, help_text="例：窓口での届出")


class CallerForm(ShellForm):
    """What a caller tells; all of it must be right."""

    name = forms.CharField(label="氏名", max_length=100)
    name_kana = KanaField(label="フリガナ", max_length=100)
    birth_date = EraDateField(label="生年月日", era="昭和")
    sex = forms.ChoiceField(label="性別", choices=[("", "選んでください"), *Sex.choices])
    platform = forms.ChoiceField(label="端末の種類", choices=[("", "選んでください"), *Platform.choices])
    note = forms.CharField(
        label="備考",
        max_length=LONGEST_NOTE,
        required=False,
        help_text="例：受付番号、なくした日。電話番号は入力しません。",
    )

    def caller(self) -> Caller:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return Caller(
            name=given["name"],
            name_kana=given["name_kana"],
            birth_date=given["birth_date"].isoformat(),
            sex=given["sex"],
            platform=domain.Platform(given["platform"]),
        )
