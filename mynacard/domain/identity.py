"""本人確認書類: what is shown at the hand-over. One of A or two of B, with the notice that was sent home.

The lists follow the 事務処理要領; documents' numbers are not kept, only which were shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from jlis.kernel.errors import FieldError

CLASS_A = {
    "A_LICENCE": "運転免許証",
    "A_PASSPORT": "旅券",
    "A_DRIVING_RECORD": "運転経歴証明書（平成24年4月1日以後）",
    "A_RESIDENCE_CARD": "在留カード・特別永住者証明書",
    "A_DISABILITY": "身体障害者手帳・精神障害者保健福祉手帳・療育手帳",
    "A_FORMER_CARD": "個人番号カード・写真付き住民基本台帳カード",
}
CLASS_B = {
    "B_INSURANCE": "健康保険の資格確認書・介護保険の被保険者証",
    "B_PENSION": "年金手帳・年金証書",
    "B_MEDICAL": "医療受給者証・医療費受給者証",
    "B_MOTHER_CHILD": "母子健康手帳",
    "B_STUDENT": "学生証・社員証",
    "B_BANKBOOK": "預金通帳",
    "B_WELFARE": "生活保護受給者証",
}
DOCUMENTS = CLASS_A | CLASS_B


class ProxyReason(StrEnum):
    """Why somebody else may fetch the card."""

    NONE = ""
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"
    ILLNESS = "ILLNESS"
    DISABILITY = "DISABILITY"
    AGE = "AGE"
    CARE_FACILITY = "CARE_FACILITY"
    STUDENT_AWAY = "STUDENT_AWAY"


AGE_ALONE = 15
"""Below it a legal representative comes too."""


@dataclass(frozen=True)
class Shown:
    """What was shown at the counter. ``notice``: the 交付通知書 (照会書) that proves the address.

    ``under_guardianship``: the holder is a 成年被後見人; ``exemptions``: codes of the reasons, confirmed by the
    counter, for a signature certificate nonetheless (`jpki.domain.eligibility.EXEMPTIONS`).
    """

    documents: frozenset[str]
    notice: bool = True
    proxy_reason: ProxyReason = ProxyReason.NONE
    proxy_documents: frozenset[str] = field(default_factory=frozenset)
    under_guardianship: bool = False
    exemptions: frozenset[str] = frozenset()


def suffices(documents: Iterable[str]) -> bool:
    """Whether the documents prove a person: one of A, or two of B."""
    shown = set(documents)
    return bool(shown & CLASS_A.keys()) or len(shown & CLASS_B.keys()) >= 2


def faults(shown: Shown, *, age: int) -> list[FieldError]:
    """Why the card may not be handed over on these documents."""
    found = []
    if not shown.notice:
        found.append(
            FieldError("notice", "notice_missing", "交付通知書の提示がありません。照会書を送り直してください。")
        )
    if not suffices(shown.documents):
        message = "本人確認書類が足りません。Aを1点、またはBを2点確認してください。"
        found.append(FieldError("documents", "not_proved", message))
    why = "15歳未満" if age < AGE_ALONE else "成年被後見人" if shown.under_guardianship else ""
    if why and shown.proxy_reason is not ProxyReason.LEGAL_REPRESENTATIVE:
        message = f"{why}のため、法定代理人の同行が必要です。"
        found.append(FieldError("proxy_reason", "representative_needed", message))
    if shown.proxy_reason and not suffices(shown.proxy_documents):
        message = "代理人の本人確認書類が足りません。Aを1点、またはBを2点確認してください。"
        found.append(FieldError("proxy_documents", "proxy_not_proved", message))
    return found
