"""The room's codes with their Japanese terms."""

from django.db import models

from mynacard.domain import abroad, applications, clocks, express, lifecycle, notices
from mynacard.domain.sittings import Standing


class State(models.TextChoices):
    """カードの状態."""

    PRODUCTION = lifecycle.State.PRODUCTION.value, "製造中"
    SHIPPED = lifecycle.State.SHIPPED.value, "発送済み"
    STORED = lifecycle.State.STORED.value, "到着・保管中"
    READY = lifecycle.State.READY.value, "交付前設定済み"
    LIVE = lifecycle.State.LIVE.value, "有効"
    SUSPENDED = lifecycle.State.SUSPENDED.value, "一時停止"
    VOID = lifecycle.State.VOID.value, "廃止"


class Cause(models.TextChoices):
    """カードの廃止の事由."""

    DEATH = lifecycle.Cause.DEATH.value, "死亡"
    LEFT_COUNTRY = lifecycle.Cause.LEFT_COUNTRY.value, "国外転出"
    REMOVED = lifecycle.Cause.REMOVED.value, "住民票の消除"
    NUMBER_CHANGED = lifecycle.Cause.NUMBER_CHANGED.value, "個人番号・住民票コードの変更"
    NO_MOVE_IN = lifecycle.Cause.NO_MOVE_IN.value, "転入届の期限経過"
    NOT_CONTINUED = lifecycle.Cause.NOT_CONTINUED.value, "継続利用の期限経過"
    MOVED_AGAIN = lifecycle.Cause.MOVED_AGAIN.value, "継続利用前の転出"
    EXPIRED = lifecycle.Cause.EXPIRED.value, "有効期間の満了"
    LOST = lifecycle.Cause.LOST.value, "紛失"
    DAMAGED = lifecycle.Cause.DAMAGED.value, "損傷・機能喪失"
    RETURNED = lifecycle.Cause.RETURNED.value, "返納"
    ORDERED = lifecycle.Cause.ORDERED.value, "返納命令"
    REPLACED = lifecycle.Cause.REPLACED.value, "新しいカードの交付"
    EX_OFFICIO = lifecycle.Cause.EX_OFFICIO.value, "職権"
    FAULTY = lifecycle.Cause.FAULTY.value, "製造の不良"
    MISSING = lifecycle.Cause.MISSING.value, "輸送・保管中の亡失"
    UNCOLLECTED = lifecycle.Cause.UNCOLLECTED.value, "未交付のままの廃棄"


class Clock(models.TextChoices):
    """カードの期限の種類."""

    MOVE_IN = clocks.Clock.MOVE_IN.value, "転入届まで"
    CONTINUE = clocks.Clock.CONTINUE.value, "継続利用まで"
    LEAVE_AGAIN = clocks.Clock.LEAVE_AGAIN.value, "継続利用前の転出"
    LEAVE_COUNTRY = clocks.Clock.LEAVE_COUNTRY.value, "国外転出の予定日まで"


class AbroadState(models.TextChoices):
    """国外継続利用の状態."""

    APPLIED = abroad.UseState.APPLIED.value, "受付済み"
    ABROAD = abroad.UseState.ABROAD.value, "国外で利用中"
    CANCELLED = abroad.UseState.CANCELLED.value, "取消し"
    RETURNED = abroad.UseState.RETURNED.value, "帰国"


class AbroadApplicant(models.TextChoices):
    """国外継続利用の申請に来た人."""

    HOLDER = abroad.Applicant.HOLDER.value, abroad.APPLICANT_LABELS[abroad.Applicant.HOLDER]
    HOUSEHOLD = abroad.Applicant.HOUSEHOLD.value, abroad.APPLICANT_LABELS[abroad.Applicant.HOUSEHOLD]
    LEGAL_REPRESENTATIVE = (
        abroad.Applicant.LEGAL_REPRESENTATIVE.value,
        abroad.APPLICANT_LABELS[abroad.Applicant.LEGAL_REPRESENTATIVE],
    )
    PROXY = abroad.Applicant.PROXY.value, abroad.APPLICANT_LABELS[abroad.Applicant.PROXY]


class ApplicationState(models.TextChoices):
    """交付申請の状態."""

    RECEIVED = applications.State.RECEIVED.value, "審査待ち"
    ACCEPTED = applications.State.ACCEPTED.value, "製造待ち"
    PRODUCING = applications.State.PRODUCING.value, "製造・交付待ち"
    COMPLETED = applications.State.COMPLETED.value, "交付済み"
    RETURNED = applications.State.RETURNED.value, "返戻"
    CANCELLED = applications.State.CANCELLED.value, "取下げ・中止"


class Channel(models.TextChoices):
    """交付申請の経路."""

    POST = applications.Channel.POST.value, "郵送"
    WEB = applications.Channel.WEB.value, "オンライン"
    BOOTH = applications.Channel.BOOTH.value, "証明用写真機"
    COUNTER = applications.Channel.COUNTER.value, "申請時来庁"
    COMPANY = applications.Channel.COMPANY.value, "企業等一括"
    EXPRESS = applications.Channel.EXPRESS.value, "特急発行"


class ApplicationKind(models.TextChoices):
    """交付申請の種別."""

    FIRST = applications.Kind.FIRST.value, "新規"
    RENEWAL = applications.Kind.RENEWAL.value, "更新"
    REISSUE = applications.Kind.REISSUE.value, "再交付"


class ReturnReason(models.TextChoices):
    """返戻の理由."""

    PHOTO_UNFIT = applications.ReturnReason.PHOTO_UNFIT.value, "顔写真が規格に合わない"
    PHOTO_MISSING = applications.ReturnReason.PHOTO_MISSING.value, "顔写真がない"
    PHOTO_OLD = applications.ReturnReason.PHOTO_OLD.value, "顔写真が古い"
    OLD_FORM = applications.ReturnReason.OLD_FORM.value, "旧い氏名・住所の申請書である"
    INCOMPLETE = applications.ReturnReason.INCOMPLETE.value, "記入に不足がある"


class Lane(models.TextChoices):
    """製造の区分."""

    ORDINARY = "ORDINARY", "通常"
    EXPRESS = "EXPRESS", "特急"


class LotState(models.TextChoices):
    """製造ロットの状態."""

    MADE = "MADE", "製造データ作成済み"
    FETCHED = "FETCHED", "製造中"
    FINISHED = "FINISHED", "製造終了"


class DiscrepancyKind(models.TextChoices):
    """到着の照合で合わないもの."""

    MISSING = "MISSING", "届いていない"
    UNEXPECTED = "UNEXPECTED", "送付の一覧にない"


class NoticeState(models.TextChoices):
    """有効期限通知の状態."""

    LISTED = notices.NoticeState.LISTED.value, "対象者一覧"
    MATCHED = notices.NoticeState.MATCHED.value, "送付先一致"
    DIFFERENT = notices.NoticeState.DIFFERENT.value, "送付先の確認待ち"
    FROZEN = notices.NoticeState.FROZEN.value, "印刷へ送付"
    SENT = notices.NoticeState.SENT.value, "発送済み"
    LEFT_OUT = notices.NoticeState.LEFT_OUT.value, "対象外"


class Expiring(models.TextChoices):
    """有効期限を迎えるもの."""

    CARD = notices.Expiring.CARD.value, "カード"
    CERTIFICATES = notices.Expiring.CERTIFICATES.value, "電子証明書"


EXPRESS_CASES = [(case.code, case.label) for case in express.CASES]
"""特急発行の事由, from the domain's dated table."""

APPLICATION_LIVE = sorted(state.value for state in applications.LIVE)
"""The states in which an application is under way."""

ABROAD_RUNNING = sorted(state.value for state in abroad.RUNNING)
"""The states in which a card is kept by somebody who leaves or has left Japan."""

IN_HAND = sorted(state.value for state in lifecycle.RELIED_ON)
"""The states in which a card is in its holder's hands."""

STANDING_LABELS = {
    Standing.NONE: "発行なし",
    Standing.VALID: "有効",
    Standing.RENEWABLE: "有効（更新できます）",
    Standing.SUSPENDED: "一時保留",
    Standing.EXPIRED: "期間満了",
    Standing.REVOKED: "失効",
}
