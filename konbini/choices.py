"""The domain's enums with their Japanese labels."""

from django.db import models

from konbini.domain.kinds import KINDS
from konbini.domain.kinds import CertificateKind as _Kind


class CertificateKind(models.TextChoices):
    """証明書の種類."""

    RESIDENCE_RECORD = "RESIDENCE_RECORD", KINDS[_Kind.RESIDENCE_RECORD].label
    RESIDENCE_ITEMS = "RESIDENCE_ITEMS", KINDS[_Kind.RESIDENCE_ITEMS].label
    SEAL = "SEAL", KINDS[_Kind.SEAL].label
    TAX = "TAX", KINDS[_Kind.TAX].label
    KOSEKI_WHOLE = "KOSEKI_WHOLE", KINDS[_Kind.KOSEKI_WHOLE].label
    KOSEKI_PERSON = "KOSEKI_PERSON", KINDS[_Kind.KOSEKI_PERSON].label
    KOSEKI_ADDRESSES = "KOSEKI_ADDRESSES", KINDS[_Kind.KOSEKI_ADDRESSES].label
    DISASTER = "DISASTER", KINDS[_Kind.DISASTER].label
    DAMAGE = "DAMAGE", KINDS[_Kind.DAMAGE].label
    OWN = "OWN", KINDS[_Kind.OWN].label


class Source(models.TextChoices):
    """From where a town's certificates come."""

    COPY = "COPY", "副本（自治体基盤クラウド）"
    TOWN_SERVER = "TOWN_SERVER", "市区町村の証明発行サーバー"


class SessionState(models.TextChoices):
    """端末での手続の状態."""

    OPENED = "OPENED", "カード提示"
    IDENTIFIED = "IDENTIFIED", "本人確認済み"
    CLOSED = "CLOSED", "終了"


class TransactionState(models.TextChoices):
    """交付の状態."""

    ISSUED = "ISSUED", "発行済み（印刷待ち）"
    PRINTED = "PRINTED", "印刷完了"
    FAILED = "FAILED", "印刷失敗"
    REFUSED = "REFUSED", "発行不可"
    BLOCKED = "BLOCKED", "照合不一致で停止"
