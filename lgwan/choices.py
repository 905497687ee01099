"""The room's codes with their Japanese terms."""

from django.db import models

from lgwan.domain import asp, network


class Role(models.TextChoices):
    """回線の主従."""

    MAIN = network.Role.MAIN.value, "主系"
    STANDBY = network.Role.STANDBY.value, "従系"


class Way(models.TextChoices):
    """冗長化の方式."""

    VIA_PREFECTURE_NODE = network.Way.VIA_PREFECTURE_NODE.value, "都道府県ノード経由"
    DIRECT = network.Way.DIRECT.value, "直接接続"
    HYBRID = network.Way.HYBRID.value, "ハイブリッド"


class Status(models.TextChoices):
    """回線が予定か運用中か."""

    PLANNED = network.Status.PLANNED.value, "予定"
    IN_SERVICE = network.Status.IN_SERVICE.value, "運用中"


class Layer(models.TextChoices):
    """LGWAN-ASPサービスの区分."""

    APPLICATION = asp.Layer.APPLICATION.value, "アプリケーション及びコンテンツ"
    HOSTING = asp.Layer.HOSTING.value, "ホスティング"
    COMMUNICATION = asp.Layer.COMMUNICATION.value, "通信"
    FACILITY = asp.Layer.FACILITY.value, "ファシリティ"


class State(models.TextChoices):
    """サービスの状態."""

    APPLIED = asp.State.APPLIED.value, "申込受付"
    REVIEWING = asp.State.REVIEWING.value, "書類審査中"
    CORRECTING = asp.State.CORRECTING.value, "補正待ち"
    TESTING = asp.State.TESTING.value, "接続試験中"
    DECIDING = asp.State.DECIDING.value, "承認待ち"
    REGISTERED = asp.State.REGISTERED.value, "登録済み"
    PUBLISHED = asp.State.PUBLISHED.value, "公開中"
    CHANGING = asp.State.CHANGING.value, "公開中（変更届）"
    RENEWING = asp.State.RENEWING.value, "公開中（年次更新）"
    ENDING = asp.State.ENDING.value, "公開中（廃止届）"
    ENDED = asp.State.ENDED.value, "廃止"
    REFUSED = asp.State.REFUSED.value, "不承認"
    WITHDRAWN = asp.State.WITHDRAWN.value, "取下げ"


class FilingKind(models.TextChoices):
    """届出の種別."""

    APPLICATION = asp.Filing.APPLICATION.value, "申込み"
    CHANGE = asp.Filing.CHANGE.value, "変更届"
    RENEWAL = asp.Filing.RENEWAL.value, "年次更新"
    END = asp.Filing.END.value, "廃止届"


class Outcome(models.TextChoices):
    """届出の結果."""

    ACCEPTED = asp.Outcome.ACCEPTED.value, "承認"
    REFUSED = asp.Outcome.REFUSED.value, "不承認"
    WITHDRAWN = asp.Outcome.WITHDRAWN.value, "取下げ"


class Finding(models.TextChoices):
    """書類の確認の結果."""

    WANTING = "WANTING", "未提出"
    SUBMITTED = "SUBMITTED", "提出済み"
    GOOD = "GOOD", "確認済み"
    FAULTY = "FAULTY", "不備"


class ProviderKind(models.TextChoices):
    """提供者の種別."""

    LOCAL_BODY = "LOCAL_BODY", "地方公共団体"
    STATE_BODY = "STATE_BODY", "国の機関・特殊法人等"
    UNION = "UNION", "地方公共団体の連合組織"
    COMPANY = "COMPANY", "民間事業者"


NUMBERED = sorted(state.value for state in asp.NUMBERED)
"""The states of a service that bears a registration number."""

CATALOGUE = sorted(state.value for state in asp.CATALOGUE)
"""The states in which a service stands in the catalogue."""
