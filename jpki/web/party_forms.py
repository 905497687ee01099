"""The forms of the relying parties' screens."""

from typing import Any

from django import forms

from jlis.kernel.faces.forms import EraDateField, ShellForm
from jpki.choices import Entitlement, PaperKind, PartyKind
from jpki.domain import relying_parties as domain
from jpki.services.relying_parties import Application, Papers


class KindForm(ShellForm):
    """What is to be registered."""

    kind = forms.ChoiceField(label="検証者の種別", choices=PartyKind.choices, widget=forms.RadioSelect)


class PaperForm(ShellForm):
    """A paper with its number and date."""

    paper = forms.ChoiceField(label="書類", choices=PaperKind.choices)
    number = forms.CharField(label="文書番号", max_length=60)
    dated = EraDateField(label="書類の日付")

    def papers(self) -> Papers:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return Papers(PaperKind(given["paper"]), given["number"], given["dated"])


class PartyForm(PaperForm):
    """Who is to be registered; a company by its name, a 行政機関等 by the code of its body."""

    organisation = forms.CharField(label="団体・機関コード", max_length=20, help_text="例：MHLW、131016")
    name = forms.CharField(label="事業者の名称", max_length=60)
    corporate_number = forms.CharField(label="法人番号", max_length=13, required=False)
    platform = forms.TypedChoiceField(label="委託先のPF事業者", coerce=int)
    service = forms.CharField(label="利用する手続・サービス", max_length=200)
    what = forms.MultipleChoiceField(
        label="提供を受ける情報", choices=Entitlement.choices, widget=forms.CheckboxSelectMultiple
    )

    field_order = ("organisation", "name", "corporate_number", "platform", "service", "what")

    def __init__(self, *args: Any, kind: PartyKind, platforms: list[tuple[str, str]] | None, **keywords: Any):
        super().__init__(*args, **keywords)
        self.kind = kind
        unused = {"name", "corporate_number"} if kind == PartyKind.ADMINISTRATIVE else {"organisation"}
        if kind != PartyKind.PROVIDER or platforms is None:
            unused.add("platform")
        else:
            self.offer("platform", [("", "選んでください"), *platforms])
        for field in unused:
            del self.fields[field]

    def application(self) -> Application:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return Application(
            kind=self.kind,
            service=given["service"],
            what=frozenset(map(domain.Entitlement, given["what"])),
            paper=self.papers(),
            organisation=given.get("organisation", "").strip(),
            name=given.get("name", ""),
            corporate_number=given.get("corporate_number", ""),
            platform=given.get("platform"),
        )


class ReasonForm(ShellForm):
    """Why."""

    note = forms.CharField(label="理由", max_length=400, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, needed: bool, **keywords: Any):
        super().__init__(*args, **keywords)
        self.fields["note"].required = needed


class EntitlementForm(ShellForm):
    """What more a party is to be told, and on which basis."""

    what = forms.ChoiceField(label="提供する情報", choices=Entitlement.choices)
    basis = forms.CharField(label="根拠", max_length=120, help_text="例：公的個人認証法第17条第1項、取決め第3条")
