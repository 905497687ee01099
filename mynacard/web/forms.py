"""The forms of the room: each asks just what its act needs."""

from typing import Any

from django import forms

from jlis.kernel.faces.forms import EraDateField, ShellForm
from jpki.domain.eligibility import EXEMPTIONS, reasons_for
from mynacard.choices import EXPRESS_CASES, AbroadApplicant, Channel, ReturnReason
from mynacard.domain import applications
from mynacard.domain.abroad import Applicant
from mynacard.domain.identity import DOCUMENTS, ProxyReason, Shown
from mynacard.domain.pins import LABELS, Pins
from mynacard.services.abroad import Wish as AbroadWish
from mynacard.services.applications import Wish
from mynacard.services.photos import GivenPhoto

_PROXY_REASONS = [
    (ProxyReason.NONE.value, "本人が来庁"),
    (ProxyReason.LEGAL_REPRESENTATIVE.value, "法定代理人（15歳未満・成年被後見人）"),
    (ProxyReason.ILLNESS.value, "病気"),
    (ProxyReason.DISABILITY.value, "身体の障害"),
    (ProxyReason.AGE.value, "高齢（75歳以上）"),
    (ProxyReason.CARE_FACILITY.value, "施設に入所"),
    (ProxyReason.STUDENT_AWAY.value, "通学のため遠方に居住"),
]
_DOCUMENTS = [
    ("A（1点で足りるもの）", [(code, label) for code, label in DOCUMENTS.items() if code.startswith("A_")]),
    ("B（2点必要なもの）", [(code, label) for code, label in DOCUMENTS.items() if code.startswith("B_")]),
]


def exemptions_field(help_text: str) -> forms.MultipleChoiceField:
    """Why a 署名用 certificate is issued to somebody whom a rule leaves out."""
    return forms.MultipleChoiceField(
        label="署名用電子証明書を例外として発行する理由",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(each.code, each.label) for each in EXEMPTIONS.values()],
        help_text=help_text,
    )


def exemptions_at(age: int) -> list[tuple[str, str]]:
    """The reasons that may be confirmed for somebody of an age."""
    return [(each.code, each.label) for each in reasons_for(age)]


def _pin(name: str, *, required: bool = True) -> forms.CharField:
    attributes = {"autocomplete": "off", "inputmode": "numeric", "maxlength": "4"}
    if name == "signature":
        attributes = {"autocomplete": "off", "maxlength": "16"}
    help_text = "英大文字と数字を混ぜて6～16文字" if name == "signature" else "数字4桁。4桁の三つは同じでもよい。"
    widget = forms.PasswordInput(attributes)
    return forms.CharField(label=LABELS[name], widget=widget, help_text=help_text, required=required)


def _shown(given: dict[str, Any]) -> Shown:
    return Shown(
        frozenset(given["documents"]),
        bool(given.get("notice", True)),
        ProxyReason(given["proxy_reason"]),
        frozenset(given["proxy_documents"]),
        given["under_guardianship"],
        frozenset(given["exemptions"]),
    )


class WishForm(ShellForm):
    """What somebody applies for, with the photo."""

    photo = forms.FileField(
        label="顔写真", required=False, help_text="JPEG、縦横480～6,000ピクセル、20KB～7MB。1歳未満は付けません。"
    )
    taken_on = EraDateField(label="撮影日", required=False, help_text="最近6か月以内")
    wants_signature = forms.BooleanField(label="署名用電子証明書を希望する", required=False, initial=True)
    wants_authentication = forms.BooleanField(label="利用者証明用電子証明書を希望する", required=False, initial=True)
    stay_ends_on = EraDateField(label="在留期間の満了日", required=False, help_text="外国人住民で期限のある者のみ")

    channels: tuple[Channel, ...] = ()

    def __init__(self, *args: Any, **keywords: Any):
        super().__init__(*args, **keywords)
        if self.channels:
            offered = [(channel.value, str(channel.label)) for channel in self.channels]
            self.fields = {"channel": forms.ChoiceField(label="経路", choices=offered)} | self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("photo") and not cleaned.get("taken_on") and "taken_on" not in self.errors:
            self.add_error("taken_on", "撮影日を入力してください。")
        return cleaned

    def wish(self) -> Wish:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        photo = GivenPhoto(given["photo"].read(), given["taken_on"]) if given["photo"] else None
        return Wish(
            channel=applications.Channel(given.get("channel") or Channel.EXPRESS),
            photo=photo,
            wants_signature=given["wants_signature"],
            wants_authentication=given["wants_authentication"],
            stay_ends_on=given["stay_ends_on"],
        )


class CounterForm(WishForm):
    """An application at the counter (申請時来庁方式) or at a company."""

    channels = (Channel.COUNTER, Channel.COMPANY)


class PaperForm(WishForm):
    """An application that came by post, keyed by its 申請書ID."""

    channels = (Channel.POST, Channel.BOOTH)
    form_id = forms.CharField(
        label="申請書ID", max_length=29, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    )


class SendBackForm(ShellForm):
    """Why an application goes back."""

    reason = forms.ChoiceField(label="返戻の理由", choices=[("", "選んでください"), *ReturnReason.choices])
    note = forms.CharField(label="申請者への連絡", required=False, max_length=200)


class FaultyForm(ShellForm):
    """The maker's quality result."""

    faulty = forms.CharField(
        label="不良の製造番号",
        required=False,
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
        help_text="1行に1枚。なければ空欄のまま進みます。",
    )


class ScanForm(ShellForm):
    """The card numbers as the scanner reads them."""

    scanned = forms.CharField(
        label="製造番号",
        widget=forms.Textarea({"rows": 8, "autocomplete": "off", "class": "mono"}),
        help_text="読取り機で1枚ずつ読み取ると、1行に1枚入ります。",
    )


class SettleForm(ShellForm):
    """What became of a discrepancy."""

    is_lost = forms.BooleanField(label="亡失した（カードを廃止し、作り直す）", required=False)
    note = forms.CharField(label="処理の内容", max_length=200)


class SetUpForm(ShellForm):
    """What was seen of the card itself."""

    print_is_good = forms.ChoiceField(
        label="券面の印字", widget=forms.RadioSelect, choices=[("1", "良好"), ("0", "不良（返送して作り直す）")]
    )
    chip_is_good = forms.ChoiceField(
        label="ICチップ", widget=forms.RadioSelect, choices=[("1", "良好"), ("0", "不良（返送して作り直す）")]
    )


class DocumentsForm(ShellForm):
    """What the holder, and who comes for them, showed."""

    notice = forms.BooleanField(label="交付通知書（照会書）の提示を受けた", required=False)
    documents = forms.MultipleChoiceField(
        label="本人確認書類", required=False, choices=_DOCUMENTS, widget=forms.CheckboxSelectMultiple
    )
    proxy_reason = forms.ChoiceField(label="来庁者", required=False, choices=_PROXY_REASONS)
    proxy_documents = forms.MultipleChoiceField(
        label="代理人の本人確認書類", required=False, choices=_DOCUMENTS, widget=forms.CheckboxSelectMultiple
    )
    under_guardianship = forms.BooleanField(label="成年被後見人である", required=False)
    exemptions = exemptions_field(
        "15歳未満の者、成年被後見人に発行するときだけ選びます。選ばなければ、利用者証明用だけを発行します。"
    )

    def __init__(self, *args: Any, age: int, **keywords: Any):
        super().__init__(*args, **keywords)
        self.offer("exemptions", exemptions_at(age))

    def shown(self) -> Shown:
        """The cleaned form as the rules take it."""
        return _shown(self.cleaned_data)


class AbroadForm(ShellForm):
    """Who came, and that chip and face were written."""

    applicant = forms.ChoiceField(label="申請に来た人", choices=AbroadApplicant.choices)
    chip_is_written = forms.BooleanField(label="ICチップの住所を国外転出に書き換えた", required=False)
    face_is_written = forms.BooleanField(label="券面に上の文言を記載した", required=False)

    def wish(self) -> AbroadWish:
        """The cleaned form as the service takes it."""
        given = self.cleaned_data
        return AbroadWish(Applicant(given["applicant"]), given["chip_is_written"], given["face_is_written"])


class PinsForm(ShellForm):
    """The PINs, keyed in by the holder; never shown again, not even after a fault."""

    authentication = _pin("authentication", required=False)
    resident = _pin("resident", required=False)
    entry_aid = _pin("entry_aid", required=False)
    signature = _pin("signature", required=False)
    without_pins = forms.BooleanField(label="暗証番号を設定しない（顔認証カード）", required=False)

    def __init__(self, *args: Any, with_signature: bool = True, **keywords: Any):
        super().__init__(*args, **keywords)
        if not with_signature:
            del self.fields["signature"]

    def pins(self) -> Pins | None:
        """The cleaned form as the terminal takes it; None for a card without PINs."""
        given = self.cleaned_data
        if given.get("without_pins"):
            return None
        return Pins(given["authentication"], given["resident"], given["entry_aid"], given.get("signature", ""))


class ExpressForm(WishForm):
    """An express application: why, what was shown, and the PINs that are asked for."""

    case = forms.ChoiceField(label="特急発行の事由", choices=[("", "選んでください"), *EXPRESS_CASES])
    occurred_on = EraDateField(label="事由の生じた日", required=False, help_text="転入・紛失などの届出の日")
    fee_yen = forms.IntegerField(
        label="手数料（円）", required=False, min_value=0, help_text="金額の定まった事由では入力しません。"
    )
    documents = forms.MultipleChoiceField(
        label="本人確認書類", required=False, choices=_DOCUMENTS, widget=forms.CheckboxSelectMultiple
    )
    proxy_reason = DocumentsForm.base_fields["proxy_reason"]
    proxy_documents = forms.MultipleChoiceField(
        label="代理人の本人確認書類", required=False, choices=_DOCUMENTS, widget=forms.CheckboxSelectMultiple
    )
    under_guardianship = DocumentsForm.base_fields["under_guardianship"]
    exemptions = DocumentsForm.base_fields["exemptions"]
    authentication = _pin("authentication")
    resident = _pin("resident")
    entry_aid = _pin("entry_aid")
    signature = _pin("signature", required=False)

    def shown(self) -> Shown:
        """What was shown; without a notice sent home, since the holder comes to apply."""
        return _shown(self.cleaned_data)

    def pins(self) -> Pins:
        """The PINs of the 暗証番号設定依頼."""
        given = self.cleaned_data
        return Pins(given["authentication"], given["resident"], given["entry_aid"], given["signature"])


class NoteForm(ShellForm):
    """Why a move is made."""

    note = forms.CharField(label="理由・備考", required=False, max_length=200)
