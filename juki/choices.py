"""The room's codes with their legal Japanese terms."""

from django.db import models

from juki.domain.changes import REASONS, ChangeReason


class Sex(models.TextChoices):
    """性別."""

    MALE = "M", "男"
    FEMALE = "F", "女"
    UNKNOWN = "U", "不明"


class ResidentClass(models.TextChoices):
    """住民区分."""

    JAPANESE = "JAPANESE", "日本人"
    FOREIGN = "FOREIGN", "外国人"


class KanaSource(models.TextChoices):
    """Where a furigana comes from (住民基本台帳法7条1号の2, in force since 2025-05-26)."""

    NOTIFIED = "NOTIFIED", "届出"
    EX_OFFICIO = "EX_OFFICIO", "職権"
    UNOFFICIAL = "UNOFFICIAL", "便宜上（未確定）"


class RecordState(models.TextChoices):
    """Whether a version is of a present or of a removed record."""

    CURRENT = "CURRENT", "現存"
    REMOVED = "REMOVED", "消除"


class NotificationStatus(models.TextChoices):
    """What became of a notification."""

    APPLIED = "APPLIED", "反映済み"
    HELD = "HELD", "順序待ち"
    DISCREPANT = "DISCREPANT", "不整合"
    WITHDRAWN = "WITHDRAWN", "取下げ"


class DiscrepancyKind(models.TextChoices):
    """How a notification contradicts the register."""

    TWO_MUNICIPALITIES = "TWO_MUNICIPALITIES", "ほかの市区町村に現存"
    NOT_CURRENT = "NOT_CURRENT", "消除済みの者への異動"
    UNKNOWN_RESIDENT = "UNKNOWN_RESIDENT", "住民票コードの該当者なし"
    BEFORE_BIRTH = "BEFORE_BIRTH", "生年月日より前の異動"
    BEFORE_LAST_CHANGE = "BEFORE_LAST_CHANGE", "前の異動より前の異動"
    ALREADY_REGISTERED = "ALREADY_REGISTERED", "既に登録済み"
    DECEASED = "DECEASED", "死亡により消除済み"


class DiscrepancyState(models.TextChoices):
    """Whether staff have settled it."""

    OPEN = "OPEN", "未処理"
    APPLIED = "APPLIED", "反映して解消"
    WITHDRAWN = "WITHDRAWN", "通知を取り下げて解消"


CHANGE_REASONS = [(reason.value, REASONS[reason].label) for reason in ChangeReason]
"""異動事由, from the domain's table."""
