"""What is asked for in a sitting about certificates, and the PINs that the holder keys in at its last step."""

from collections.abc import Mapping
from typing import Any

from django import forms

from jlis.kernel.actors import Actor
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.faces.forms import ShellForm
from jlis.kernel.time import Moment
from jpki.choices import FeeGround, Kind
from jpki.domain import fees
from jpki.domain.eligibility import age_on
from jpki.domain.fees import Ground
from mynacard.domain.pins import LABELS
from mynacard.domain.sittings import (
    DEEDS,
    MAY_RESET,
    ON_THE_CARD,
    PIN_OF,
    PROOF_LABELS,
    VISITOR_LABELS,
    Plan,
    Proof,
    Standing,
    Visitor,
)
from mynacard.services.sittings import Seen
from mynacard.web.forms import exemptions_at, exemptions_field

_NAMES = {ON_THE_CARD[0]: "deed_sign", ON_THE_CARD[1]: "deed_auth"}
_FORMERS = {ON_THE_CARD[0]: "former_sign", ON_THE_CARD[1]: "former_auth"}
_NOTHING = [("", "何もしない")]


class SittingForm(ShellForm):
    """Each kind with what its standing and this person's duties let be done; PINs to reset; proof, fee, exceptions."""

    REST = ("proof", "visitor", "ground", "fee_yen", "under_guardianship")

    deed_sign = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    deed_auth = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    former_sign = forms.IntegerField(label="署名用（画面に表示したもの）", widget=forms.HiddenInput, min_value=0)
    former_auth = forms.IntegerField(label="利用者証明用（画面に表示したもの）", widget=forms.HiddenInput, min_value=0)
    resets = forms.MultipleChoiceField(
        label="暗証番号の初期化・再設定",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[(name, LABELS[name]) for name in PIN_OF.values()],
        help_text="忘れたとき、ロックされたとき。新しい暗証番号は、次の画面で本人が入力します。",
    )
    proof = forms.ChoiceField(
        label="本人確認の方法", choices=[(proof.value, label) for proof, label in PROOF_LABELS.items()]
    )
    visitor = forms.ChoiceField(
        label="来庁者", choices=[(visitor.value, label) for visitor, label in VISITOR_LABELS.items()]
    )
    ground = forms.ChoiceField(label="手数料の区分", required=False, help_text="発行するときに選びます。")
    fee_yen = forms.IntegerField(
        label="手数料（円）",
        required=False,
        min_value=0,
        max_value=fees.HIGHEST_YEN,
        help_text="団体が定める区分だけ入力します（無料は0）。",
    )
    under_guardianship = forms.BooleanField(label="成年被後見人である", required=False)
    exemptions = exemptions_field("15歳未満の者、成年被後見人に発行するときだけ選びます。")

    def __init__(self, *args: Any, seen: Seen, by: Actor, at: Moment, **keywords: Any):
        super().__init__(*args, **keywords)
        for kind, name in _NAMES.items():
            deeds = [deed for deed in seen.offered(kind) if deed.permissions <= by.permissions]
            self.fields[name].label = str(Kind(kind.value).label)
            self.offer(name, [*_NOTHING, *((deed.code, deed.label) for deed in deeds)])
            newest = seen.borne[kind].certificate
            self.fields[_FORMERS[kind]].initial = newest.pk if newest else 0
            is_due = seen.borne[kind].standing is Standing.RENEWABLE and "RENEW" in {deed.code for deed in deeds}
            self.fields[name].initial = "RENEW" if is_due else ""
        if not (seen.may_issue and seen.card.has_pins and by.may(MAY_RESET)):
            del self.fields["resets"]
        self._offer_grounds(seen, at)
        age = age_on(at.day, PartialDate.from_iso(seen.record.birth_date))
        self.offer("exemptions", exemptions_at(age))

    def wanted(self, pins: Mapping[str, str] | None = None) -> Plan:
        """The cleaned form, with the PINs of the last step, as the service takes it."""
        given = self.cleaned_data
        deeds = {kind: DEEDS[given[name]] for kind, name in _NAMES.items() if given[name]}
        is_issued = any(deed.issues for deed in deeds.values())
        return Plan(
            deeds=deeds,
            proof=Proof(given["proof"]),
            visitor=Visitor(given["visitor"]),
            resets=frozenset(given.get("resets", ())),
            pins=dict(pins or {}),
            ground=Ground(given["ground"]) if is_issued and given["ground"] else None,
            fee_yen=given["fee_yen"] if is_issued else None,
            under_guardianship=given["under_guardianship"],
            exemptions=frozenset(given["exemptions"]),
            formers={kind: given[name] for kind, name in _FORMERS.items()},
        )

    def _offer_grounds(self, seen: Seen, at: Moment) -> None:
        labels = [(ground.value, _ground_label(ground, at)) for ground in Ground]
        self.offer("ground", [("", "選んでください"), *labels])
        likely = [seen.borne[kind].ground for kind in ON_THE_CARD if seen.borne[kind].standing is not Standing.VALID]
        self.fields["ground"].initial = likely[0].value if likely else ""


class NewPinsForm(ShellForm):
    """The PINs that are set anew, keyed in by the holder; never shown again, not even after a fault."""

    def __init__(self, *args: Any, names: list[str], **keywords: Any):
        super().__init__(*args, **keywords)
        for name in names:
            self.fields[name] = _pin(name)


def _pin(name: str) -> forms.CharField:
    is_password = name == "signature"
    attributes = {"autocomplete": "off", "maxlength": "16" if is_password else "4"}
    if not is_password:
        attributes["inputmode"] = "numeric"
    help_text = "英大文字と数字を混ぜて6～16文字" if is_password else "数字4桁"
    field = forms.CharField(label=f"新しい{LABELS[name]}", widget=forms.PasswordInput(attributes), help_text=help_text)
    field.error_messages["required"] = "入力してください。"
    return field


def _ground_label(ground: Ground, at: Moment) -> str:
    yen = fees.rule_on(ground, at.day).yen
    price = "団体が定める額" if yen is None else "無料" if yen == 0 else f"{yen:,}円"
    return f"{FeeGround(ground.value).label}（{price}）"
