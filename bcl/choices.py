"""The room's codes with their Japanese terms."""

from django.db import models

from bcl.domain import participation, rows


class Pattern(models.TextChoices):
    """副本の更新方式."""

    LINE = participation.Pattern.LINE.value, "方式A（回線による随時更新）"
    BY_HAND = participation.Pattern.BY_HAND.value, "方式B（ファイルによる更新）"


class ParticipationState(models.TextChoices):
    """参加の状態."""

    APPLIED = participation.State.APPLIED.value, "申込み"
    TESTING = participation.State.TESTING.value, "試験中"
    SERVING = participation.State.SERVING.value, "稼働中"
    STOPPED = participation.State.STOPPED.value, "発行停止中"
    ENDED = participation.State.ENDED.value, "終了"


class DifferenceState(models.TextChoices):
    """What became of a difference."""

    APPLIED = "APPLIED", "反映済み"
    HELD = "HELD", "順序待ち"


class Removal(models.TextChoices):
    """消除の事由."""

    DEATH = rows.Removal.DEATH.value, "死亡"
    MOVED_OUT = rows.Removal.MOVED_OUT.value, "転出"
    OTHER = rows.Removal.OTHER.value, "職権消除等"
