"""提供状況の開示: every look at a person's record, from the audit chain (J12)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jlis.kernel.audit.models import AuditEntry, AuditSubject
from jlis.kernel.organisations.models import Organisation
from juki.domain.items import LABELS
from juki.models import Affair

METHODS = {
    "juki.provided": "提供（即時）",
    "juki.extracted": "提供（一括抽出）",
    "juki.searched": "画面での検索",
    "juki.viewed": "画面での照会",
    "juki.notification_compared": "不整合・順序待ちの通知と登録の照合",
    "juki.code_provided": "符号の取得のための住民票コードの提供",
    "juki.numbers_told": "市区町村への個人番号の通知",
    "juki.removed_searched": "除票の検索",
    "juki.removed_record_viewed": "除票の照会",
    "juki.removed_record_issued": "除票の記載事項の書面",
    "juki.removed_supplementary_searched": "附票の除票の検索",
    "juki.removed_supplementary_viewed": "附票の除票の照会",
    "juki.removed_supplementary_copy_issued": "戸籍の附票の除票の写しの作成",
    "juki.disclosed": "開示請求への対応",
    "juki.town_message_sent": "ほかの市区町村への通知・照会",
    "juki.town_message_answered": "ほかの市区町村への回答",
    "juki.town_message_opened": "市町村間の通知の閲覧",
    "juki.move_out_information_seen": "転出証明書情報の閲覧",
    "juki.special_move_in_seen": "特例転入の手続",
    "juki.wide_area_issued": "住民票の写しの広域交付",
    "juki.supplementary_viewed": "附票本人確認情報の照会",
    "juki.supplementary_searched": "附票本人確認情報の検索",
    "juki.supplementary_copy_issued": "戸籍の附票の写しの作成",
    "juki.consistency_opened": "整合性確認の結果の閲覧",
    "juki.protections_listed": "支援措置の一覧の閲覧",
    "juki.protection_seen": "支援措置の閲覧",
    "juki.protected_address_seen": "支援措置対象者の住所の表示",
}
# What a room above provides about a person, by the chain's word; each room names its own.
_OF_OTHER_ROOMS: dict[str, str] = {}
PROVIDED = {"SCREEN": "画面での個人番号の表示", "BULK": "提供（一括照会）"}


@dataclass(frozen=True)
class Disclosed:
    """One line of the disclosure."""

    at: datetime
    method: str
    organisation: str
    purpose: str
    purpose_label: str
    fields: list[str]
    entry: UUID


def tell(action: str, label: str) -> None:
    """Let a room above have an act of its own told to the person whom it concerned."""
    _OF_OTHER_ROOMS[action] = label


def of_resident(resident: UUID) -> list[Disclosed]:
    """Who saw or received a resident's record, newest first; under a scope that may read the per-person index."""
    ids = AuditSubject.objects.filter(resident=resident).values("entry")
    entries = (
        AuditEntry.objects.filter(pk__in=ids, action__in=METHODS | _OF_OTHER_ROOMS).defer("subjects").order_by("-at")
    )
    names = dict(Organisation.objects.values_list("code", "name"))
    affairs = dict(Affair.objects.values_list("code", "description"))
    return [
        Disclosed(
            entry.at,
            _method(entry),
            names.get(entry.organisation, entry.organisation),
            entry.purpose,
            affairs.get(entry.purpose, ""),
            [LABELS.get(item, item) for item in entry.detail.get("fields", [])],
            entry.pk,
        )
        for entry in entries.iterator()
    ]


def _method(entry: AuditEntry) -> str:
    label = METHODS.get(entry.action) or _OF_OTHER_ROOMS[entry.action]
    return PROVIDED.get(entry.detail.get("method", ""), label) if entry.action == "juki.provided" else label
