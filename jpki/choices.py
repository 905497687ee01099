"""The room's codes with their Japanese terms."""

from django.db import models

from jpki.domain import consents, devices, fee_reports, fees, kinds, lifecycle, relying_parties


class AuthorityCode(models.TextChoices):
    """認証局."""

    SIGN = kinds.AuthorityCode.SIGN.value, "署名用"
    AUTH = kinds.AuthorityCode.AUTH.value, "利用者証明用"


class Kind(models.TextChoices):
    """電子証明書の種類."""

    SIGN_CARD = kinds.Kind.SIGN_CARD.value, "署名用（個人番号カード）"
    AUTH_CARD = kinds.Kind.AUTH_CARD.value, "利用者証明用（個人番号カード）"
    SIGN_MOBILE = kinds.Kind.SIGN_MOBILE.value, "署名用（移動端末設備）"
    AUTH_MOBILE = kinds.Kind.AUTH_MOBILE.value, "利用者証明用（移動端末設備）"


class State(models.TextChoices):
    """電子証明書の状態."""

    PREPARED = lifecycle.State.PREPARED.value, "発行準備中"
    VALID = lifecycle.State.VALID.value, "有効"
    SUSPENDED = lifecycle.State.SUSPENDED.value, "一時保留"
    REVOKED = lifecycle.State.REVOKED.value, "失効"


class Cause(models.TextChoices):
    """失効・一時保留の事由."""

    HOLD = lifecycle.Cause.HOLD.value, "一時保留"
    HOLDER_REQUEST = lifecycle.Cause.HOLDER_REQUEST.value, "失効申請"
    KEY_COMPROMISE = lifecycle.Cause.KEY_COMPROMISE.value, "秘密鍵の漏えい等"
    CHANGE = lifecycle.Cause.CHANGE.value, "異動"
    REMOVAL = lifecycle.Cause.REMOVAL.value, "消除"
    RECORD_ERROR = lifecycle.Cause.RECORD_ERROR.value, "記録誤り"
    RENEWAL = lifecycle.Cause.RENEWAL.value, "更新"
    REPLACEMENT = lifecycle.Cause.REPLACEMENT.value, "一斉再発行"
    AUTHORITY_KEY = lifecycle.Cause.AUTHORITY_KEY.value, "発行者の署名鍵の漏えい等"
    CARD_VOID = lifecycle.Cause.CARD_VOID.value, "カードの廃止"
    CARD_SIGNATURE = lifecycle.Cause.CARD_SIGNATURE.value, "カードの署名用電子証明書の失効"
    DISCARD = lifecycle.Cause.DISCARD.value, "交付前の破棄"


class Platform(models.TextChoices):
    """移動端末設備の種類."""

    ANDROID = devices.Platform.ANDROID.value, "Android"
    IOS = devices.Platform.IOS.value, "iPhone"


class DeviceState(models.TextChoices):
    """移動端末設備の状態."""

    LIVE = devices.DeviceState.LIVE.value, "利用中"
    SUSPENDED = devices.DeviceState.SUSPENDED.value, "一時停止"
    ENDED = devices.DeviceState.ENDED.value, "終了"


class DeviceCause(models.TextChoices):
    """移動端末設備の一時停止・終了の事由."""

    LOST = devices.DeviceCause.LOST.value, "紛失・盗難"
    HOLDER_REQUEST = devices.DeviceCause.HOLDER_REQUEST.value, "本人の失効申請"
    REPLACED = devices.DeviceCause.REPLACED.value, "ほかの端末への搭載"
    REPLACEMENT = devices.DeviceCause.REPLACEMENT.value, "認証局の鍵の更新"
    CARD_SIGNATURE = devices.DeviceCause.CARD_SIGNATURE.value, "カードの署名用電子証明書の失効・一時保留"


class Inspected(models.TextChoices):
    """検査の対象. The values stand in the kept findings."""

    AUTHORITY = "authority", "認証局の証明書"
    RESPONDER = "responder", "OCSPレスポンダの証明書"
    LINK = "link", "リンク証明書"
    CERTIFICATE = "certificate", "電子証明書"
    LIST = "list", "失効リスト"
    ANSWER = "answer", "OCSP応答"


class Severity(models.TextChoices):
    """検査の指摘の重さ, the gravest first."""

    FATAL = "FATAL", "読み取れない"
    ERROR = "ERROR", "規格に反する"
    WARNING = "WARNING", "望ましくない"
    NOTICE = "NOTICE", "参考"


class PartyKind(models.TextChoices):
    """検証者の種別."""

    ADMINISTRATIVE = relying_parties.PartyKind.ADMINISTRATIVE.value, "行政機関等"
    PLATFORM = relying_parties.PartyKind.PLATFORM.value, "主務大臣認定事業者（PF事業者）"
    PROVIDER = relying_parties.PartyKind.PROVIDER.value, "電子証明書等確認業務委託者（SP事業者）"


class PartyState(models.TextChoices):
    """検証者の状態."""

    APPLIED = relying_parties.PartyState.APPLIED.value, "受理待ち"
    ACCEPTED = relying_parties.PartyState.ACCEPTED.value, "受理済み（開始前）"
    ACTIVE = relying_parties.PartyState.ACTIVE.value, "提供中"
    STOPPED = relying_parties.PartyState.STOPPED.value, "停止中"
    ENDED = relying_parties.PartyState.ENDED.value, "終了"
    REFUSED = relying_parties.PartyState.REFUSED.value, "不受理"
    WITHDRAWN = relying_parties.PartyState.WITHDRAWN.value, "取下げ"


class Entitlement(models.TextChoices):
    """提供を受けられる情報."""

    SIGNATURE_STATUS = relying_parties.Entitlement.SIGNATURE_STATUS.value, "署名用電子証明書の失効情報"
    AUTHENTICATION_STATUS = relying_parties.Entitlement.AUTHENTICATION_STATUS.value, "利用者証明用電子証明書の失効情報"
    LINK_RENEWED = relying_parties.Entitlement.LINK_RENEWED.value, "新旧の発行の番号の紐付け"
    LATEST_ITEMS = relying_parties.Entitlement.LATEST_ITEMS.value, "最新の利用者情報（本人の同意があるもの）"
    LINK_KINDS = relying_parties.Entitlement.LINK_KINDS.value, "署名用と利用者証明用の発行の番号の紐付け"
    LINK_CARRIERS = relying_parties.Entitlement.LINK_CARRIERS.value, "カード用と移動端末設備用の発行の番号の紐付け"


class PaperKind(models.TextChoices):
    """検証者の書類."""

    NOTIFICATION = "NOTIFICATION", "届出書"
    CERTIFICATION = "CERTIFICATION", "主務大臣の認定書"
    AGREEMENT = "AGREEMENT", "取決書"
    CONTRACT = "CONTRACT", "電子証明書等確認業務の委託契約書"


class Channel(models.TextChoices):
    """失効情報の提供の方法."""

    API = relying_parties.Channel.API.value, "有効性確認API"
    OCSP = relying_parties.Channel.OCSP.value, "OCSPレスポンダ"
    CRL = relying_parties.Channel.CRL.value, "失効リスト"


class AskedKind(models.TextChoices):
    """失効情報を求められた電子証明書."""

    SIGN = "SIGN", "署名用"
    AUTH = "AUTH", "利用者証明用"
    UNKNOWN = "UNKNOWN", "当認証局のものでない"


class Issued(models.TextChoices):
    """一度の手続で発行した電子証明書."""

    SIGN = "SIGN", "署名用のみ"
    AUTH = "AUTH", "利用者証明用のみ"
    BOTH = "BOTH", "署名用と利用者証明用"


class FeeGround(models.TextChoices):
    """手数料の区分."""

    FIRST = fees.Ground.FIRST.value, "初回の発行"
    RENEWAL = fees.Ground.RENEWAL.value, "更新・有効期間の満了"
    CHANGE = fees.Ground.CHANGE.value, "異動により失効した"
    NOT_AT_FAULT = fees.Ground.NOT_AT_FAULT.value, "本人の責めによらない再発行"
    LOST = fees.Ground.LOST.value, "紛失・破損などによる再発行"
    AFTER_HOLD = fees.Ground.AFTER_HOLD.value, "一時停止の解除後"
    OWN_WISH = fees.Ground.OWN_WISH.value, "本人の希望による再発行"


class FeeReportState(models.TextChoices):
    """有償発行の月次報告の状態."""

    DRAWN = fee_reports.State.DRAWN.value, "集計済み"
    COMPARED = fee_reports.State.COMPARED.value, "照合済み"
    CONFIRMED = fee_reports.State.CONFIRMED.value, "報告済み"
    BILLED = fee_reports.State.BILLED.value, "請求済み"
    SETTLED = fee_reports.State.SETTLED.value, "入金済み"


class ConsentItem(models.TextChoices):
    """同意の対象の情報."""

    NAME = consents.Item.NAME.value, consents.LABELS[consents.Item.NAME]
    ADDRESS = consents.Item.ADDRESS.value, consents.LABELS[consents.Item.ADDRESS]
    BIRTH_DATE = consents.Item.BIRTH_DATE.value, consents.LABELS[consents.Item.BIRTH_DATE]
    SEX = consents.Item.SEX.value, consents.LABELS[consents.Item.SEX]


class ConsentEnding(models.TextChoices):
    """同意の終了の事由."""

    HOLDER = consents.Ending.HOLDER.value, "本人の署名による取消し"
    COUNTER = consents.Ending.COUNTER.value, "窓口での取消し"
    REPLACED = consents.Ending.REPLACED.value, "新しい同意による置換え"


class ConsentStanding(models.TextChoices):
    """同意の状態."""

    IN_FORCE = consents.Standing.IN_FORCE.value, "有効"
    ASLEEP = consents.Standing.ASLEEP.value, "検証者の停止中"
    ENDED = consents.Standing.ENDED.value, "終了"
    EXPIRED = consents.Standing.EXPIRED.value, "期間満了"
