"""The forms of what towns do with each other."""

from typing import Any

from django import forms

from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.faces.forms import (
    CheckedCodeField,
    EraDateField,
    KanaField,
    PartialDateField,
    PostcodeField,
    ShellForm,
)
from juki.choices import Sex, TownMessageKind
from juki.domain.move_outs import HEAD, PENSION_CLASSES
from juki.domain.town_messages import KINDS
from juki.domain.town_notices import EVENTS, LABELS
from juki.domain.wide_area import DOCUMENTS, Order, Who
from juki.models import MoveOut

_PIN = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "4"}
_FLAGS = ("national_health_insurance", "late_stage_insurance", "care_insurance", "child_allowance")
CHOOSE = ("", "選んでください")


class MessageFilter(ShellForm):
    """Which messages are listed."""

    box = forms.ChoiceField(label="受信・送信", required=False, choices=[("received", "受信"), ("sent", "送信")])
    kind = forms.ChoiceField(label="種別", required=False, choices=[("", "すべて"), *TownMessageKind.choices])
    only = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[("open", "未処理"), ("overdue", "期限を過ぎたもの"), ("all", "すべて")],
    )


class ReasonForm(ShellForm):
    """Why a move is made."""

    note = forms.CharField(label="理由", max_length=400, required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, required: bool, **keywords: Any):
        super().__init__(*args, **keywords)
        self.fields["note"].required = required


class DeskForm(ShellForm):
    """What a town sets for these affairs."""

    days_until_missing = forms.IntegerField(
        label="転入通知未着とするまでの日数", min_value=1, max_value=365, help_text="転出予定日から数えます。"
    )
    days_to_settle = forms.IntegerField(label="通知を処理するまでの日数", min_value=0, max_value=90)
    wide_area_opens = forms.TimeField(label="広域交付の開始時刻", help_text="例：9:00")
    wide_area_closes = forms.TimeField(label="広域交付の終了時刻", help_text="例：17:00")
    mayor = forms.CharField(
        label="証明者",
        max_length=120,
        required=False,
        help_text="広域交付の写しに印字します。例：東京都千代田区長　見本　太郎",
    )
    seal = forms.CharField(label="公印の文字", max_length=20, required=False, help_text="例：千代田区長")


class TownNoticeForm(ShellForm):
    """A notice to another town; which items it must have is told by its kind."""

    kind = forms.ChoiceField(
        label="種別",
        choices=[CHOOSE, *((kind.value, facts.label) for kind, facts in KINDS.items() if facts.may_be_written)],
    )
    receiver = forms.CharField(
        label="宛先の市区町村コード", max_length=6, help_text="6桁。附票は本籍地、戸籍の届出は住所地の市区町村（区）"
    )
    resident_code = CheckedCodeField(code=ResidentRecordCode, required=False, help_text="附票への通知では必須です。")
    name = forms.CharField(label="氏名", max_length=200)
    birth_date = PartialDateField(label="生年月日", required=False)
    address = forms.CharField(label="住所", max_length=400, required=False)
    address_since = EraDateField(label="住所を定めた年月日", required=False)
    honseki = forms.CharField(label="本籍", max_length=400, required=False, help_text="附票への通知")
    koseki_head = forms.CharField(label="筆頭者", max_length=200, required=False, help_text="附票への通知")
    event = forms.ChoiceField(
        label="届出事件", required=False, choices=[("", "指定しない"), *EVENTS.items()], help_text="戸籍の届出の通知"
    )
    event_on = EraDateField(label="届出事件の年月日", required=False)
    content = forms.CharField(
        label="記載すべき事項", max_length=2000, required=False, widget=forms.Textarea({"rows": 4})
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def items(self) -> dict[str, str]:
        """What is filled in, in its stored form."""
        values = {name: self.cleaned_data[name] for name in LABELS if self.cleaned_data.get(name)}
        for name in ("birth_date", "address_since", "event_on"):
            if name in values:
                values[name] = values[name].iso if hasattr(values[name], "iso") else values[name].isoformat()
        return {name: str(value) for name, value in values.items()}


class HonsekiForm(ShellForm):
    """To which 本籍地, and as whose 戸籍."""

    receiver = forms.CharField(label="本籍地の市区町村コード", max_length=6, help_text="6桁。政令指定都市は区")
    honseki = forms.CharField(label="本籍", max_length=400, help_text="都道府県名から")
    koseki_head = forms.CharField(label="筆頭者", max_length=200)


class TransferForm(HonsekiForm):
    """The new 本籍地."""

    moved_on = EraDateField(label="転籍の年月日")
    receiver = forms.CharField(label="新本籍地の市区町村コード", max_length=6, help_text="6桁。政令指定都市は区")
    honseki = forms.CharField(label="新しい本籍", max_length=400, help_text="都道府県名から")
    field_order = ("moved_on", "receiver", "honseki", "koseki_head")


class InformationForm(ShellForm):
    """転出証明書情報 of one person who leaves, and of whom they leave together with."""

    destination = forms.CharField(label="転出先", max_length=400, help_text="都道府県名から")
    with_card = forms.BooleanField(label="カードによる特例転入をする（転出証明書を交付しない）", required=False)
    householder = forms.CharField(label="世帯主の氏名", max_length=200)
    relation = forms.CharField(label="続柄", max_length=40, initial=HEAD)
    honseki = forms.CharField(label="本籍", max_length=200, required=False, help_text="日本人の場合")
    koseki_head = forms.CharField(label="筆頭者", max_length=200, required=False)
    national_health_insurance = forms.BooleanField(label="国民健康保険の被保険者", required=False)
    late_stage_insurance = forms.BooleanField(label="後期高齢者医療の被保険者", required=False)
    care_insurance = forms.BooleanField(label="介護保険の被保険者", required=False)
    pension_class = forms.ChoiceField(
        label="国民年金の被保険者の種別", required=False, choices=list(PENSION_CLASSES.items())
    )
    pension_number = forms.CharField(label="基礎年金番号", max_length=10, required=False, help_text="10桁の数字")
    child_allowance = forms.BooleanField(label="児童手当の受給", required=False)
    family = forms.MultipleChoiceField(
        label="あわせて転出する世帯員",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="カードのない世帯員は、世帯主のカードで一緒に転入できます。続柄を続けて入力します。",
    )
    relations = forms.CharField(
        label="世帯員の続柄", required=False, max_length=200, help_text="選んだ順に「、」で区切ります。例：妻、子"
    )

    def __init__(self, *args: Any, family: list[tuple[str, str]], **keywords: Any):
        super().__init__(*args, **keywords)
        self.offer("family", family)
        if not family:
            del self.fields["family"], self.fields["relations"]

    def clean(self) -> dict[str, Any]:
        """As many relations as members."""
        cleaned = super().clean() or self.cleaned_data
        relations = [each for each in str(cleaned.get("relations", "")).split("、") if each.strip()]
        if len(relations) != len(cleaned.get("family", [])):
            self.add_error("relations", "選んだ世帯員の数だけ続柄を入力してください。")
        cleaned["relations"] = relations
        return cleaned

    def filed(self, own: MoveOut) -> list[tuple[int, dict[str, Any], bool]]:
        """Move-out, items and whether by card, of the own one first; the members share the household's items."""
        data = self.cleaned_data
        names = ("householder", "relation", "honseki", "koseki_head", "pension_class", "pension_number", *_FLAGS)
        items = {name: data[name] for name in names}
        shared = {name: items[name] for name in ("householder", "honseki", "koseki_head")}
        members = zip(data.get("family", []), data["relations"], strict=True)
        return [(own.pk, items, data["with_card"])] + [
            (int(pk), shared | {"relation": relation.strip()}, False) for pk, relation in members
        ]


class CardForm(ShellForm):
    """The card on the reader, and its holder's one PIN entry."""

    card_number = forms.CharField(
        label="カードの製造番号",
        max_length=16,
        help_text="カードを端末に置き、顔写真の下の16桁を入力します。",
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )
    moved_on = EraDateField(label="転入をした年月日", help_text="届出は14日以内です。")
    with_family = forms.BooleanField(label="カードのない世帯員も一緒に届け出る（名義人が世帯主のとき）", required=False)
    pin = forms.CharField(
        label="暗証番号（4桁）",
        max_length=4,
        help_text="来庁した本人が入力します。転入・継続利用・電子証明書を通して一度だけです。",
        widget=forms.PasswordInput(_PIN),
    )


class NewAddressForm(ShellForm):
    """Where they live from now on, and who comes along."""

    town = forms.CharField(label="町・字", max_length=100, help_text="読みの一部でも候補が出ます。")
    postcode = PostcodeField(required=False, help_text="町・字を選ぶと入ります。")
    lot = forms.CharField(label="番地・方書", max_length=200, help_text="例：1番2号　霞ハイツ101号室")
    codes = forms.MultipleChoiceField(label="一緒に転入する世帯員", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, office: str, place: str, family: list[tuple[str, str]], **keywords: Any):
        super().__init__(*args, **keywords)
        self.place = place
        self.fields["town"].widget.attrs |= {
            "data-towns": "/towns/", "data-postcode-into": "id_postcode", "data-office": office
        }  # fmt: skip
        self.fields["town"].help_text = f"{place}に続く町・字。読みの一部でも候補が出ます。"
        self.offer("codes", family)
        if not family:
            del self.fields["codes"]

    def address(self) -> str:
        """The whole address."""
        return str(self.place + self.cleaned_data["town"] + self.cleaned_data["lot"])


class WideAreaForm(ShellForm):
    """Who asks, and for what."""

    document = forms.ChoiceField(label="提示された書類", choices=[CHOOSE, *DOCUMENTS.items()])
    card_number = forms.CharField(label="カードの製造番号", max_length=16, required=False, help_text="カードのとき")
    pin = forms.CharField(
        label="暗証番号（4桁）", max_length=4, required=False, help_text="カードのとき。本人が入力します。",
        widget=forms.PasswordInput(_PIN),
    )  # fmt: skip
    resident_code = CheckedCodeField(
        code=ResidentRecordCode,
        required=False,
        help_text="書類のとき。分からなければ氏名・生年月日・性別を入力します。",
    )
    name = forms.CharField(label="氏名", max_length=200, required=False)
    birth_date = PartialDateField(label="生年月日", required=False)
    sex = forms.ChoiceField(label="性別", required=False, choices=[("", "指定しない"), *Sex.choices])
    address = forms.CharField(
        label="住所", max_length=400, required=False, help_text="都道府県名から。同名の人を分けます。"
    )
    who = forms.ChoiceField(
        label="記載する者",
        widget=forms.RadioSelect,
        initial=Who.SELF.value,
        choices=[(Who.SELF.value, "本人"), (Who.HOUSEHOLD.value, "世帯全員"), (Who.NAMED.value, "世帯の一部")],
    )
    names = forms.CharField(
        label="記載する世帯員の氏名", max_length=400, required=False, help_text="世帯の一部のとき、「、」で区切ります。"
    )
    options = forms.MultipleChoiceField(
        label="特別に請求する事項",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("relation", "世帯主・続柄"), ("resident_code", "住民票コード"), ("individual_number", "個人番号")],
        help_text="本籍・筆頭者は、広域交付の写しには記載できません。",
    )

    def order(self) -> Order:
        """What is wanted."""
        data = self.cleaned_data
        names = tuple(name.strip() for name in data["names"].split("、") if name.strip())
        return Order(Who(data["who"]), names, **dict.fromkeys(data["options"], True))


class MemberForm(ShellForm):
    """One member as the town's own record has them."""

    name = forms.CharField(label="氏名", max_length=200)
    name_kana = KanaField(label="氏名の振り仮名", max_length=200, required=False)
    former_surname = forms.CharField(label="旧氏", max_length=100, required=False)
    alias = forms.CharField(label="通称", max_length=200, required=False)
    birth_date = PartialDateField(label="生年月日")
    sex = forms.ChoiceField(label="性別", choices=[CHOOSE, *Sex.choices])
    became_resident_on = PartialDateField(label="住民となった年月日", era="令和")
    address = forms.CharField(label="住所", max_length=400)
    address_since = PartialDateField(label="住所を定めた年月日", era="令和")
    notified_on = PartialDateField(label="届出の年月日", required=False, era="令和")
    former_address = forms.CharField(label="従前の住所", max_length=400, required=False)
    householder = forms.CharField(label="世帯主の氏名", max_length=200, required=False)
    relation = forms.CharField(label="続柄", max_length=40, required=False)
    resident_code = CheckedCodeField(code=ResidentRecordCode, required=False)

    def items(self) -> dict[str, str]:
        """The items in their stored form."""
        return {
            name: value.iso if hasattr(value, "iso") else str(value or "") for name, value in self.cleaned_data.items()
        }
