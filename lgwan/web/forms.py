"""The forms of the room's screens."""

from datetime import date
from typing import Any

from django import forms

from jlis.kernel.faces.forms import EraDateField, ShellForm
from lgwan.choices import Layer, ProviderKind
from lgwan.domain.network import GENERATIONS
from lgwan.domain.papers import Paper
from lgwan.services.applying import Contact
from lgwan.services.moving import Content
from lgwan.services.surveys import About


class NetworkFileForm(ShellForm):
    """A file of circuits, and what is to be done when a row is faulty."""

    file = forms.FileField(label="CSVファイル", help_text="UTF-8またはシフトJIS（CP932）。1行目は見出しです。")
    accept = forms.ChoiceField(
        label="誤りのある行があるとき",
        choices=[("ALL", "何も登録しない"), ("GOOD", "正しい行だけを登録する")],
        initial="ALL",
        widget=forms.RadioSelect,
    )


class SurveyFileForm(ShellForm):
    """A survey's counts by prefecture, and what the survey is."""

    file = forms.FileField(label="CSVファイル", help_text="UTF-8またはシフトJIS（CP932）。1行目は見出しです。")
    as_of = EraDateField(label="調査日")
    title = forms.CharField(label="調査名", max_length=80)
    source = forms.CharField(label="出典", max_length=120)
    generation = forms.TypedChoiceField(
        label="世代", coerce=int, choices=[(each, f"第{each}次LGWAN") for each in GENERATIONS]
    )
    is_provisional = forms.BooleanField(label="暫定値である", required=False)
    prefectures_redundant = forms.IntegerField(
        label="冗長化する都道府県の数", required=False, min_value=0, max_value=47, help_text="表とは別に示されたとき"
    )

    def about(self) -> About:
        """The cleaned form as the service takes it."""
        given = dict(self.cleaned_data)
        del given["file"]
        return About(**given)


class LayerForm(ShellForm):
    """Which class of service."""

    layer = forms.ChoiceField(label="サービスの区分", choices=Layer.choices, widget=forms.RadioSelect)


class ContentForm(ShellForm):
    """What a service is."""

    name = forms.CharField(label="サービス名", max_length=80)
    summary = forms.CharField(label="概要", max_length=400, widget=forms.Textarea({"rows": 3}))
    users = forms.CharField(label="利用する団体", max_length=120, required=False, help_text="例：全国の市区町村")
    rests_on = forms.TypedChoiceField(label="基盤のホスティングサービス", coerce=int, empty_value=None)

    def __init__(self, *args: Any, hosting: list[tuple[str, str]] | None, **keywords: Any):
        super().__init__(*args, **keywords)
        if hosting is None:
            del self.fields["rests_on"]
        else:
            self.offer("rests_on", [("", "選んでください"), *hosting])

    def content(self) -> Content:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return Content(given["name"], given["summary"], given["users"], given.get("rests_on"))


class ContactForm(ShellForm):
    """Whom the centre asks."""

    contact_department = forms.CharField(label="担当部署", max_length=80)
    contact_name = forms.CharField(label="担当者", max_length=80)
    contact_telephone = forms.CharField(label="電話番号", max_length=20)
    contact_mail = forms.EmailField(label="電子メール", max_length=120, required=False)

    def contact(self) -> Contact:
        """The cleaned form as the service takes it."""
        names = ("department", "name", "telephone", "mail")
        return Contact(*(self.cleaned_data[f"contact_{name}"] for name in names))


class ApplicationForm(ContactForm, ContentForm):
    """An application: provider, content, contact, papers."""

    provider = forms.TypedChoiceField(label="提供者", coerce=int)
    submitted = forms.MultipleChoiceField(
        label="提出する書類",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="足りない書類は後から提出できます。",
    )
    field_order = ("provider", "name", "summary", "users", "rests_on")

    def __init__(self, *args: Any, providers: list[tuple[str, str]] | None, papers: list[Paper], **keywords: Any):
        super().__init__(*args, **keywords)
        self.offer("submitted", [(paper.code, paper.label) for paper in papers])
        if providers is None:
            del self.fields["provider"]
        else:
            self.offer("provider", [("", "選んでください"), *providers])


class ProviderForm(ShellForm):
    """A provider that has no officers here."""

    kind = forms.ChoiceField(
        label="種別", choices=[each for each in ProviderKind.choices if each[0] != ProviderKind.LOCAL_BODY]
    )
    name = forms.CharField(label="名称", max_length=80)
    corporate_number = forms.CharField(
        label="法人番号", max_length=13, required=False, widget=forms.TextInput({"inputmode": "numeric"})
    )


class NoteForm(ShellForm):
    """Why, or what is wanted."""

    note = forms.CharField(label="理由・内容", max_length=400, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, needed: bool, **keywords: Any):
        super().__init__(*args, **keywords)
        self.fields["note"].required = needed


class ChangeForm(ContentForm, NoteForm):
    """What a change asks for."""

    field_order = ("name", "summary", "users", "rests_on", "note")


class TextForm(ShellForm):
    """A question, or an answer."""

    text = forms.CharField(label="質問", max_length=400, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, label: str = "質問", **keywords: Any):
        super().__init__(*args, **keywords)
        self.fields["text"].label = label


def day_of(text: str) -> date | None:
    """The day that an address names, if it names one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
