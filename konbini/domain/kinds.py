"""The certificates of コンビニ交付. What a town offers of them, and for how much, is data of that town."""

from dataclasses import dataclass
from enum import StrEnum


class CertificateKind(StrEnum):
    """A kind of certificate (証明書の種類)."""

    RESIDENCE_RECORD = "RESIDENCE_RECORD"
    RESIDENCE_ITEMS = "RESIDENCE_ITEMS"
    SEAL = "SEAL"
    TAX = "TAX"
    KOSEKI_WHOLE = "KOSEKI_WHOLE"
    KOSEKI_PERSON = "KOSEKI_PERSON"
    KOSEKI_ADDRESSES = "KOSEKI_ADDRESSES"
    DISASTER = "DISASTER"
    DAMAGE = "DAMAGE"
    OWN = "OWN"


@dataclass(frozen=True)
class KindRow:
    """How a kind is called, the letters of the published list, and whether it follows the office's hours (戸籍)."""

    label: str
    code: str
    office_hours: bool = False


KINDS = {
    CertificateKind.RESIDENCE_RECORD: KindRow("住民票の写し", "JU"),
    CertificateKind.RESIDENCE_ITEMS: KindRow("住民票記載事項証明書", "JK"),
    CertificateKind.SEAL: KindRow("印鑑登録証明書", "IN"),
    CertificateKind.TAX: KindRow("課税（非課税）・所得証明書", "KZ"),
    CertificateKind.KOSEKI_WHOLE: KindRow("戸籍全部事項証明書", "KO", office_hours=True),
    CertificateKind.KOSEKI_PERSON: KindRow("戸籍個人事項証明書", "KI", office_hours=True),
    CertificateKind.KOSEKI_ADDRESSES: KindRow("戸籍の附票の写し", "FU", office_hours=True),
    CertificateKind.DISASTER: KindRow("罹災証明書", "RS"),
    CertificateKind.DAMAGE: KindRow("被災証明書", "HS"),
    CertificateKind.OWN: KindRow("市区町村独自の証明書", "DK"),
}


def kind_of_code(code: str) -> CertificateKind | None:
    """The kind for the letters of the published list; None for letters that stand for none."""
    return next((kind for kind, row in KINDS.items() if row.code == code), None)
