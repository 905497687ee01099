"""The room's codes with their legal Japanese terms."""

from django.db import models

from juki.domain import (
    access_cases,
    access_reviews,
    consistency,
    deliveries,
    emergencies,
    emergency_reports,
    honseki_notices,
    number_notices,
    protections,
    retention,
    supplementary,
    tickets,
    town_messages,
)
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
    CODE_NOT_IN_FORCE = "CODE_NOT_IN_FORCE", "変更前の住民票コード"
    CODE_NOT_ALLOTTED = "CODE_NOT_ALLOTTED", "割り当てていない住民票コード"
    NOT_MINOR = "NOT_MINOR", "軽微な修正でない氏名の変更"
    ORDER_GAP = "ORDER_GAP", "前の順序の通知が届かない"
    OTHER_CLASS = "OTHER_CLASS", "住民区分に合わない異動"
    NOTHING_TO_CHANGE = "NOTHING_TO_CHANGE", "記載のない旧氏・通称の異動"


class DiscrepancyState(models.TextChoices):
    """Whether staff have settled it."""

    OPEN = "OPEN", "未処理"
    APPLIED = "APPLIED", "反映して解消"
    WITHDRAWN = "WITHDRAWN", "通知を取り下げて解消"


SUPPLEMENTARY_REASONS = [(reason.value, label) for reason, label in supplementary.REASONS.items()]
CHANGE_REASONS = [(reason.value, REASONS[reason].label) for reason in ChangeReason]
"""異動事由, from the domain's table."""


class ProtectionKind(models.TextChoices):
    """支援措置の事由."""

    DOMESTIC_VIOLENCE = protections.Kind.DOMESTIC_VIOLENCE.value, "配偶者からの暴力（DV）"
    STALKING = protections.Kind.STALKING.value, "ストーカー行為等"
    CHILD_ABUSE = protections.Kind.CHILD_ABUSE.value, "児童虐待"
    OTHER = protections.Kind.OTHER.value, "その他これらに準ずるもの"


class ProtectionState(models.TextChoices):
    """支援措置の状態."""

    PROVISIONAL = protections.State.PROVISIONAL.value, "仮支援措置"
    DECIDED = protections.State.DECIDED.value, "決定"
    ENDED = protections.State.ENDED.value, "終了"


class OpinionBody(models.TextChoices):
    """意見を聴いた機関."""

    POLICE = protections.Opinion.POLICE.value, "警察"
    SUPPORT_CENTRE = protections.Opinion.SUPPORT_CENTRE.value, "配偶者暴力相談支援センター"
    CHILD_CENTRE = protections.Opinion.CHILD_CENTRE.value, "児童相談所"
    COURT = protections.Opinion.COURT.value, "裁判所（保護命令等）"
    OTHER = protections.Opinion.OTHER.value, "その他の公的機関"


class ProtectionPlace(models.TextChoices):
    """Why a town holds a copy of the measure."""

    RESIDENCE = protections.Place.RESIDENCE.value, "住所地"
    MEMBER_RESIDENCE = protections.Place.MEMBER_RESIDENCE.value, "併せて支援を受ける者の住所地"
    FORMER_ADDRESS = protections.Place.FORMER_ADDRESS.value, "前住所地"
    HONSEKI = protections.Place.HONSEKI.value, "本籍地"
    FORMER_HONSEKI = protections.Place.FORMER_HONSEKI.value, "前本籍地"


class ForwardingKind(models.TextChoices):
    """転送の内容."""

    BEGUN = protections.Forwarding.BEGUN.value, "仮支援措置の開始"
    DECIDED = protections.Forwarding.DECIDED.value, "決定"
    EXTENDED = protections.Forwarding.EXTENDED.value, "延長"
    MEMBERS = protections.Forwarding.MEMBERS.value, "対象者の追加"
    MOVED = protections.Forwarding.MOVED.value, "転居先への引継ぎ"
    ENDED = protections.Forwarding.ENDED.value, "終了"


PROTECTION_LIVE = [ProtectionState.PROVISIONAL.value, ProtectionState.DECIDED.value]


class TownMessageKind(models.TextChoices):
    """市町村間の通知の種別, from the domain's table."""

    MOVE_IN_NOTICE = "MOVE_IN_NOTICE", town_messages.KINDS[town_messages.Kind.MOVE_IN_NOTICE].label
    MOVE_OUT_INFORMATION = "MOVE_OUT_INFORMATION", town_messages.KINDS[town_messages.Kind.MOVE_OUT_INFORMATION].label
    WIDE_AREA = "WIDE_AREA", town_messages.KINDS[town_messages.Kind.WIDE_AREA].label
    SUPPLEMENTARY_NOTICE = "SUPPLEMENTARY_NOTICE", town_messages.KINDS[town_messages.Kind.SUPPLEMENTARY_NOTICE].label
    KOSEKI_NOTICE = "KOSEKI_NOTICE", town_messages.KINDS[town_messages.Kind.KOSEKI_NOTICE].label
    SUPPLEMENTARY_TRANSFER = (
        "SUPPLEMENTARY_TRANSFER",
        town_messages.KINDS[town_messages.Kind.SUPPLEMENTARY_TRANSFER].label,
    )


class TownMessageState(models.TextChoices):
    """市町村間の通知の状態."""

    SENT = "SENT", "送信済み"
    RECEIVED = "RECEIVED", "受領済み"
    ANSWERED = "ANSWERED", "回答済み"
    DISAGREED = "DISAGREED", "不一致"
    REFUSED = "REFUSED", "回答できない"
    SETTLED = "SETTLED", "処理済み"
    WITHDRAWN = "WITHDRAWN", "取下げ"
    CLOSED = "CLOSED", "完了"


class TownMessagePart(models.TextChoices):
    """通知の内容か、回答の内容か."""

    REQUEST = "REQUEST", "通知"
    ANSWER = "ANSWER", "回答"


class UnaddressedOutcome(models.TextChoices):
    """本籍地の分からない附票への通知の結果."""

    OPEN = honseki_notices.Outcome.OPEN.value, "本籍地の確認待ち"
    SENT = honseki_notices.Outcome.SENT.value, "通知済み"
    NOT_NEEDED = honseki_notices.Outcome.NOT_NEEDED.value, "通知しない"


class NumberNoticeKind(models.TextChoices):
    """個人番号の通知の種別."""

    NEW = number_notices.Kind.NEW.value, "付番"
    CHANGED = number_notices.Kind.CHANGED.value, "変更"
    MOVED_IN = number_notices.Kind.MOVED_IN.value, "転入等"


class MoveOutState(models.TextChoices):
    """転出の状態."""

    OPEN = "OPEN", "転入通知待ち"
    CONFIRMED = "CONFIRMED", "転出確定"
    CANCELLED = "CANCELLED", "転出取消し"


class SpecialMoveInState(models.TextChoices):
    """特例転入の手続の状態."""

    WAITING = "WAITING", "手続中"
    COMPLETED = "COMPLETED", "転入済み"
    ENDED = "ENDED", "中止"


class ConsistencyState(models.TextChoices):
    """整合性確認の状態."""

    COMPARING = consistency.State.COMPARING.value, "確認中"
    AGREED = consistency.State.AGREED.value, "一致"
    DIFFERED = consistency.State.DIFFERED.value, "違いあり"
    BROKEN_OFF = consistency.State.BROKEN_OFF.value, "中断"


class ConsistencyKind(models.TextChoices):
    """How a resident differs between town and nation."""

    ONLY_IN_TOWN = consistency.Kind.ONLY_IN_TOWN.value, "市区町村だけにある"
    ONLY_IN_NATION = consistency.Kind.ONLY_IN_NATION.value, "全国だけにある"
    ITEMS_DIFFER = consistency.Kind.ITEMS_DIFFER.value, "項目が異なる"


class DeliveryKind(models.TextChoices):
    """配信の種別."""

    CODE_TABLE = deliveries.Kind.CODE_TABLE.value, "コード表"
    PROGRAM = deliveries.Kind.PROGRAM.value, "プログラム"


class DeliveryState(models.TextChoices):
    """配信の状態."""

    WAITING = deliveries.State.WAITING.value, "未受領"
    RECEIVED = deliveries.State.RECEIVED.value, "受領済み"
    APPLIED = deliveries.State.APPLIED.value, "適用済み"
    FAILED = deliveries.State.FAILED.value, "適用失敗"


class TicketState(models.TextChoices):
    """問合せの状態."""

    OPEN = tickets.State.OPEN.value, "回答待ち"
    ANSWERED = tickets.State.ANSWERED.value, "回答あり"
    CLOSED = tickets.State.CLOSED.value, "終了"


class EmergencyAffair(models.TextChoices):
    """緊急事案の事務."""

    REGISTER = emergencies.Affair.REGISTER.value, "住民基本台帳"
    CARD = emergencies.Affair.CARD.value, "通知カード・マイナンバーカード"
    NETWORK = emergencies.Affair.NETWORK.value, "住民基本台帳ネットワークシステム"
    LINK = emergencies.Affair.LINK.value, "住民票関係情報の情報連携"


class EmergencyKind(models.TextChoices):
    """緊急事案の種別."""

    LEAK = emergencies.Kind.LEAK.value, "個人情報の漏えい"
    IMPROPER = emergencies.Kind.IMPROPER.value, "不正・不適切な取扱い"
    NUMBER_LEAK = emergencies.Kind.NUMBER_LEAK.value, "個人番号の変更を要する漏えい"


class EmergencyRoute(models.TextChoices):
    """だれが検知したか、どう報告するか."""

    TOWN = emergencies.Route.TOWN.value, "市区町村から都道府県を経て総務省へ"
    PREFECTURE = emergencies.Route.PREFECTURE.value, "都道府県から総務省へ"
    JLIS = emergencies.Route.JLIS.value, "機構から発生した団体と総務省へ"


class EmergencyState(models.TextChoices):
    """緊急事案の状態."""

    RECORDED = emergencies.State.RECORDED.value, "検知（未報告）"
    WITH_PREFECTURE = emergencies.State.WITH_PREFECTURE.value, "都道府県に報告済み"
    WITH_MINISTRY = emergencies.State.WITH_MINISTRY.value, "総務省に報告済み"
    ASKED = emergencies.State.ASKED.value, "追加報告待ち"
    FINAL_WITH_PREFECTURE = emergencies.State.FINAL_WITH_PREFECTURE.value, "最終報を都道府県に報告済み"
    FINAL = emergencies.State.FINAL.value, "最終報済み"
    CLOSED = emergencies.State.CLOSED.value, "終結"
    WITHDRAWN = emergencies.State.WITHDRAWN.value, "取下げ"


class EmergencyReportKind(models.TextChoices):
    """報の種別."""

    FIRST = emergencies.ReportKind.FIRST.value, "第一報"
    FURTHER = emergencies.ReportKind.FURTHER.value, "続報"
    FINAL = emergencies.ReportKind.FINAL.value, "最終報"


class EmergencyPart(models.TextChoices):
    """だれの処理を待つか."""

    REPORTER = "REPORTER", "報告する団体"
    RELAY = "RELAY", "経由する都道府県"
    MINISTRY = "MINISTRY", "総務省"
    TOLD = "TOLD", "知らせを受けた団体"


class PressRelease(models.TextChoices):
    """報道発表の予定."""

    UNDECIDED = emergency_reports.Press.UNDECIDED.value, "未定"
    PLANNED = emergency_reports.Press.PLANNED.value, "あり"
    NONE = emergency_reports.Press.NONE.value, "なし"


class AccessRule(models.TextChoices):
    """利用記録の分析の規則."""

    OUT_OF_HOURS = access_reviews.RuleCode.OUT_OF_HOURS.value, "時間外・休日の利用"
    MASS_SEARCH = access_reviews.RuleCode.MASS_SEARCH.value, "大量の検索"
    SAME_SURNAME = access_reviews.RuleCode.SAME_SURNAME.value, "同じ姓の者の照会"
    SAME_RESIDENT = access_reviews.RuleCode.SAME_RESIDENT.value, "一人への照会の集中"
    SIGN_IN = access_reviews.RuleCode.SIGN_IN.value, "失敗の後のログイン"


class AccessCaseState(models.TextChoices):
    """利用の調査の状態."""

    WITH_BODY = access_cases.State.WITH_BODY.value, "団体に依頼中"
    ANSWERED = access_cases.State.ANSWERED.value, "回答済み"
    WITH_COMMITTEE = access_cases.State.WITH_COMMITTEE.value, "委員会で審議中"
    CLOSED = access_cases.State.CLOSED.value, "終了"


class DisposalOutcome(models.TextChoices):
    """除票の廃棄の結果."""

    DISPOSED = "DISPOSED", "廃棄済み"
    REFUSED = "REFUSED", "不承認"


class RetainedClass(models.TextChoices):
    """保存期間の区分."""

    REMOVED_RECORD = retention.DataClass.REMOVED_RECORD.value, "除票"
    REMOVED_SUPPLEMENTARY = retention.DataClass.REMOVED_SUPPLEMENTARY.value, "戸籍の附票の除票"
    IDENTITY_RECORD = retention.DataClass.IDENTITY_RECORD.value, "本人確認情報"


class CodeProvisionResult(models.TextChoices):
    """情報連携のための住民票コードの提供の結果."""

    PROVIDED = "PROVIDED", "提供"
    NOT_FOUND = "NOT_FOUND", "該当なし"
