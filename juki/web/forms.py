"""The forms of the room: each asks just what its act needs."""

from collections.abc import Sequence
from typing import Any

from django import forms

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.faces.forms import (
    CheckedCodeField,
    EraDateField,
    KanaField,
    PartialDateField,
    PostcodeField,
    ShellForm,
)
from juki.choices import KanaSource, ResidentClass, Sex
from juki.domain.changes import REASONS, ChangeClass, ChangeReason, Reason
from juki.domain.extracts import (
    DELIVERY_LABELS,
    NONE,
    TARGET_LABELS,
    WHO_LABELS,
    Delivery,
    Encoding,
    Target,
    Who,
)
from juki.domain.items import EXTRACT_ITEMS, LABELS
from juki.models import Affair, IdentityRecord

ANY = [("", "指定しない")]
_SEVERAL = "Ctrlキーを押しながら選ぶと、複数を選べます。"


class SearchForm(ShellForm):
    """Four items and why."""

    name_kana = forms.CharField(
        label="氏名（カナ）",
        required=False,
        max_length=200,
        help_text="ひらがな・半角も可。例：ヤマダ　タロウ",
    )
    name = forms.CharField(
        label="氏名（漢字）", required=False, max_length=200, help_text="異体字（髙・高、﨑・崎）もあわせて探します。"
    )
    birth_date = PartialDateField(label="生年月日", required=False)
    sex = forms.ChoiceField(label="性別", required=False, choices=ANY + Sex.choices)
    address = forms.CharField(
        label="住所", required=False, max_length=400, help_text="都道府県名から。全角・半角・漢数字の違いは吸収します。"
    )
    purpose = forms.ChoiceField(label="利用目的", help_text="住民基本台帳法の事務から選びます。")

    def __init__(self, *args: Any, purposes: list[Affair], **keywords: Any):
        super().__init__(*args, **keywords)
        choices = [(affair.code, affair.description) for affair in purposes]
        self.offer("purpose", choices if len(choices) == 1 else [("", "選んでください"), *choices])


class RemovedSearchForm(SearchForm):
    """The same items for 除票, which have one purpose."""

    def __init__(self, *args: Any, **keywords: Any):
        super().__init__(*args, purposes=[], **keywords)
        del self.fields["purpose"]


class NoticeForm(ShellForm):
    """A notification; the fields are those that its reason carries, filled with the present record.

    `family`: who lives at the same address and may be told of in one go.
    """

    def __init__(
        self,
        *args: Any,
        reason: Reason,
        record: IdentityRecord | None,
        office: str,
        place: str,
        family: Sequence[IdentityRecord] = (),
        **keywords: Any,
    ):
        self.reason = reason
        self.place = place
        self.family = {str(member.resident): member for member in family}
        keywords["initial"] = _initial(record) | keywords.get("initial", {})
        super().__init__(*args, **keywords)
        for name in _fields_of(reason, record):
            self.fields[name] = _FIELDS[name](reason)
            chosen = isinstance(self.fields[name], forms.ChoiceField)
            self.fields[name].error_messages["required"] = "選んでください。" if chosen else "入力してください。"
        if record is not None and record.is_protected and "address" in self.fields:
            # Nobody's address stands in a form because somebody opened it; left empty, it stays as it is.
            self.fields["address"].required = False
            self.fields["address"].help_text = "支援措置対象者です。直すときだけ、都道府県名から方書まで入力します。"
        if "town" in self.fields:
            self.fields["town"].widget.attrs["data-office"] = office
            self.fields["town"].help_text = f"{place}に続く町・字。読みの一部でも候補が出ます。"
        if self.family:
            self.fields["family"] = forms.MultipleChoiceField(
                label="一緒に届け出る人",
                required=False,
                choices=[(key, f"{member.name}（{member.name_kana}）") for key, member in self.family.items()],
                widget=forms.CheckboxSelectMultiple,
                help_text="同じ住所の住民です。選んだ人も同じ異動年月日で通知します。",
            )

    def members(self) -> list[IdentityRecord]:
        """Those of the family who were chosen."""
        return [self.family[key] for key in self.cleaned_data.get("family", ())]

    def items(self) -> dict[str, str]:
        """The cleaned fields in the form that notifications carry."""
        unsaid = ("postcode", "family")
        values = {name: _plain(value) for name, value in self.cleaned_data.items() if name not in unsaid}
        if "town" in values:
            values["address"] = self.place + values.pop("town") + values.pop("lot")
        return values

    def notice(self, *, key: str, record: IdentityRecord | None) -> dict[str, Any]:
        """The cleaned form as a notification; a correction carries only what differs from the record, an entry all."""
        values = self.items()
        notice: dict[str, Any] = {
            "key": key,
            "reason": self.reason.code.value,
            "changed_on": values.pop("changed_on"),
        }
        if record is not None:
            notice["resident_code"] = record.resident_code
            values.pop("resident_code", None)
            if self.reason.kind is not ChangeClass.ENTRY:
                values = {name: value for name, value in values.items() if value != getattr(record, name)}
        return notice | {name: value for name, value in values.items() if value or record is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, PartialDate):
        return value.iso
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _initial(record: IdentityRecord | None) -> dict[str, Any]:
    if record is None:
        return {}
    return {name: getattr(record, name) for name in _FIELDS if hasattr(record, name) and name != "changed_on"}


def _fields_of(reason: Reason, record: IdentityRecord | None) -> list[str]:
    if reason.kind is ChangeClass.REMOVAL:
        return ["changed_on"]
    if reason.kind is ChangeClass.ENTRY:
        code = ["resident_code"] if record is None and reason.code in _WITH_A_CODE else []
        people = ["name", "name_kana", "kana_source", "former_surname", "former_surname_kana", "alias"]
        place = _PLACE if record is None else ("address",)
        return ["changed_on", *code, *people, "birth_date", "sex", "resident_class", *place]
    return ["changed_on", *_CORRECTED.get(reason.code, ())]


_PLACE = ("town", "postcode", "lot")
# Entries of somebody who may bear a code already: who lived in Japan before, or whose record was removed on the day.
_WITH_A_CODE = (
    ChangeReason.MOVE_IN,
    ChangeReason.MOVE_IN_FROM_ABROAD,
    ChangeReason.ENTRY_NATURALISED,
    ChangeReason.ENTRY_NATIONALITY_LOST,
    ChangeReason.ENTRY_EX_OFFICIO,
)
# Changes that a family may be told of together.
FOR_A_FAMILY = (ChangeReason.MOVE_WITHIN, ChangeReason.MOVE_OUT, ChangeReason.MOVE_OUT_ABROAD)
_CORRECTED: dict[ChangeReason, tuple[str, ...]] = {
    ChangeReason.MOVE_WITHIN: _PLACE,
    ChangeReason.MINOR_CORRECTION: ("name", "address"),
    ChangeReason.CORRECTION_EX_OFFICIO: ("name", "name_kana", "kana_source", "birth_date", "sex"),
    ChangeReason.CLERICAL_ERROR: ("name", "name_kana", "birth_date", "sex", "address"),
    ChangeReason.FORMER_SURNAME_ENTERED: ("former_surname", "former_surname_kana"),
    ChangeReason.FORMER_SURNAME_CHANGED: ("former_surname", "former_surname_kana"),
    ChangeReason.ALIAS_ENTERED: ("alias",),
    ChangeReason.FURIGANA_ENTERED: ("name_kana", "kana_source"),
}


def _changed_on(reason: Reason) -> forms.Field:
    help_text = "転出予定年月日を入力できます。" if reason.may_be_future else "未来の日付は使えません。"
    return EraDateField(label="異動年月日", help_text=help_text)


def _resident_code(reason: Reason) -> forms.Field:
    is_known = reason.code is ChangeReason.MOVE_IN
    help_text = "転出証明書に記載の11桁" if is_known else "国内に住んだことがある者は11桁を入力します。"
    return CheckedCodeField(code=ResidentRecordCode, required=is_known, help_text=help_text)


def _address(reason: Reason) -> forms.Field:
    return forms.CharField(label="住所", max_length=400, help_text="都道府県名から方書まで")


def _town(reason: Reason) -> forms.Field:
    widget = forms.TextInput({"data-towns": "/towns/", "data-postcode-into": "id_postcode"})
    return forms.CharField(label="町・字", max_length=100, widget=widget, help_text="読みの一部でも候補が出ます。")


def _lot(reason: Reason) -> forms.Field:
    return forms.CharField(label="番地・方書", max_length=200, help_text="例：1番2号　霞ハイツ101号室")


_FIELDS: dict[str, Any] = {
    "changed_on": _changed_on,
    "resident_code": _resident_code,
    "name": lambda reason: forms.CharField(label="氏名", max_length=200, help_text="姓と名の間は全角の空白"),
    "name_kana": lambda reason: KanaField(label="氏名の振り仮名", max_length=200),
    "kana_source": lambda reason: forms.ChoiceField(label="振り仮名の根拠", choices=KanaSource.choices),
    "former_surname": lambda reason: forms.CharField(label="旧氏", max_length=100, required=False),
    "former_surname_kana": lambda reason: KanaField(label="旧氏の振り仮名", max_length=100, required=False),
    "alias": lambda reason: forms.CharField(label="通称", max_length=200, required=False, help_text="外国人住民のみ"),
    "birth_date": lambda reason: PartialDateField(
        label="生年月日", era="令和" if reason.code is ChangeReason.BIRTH else "昭和"
    ),
    "sex": lambda reason: forms.ChoiceField(label="性別", choices=[("", "選んでください"), *Sex.choices]),
    "resident_class": lambda reason: forms.ChoiceField(label="住民区分", choices=ResidentClass.choices),
    "town": _town,
    "postcode": lambda reason: PostcodeField(required=False, help_text="町・字を選ぶと入ります。"),
    "lot": _lot,
    "address": _address,
}

# What the counter enters by hand; codes and numbers are changed by their own procedures.
ENTERED_FOR_NEW = (
    ChangeReason.MOVE_IN,
    ChangeReason.MOVE_IN_FROM_ABROAD,
    ChangeReason.BIRTH,
    ChangeReason.ENTRY_NATURALISED,
    ChangeReason.ENTRY_NATIONALITY_LOST,
    ChangeReason.ENTRY_EX_OFFICIO,
)
ENTERED_FOR_REMOVED = (ChangeReason.ENTRY_REMOVAL_CANCELLED,)
ENTERED_FOR_KNOWN = (
    ChangeReason.MOVE_WITHIN,
    ChangeReason.MOVE_OUT,
    ChangeReason.MOVE_OUT_ABROAD,
    ChangeReason.DEATH,
    ChangeReason.MINOR_CORRECTION,
    ChangeReason.CORRECTION_EX_OFFICIO,
    ChangeReason.CLERICAL_ERROR,
    ChangeReason.FURIGANA_ENTERED,
    ChangeReason.FORMER_SURNAME_ENTERED,
    ChangeReason.FORMER_SURNAME_CHANGED,
    ChangeReason.FORMER_SURNAME_REMOVED,
    ChangeReason.ALIAS_ENTERED,
    ChangeReason.ALIAS_REMOVED,
    ChangeReason.CORRECTION_CANCELLED,
    ChangeReason.NUMBER_CHANGE_REQUESTED,
    ChangeReason.NUMBER_CORRECTED,
    ChangeReason.NUMBER_ENTERED,
    ChangeReason.CODE_CHANGE_REQUESTED,
    ChangeReason.CODE_ENTERED,
    ChangeReason.REMOVAL_EX_OFFICIO,
    ChangeReason.REMOVAL_NATURALISED,
    ChangeReason.REMOVAL_NATIONALITY_LOST,
    ChangeReason.REMOVAL_ENTRY_CANCELLED,
)


class SettleForm(ShellForm):
    """How a discrepancy, or a notice that waits for its order, is settled; `to_apply` says what applying it is."""

    decision = forms.ChoiceField(label="処理", widget=forms.RadioSelect)
    note = forms.CharField(label="処理の理由", max_length=400, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, to_apply: str = "もう一度反映する", **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self.offer("decision", [("apply", to_apply), ("withdraw", "通知を取り下げる")])


class ExtractForm(ShellForm):
    """A request for a bulk extract, as seed 002's table has it."""

    affair = forms.ChoiceField(label="事務区分")
    number_affair = forms.ChoiceField(label="個人番号提供事務区分")
    ordinance_affair = forms.ChoiceField(label="条例事務区分")
    target = forms.ChoiceField(label="抽出対象", choices=[(t.value, TARGET_LABELS[t]) for t in Target])
    who = forms.ChoiceField(label="抽出条件", choices=[(w.value, WHO_LABELS[w]) for w in Who])
    from_on = EraDateField(label="基準日・期間の始め")
    to_on = EraDateField(label="期間の終わり", required=False, help_text="基準日のときは入力しません。")
    municipalities = forms.MultipleChoiceField(
        label="市区町村",
        required=False,
        help_text=f"選ばないときは都道府県全域。政令指定都市は区をまとめて選べます。{_SEVERAL}",
        widget=forms.SelectMultiple({"size": 8}),
    )
    born_from = EraDateField(label="生年月日（から）", required=False, era="昭和")
    born_to = EraDateField(label="生年月日（まで）", required=False, era="昭和")
    sex = forms.ChoiceField(label="性別", required=False, choices=ANY + Sex.choices)
    resident_class = forms.ChoiceField(label="住民区分", required=False, choices=ANY + ResidentClass.choices)
    reasons = forms.MultipleChoiceField(
        label="異動事由",
        required=False,
        choices=[(reason.code.value, reason.label) for reason in REASONS.values()],
        help_text=f"選ばないときは問いません。{_SEVERAL}",
        widget=forms.SelectMultiple({"size": 6}),
    )
    items = forms.MultipleChoiceField(
        label="抽出項目",
        choices=[(item, LABELS[item]) for item in EXTRACT_ITEMS],
        initial=[item for item in EXTRACT_ITEMS if item != "individual_number"],
        widget=forms.CheckboxSelectMultiple,
    )
    encoding = forms.ChoiceField(
        label="文字コード",
        choices=[(Encoding.CP932.value, "シフトJIS（CP932）"), (Encoding.UTF_8.value, "UTF-8")],
        widget=forms.RadioSelect,
        initial=Encoding.CP932.value,
    )

    delivery = forms.ChoiceField(
        label="提供の方法",
        choices=[(each.value, label) for each, label in DELIVERY_LABELS.items()],
        widget=forms.RadioSelect,
        initial=Delivery.LINE.value,
        help_text="媒体のときは、暗号化したファイルと送付票ができます。",
    )

    def __init__(self, *args: Any, affairs: list[Affair], places: list[tuple[str, str]], **keywords: Any):
        super().__init__(*args, **keywords)
        choices = [(affair.code, f"{affair.code}　{affair.description[:40]}") for affair in affairs]
        none = (NONE, "使わない")
        self.offer("affair", [("", "選んでください"), *choices])
        numbered = [affair.code for affair in affairs if affair.number_allowed]
        self.offer("number_affair", [none, *(pair for pair in choices if pair[0] in numbered)])
        ordinances = [affair.code for affair in affairs if affair.by_ordinance]
        self.offer("ordinance_affair", [none, *(pair for pair in choices if pair[0] in ordinances)])
        self.offer("municipalities", places)

    def document(self) -> dict[str, Any]:
        """The cleaned form as a request document."""
        return {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in self.cleaned_data.items()
            if value not in (None, "", [])
        }
