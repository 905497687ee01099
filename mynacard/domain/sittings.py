"""電子証明書の窓口手続: what may be done to the certificates on a card in one sitting, one table, and on which proof.

How a certificate stands decides what is offered. Whether this person may do it is the permission's question.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jlis.kernel.errors import FieldError
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from mynacard.domain.identity import AGE_ALONE
from mynacard.domain.lifecycle import Cause

# Both kinds that a card bears, in the order in which its page and its paper name them.
ON_THE_CARD = (Kind.SIGN_CARD, Kind.AUTH_CARD)
PIN_OF = {Kind.SIGN_CARD: "signature", Kind.AUTH_CARD: "authentication"}


class Standing(StrEnum):
    """How a kind of certificate stands with the holder."""

    NONE = "NONE"
    VALID = "VALID"
    RENEWABLE = "RENEWABLE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


@dataclass(frozen=True)
class Deed:
    """One row: what is done, from which standings, by which permissions and statute, under which words.

    ``issues``: a new certificate is written. ``ends_by``: the verb of jpki's table by which the former one ends.
    """

    code: str
    label: str
    sources: frozenset[Standing]
    permissions: frozenset[str]
    statute: str
    issues: bool = False
    ends_by: str = ""


def _row(code: str, sources: str, permissions: str, statute: str, label: str, **rest: object) -> Deed:
    standings = frozenset(map(Standing, sources.split()))
    return Deed(code, label, standings, frozenset(permissions.split()), statute, **rest)  # type: ignore[arg-type]


def _ending(code: str, sources: str, verb: str) -> Deed:
    """A move of jpki's table, under its own permission, statute and words."""
    move = MOVES[verb]
    return _row(code, sources, move.permission, move.statute, move.label, ends_by=verb)


_ISSUE, _ISSUED_BY = "mynacard.update jpki.issue", MOVES["issue"].statute
_RELIED_ON = "VALID RENEWABLE"
DEEDS: dict[str, Deed] = {
    deed.code: deed
    for deed in (
        _row("ISSUE", "NONE EXPIRED REVOKED", _ISSUE, _ISSUED_BY, "新規発行", issues=True),
        _row("RENEW", "RENEWABLE", _ISSUE, _ISSUED_BY, "更新", issues=True),
        _row("REISSUE", "VALID SUSPENDED", _ISSUE, _ISSUED_BY, "再発行", issues=True),
        _ending("REVOKE", f"{_RELIED_ON} SUSPENDED", "revoke_on_request"),
        _ending("COMPROMISE", f"{_RELIED_ON} SUSPENDED", "revoke_for_compromise"),
        _ending("SUSPEND", _RELIED_ON, "suspend"),
    )
}  # fmt: skip
RESET_LABEL = "暗証番号の初期化・再設定"
RESET_STATUTE = "公的個人認証サービス事務処理要領"
MAY_RESET = "mynacard.set_pins"


def offered(standing: Standing) -> Iterator[Deed]:
    """What the standing lets be done, in the table's order."""
    return (deed for deed in DEEDS.values() if standing in deed.sources)


class Proof(StrEnum):
    """By what the counter knows who asks."""

    CARD = "CARD"
    DOCUMENTS = "DOCUMENTS"
    TELEPHONE = "TELEPHONE"


PROOF_LABELS = {
    Proof.CARD: "個人番号カードの提示と顔写真の照合",
    Proof.DOCUMENTS: "その他の本人確認書類",
    Proof.TELEPHONE: "電話での届出（一時保留だけ）",
}


class Visitor(StrEnum):
    """Who is there."""

    HOLDER = "HOLDER"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    PROXY = "PROXY"


VISITOR_LABELS = {
    Visitor.HOLDER: "本人",
    Visitor.LEGAL_REPRESENTATIVE: "法定代理人",
    Visitor.PROXY: "任意代理人（照会書に対する回答書を持参）",
}


@dataclass(frozen=True)
class Plan:
    """What is asked for in one sitting. ``pins``: the new ones, by name, keyed in by the holder.

    ``exemptions``: the codes of confirmed exceptions (`jpki.domain.eligibility.EXEMPTIONS`). ``formers``: the newest
    certificates when it was chosen (0 for none), so that a second press finds others and does nothing.
    """

    deeds: Mapping[Kind, Deed]
    proof: Proof
    visitor: Visitor = Visitor.HOLDER
    resets: frozenset[str] = frozenset()
    pins: Mapping[str, str] = field(default_factory=dict, repr=False)
    ground: Ground | None = None
    fee_yen: int | None = None
    under_guardianship: bool = False
    exemptions: frozenset[str] = frozenset()
    formers: Mapping[Kind, int] | None = None

    @property
    def issued(self) -> list[Kind]:
        """The kinds that are issued."""
        return [kind for kind in ON_THE_CARD if kind in self.deeds and self.deeds[kind].issues]


def faults(wanted: Plan, *, age: int) -> list[FieldError]:
    """Why the sitting may not be held as it is asked for."""
    found = []
    if not wanted.deeds and not wanted.resets:
        found.append(FieldError("deed_sign", "nothing", "行う手続を一つ以上選んでください。"))
    only_holds = not wanted.resets and all(deed.code == "SUSPEND" for deed in wanted.deeds.values())
    if wanted.proof is Proof.TELEPHONE and not only_holds:
        found.append(FieldError("proof", "by_telephone", "電話で受け付けられるのは一時保留だけです。"))
    if age < AGE_ALONE and wanted.visitor is not Visitor.LEGAL_REPRESENTATIVE and not only_holds:
        message = "15歳未満のため、法定代理人が手続をしてください。"
        found.append(FieldError("visitor", "representative_needed", message))
    if wanted.issued and wanted.ground is None:
        found.append(FieldError("ground", "required", "手数料の区分を選んでください。"))
    return found


# What ended a card by its holder's own doing.
_OWN_DOING = frozenset({Cause.LOST, Cause.DAMAGED, Cause.RETURNED, Cause.ORDERED})


def ground_with_card(*, kind: str, is_held: bool, ended_by: str) -> Ground:
    """The fee's ground where certificates come with a card: ``kind`` of its application, and the card before it.

    ``is_held``: the card in hand is on hold, that is lost; ``ended_by``: the cause of the last one's end, if any.
    """
    if kind in ("FIRST", "RENEWAL"):
        return Ground.FIRST if kind == "FIRST" else Ground.RENEWAL
    return Ground.LOST if is_held or ended_by in _OWN_DOING else Ground.NOT_AT_FAULT
