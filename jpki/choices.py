"""The room's codes with their Japanese terms."""

from django.db import models

from jpki.domain import kinds, lifecycle


class AuthorityCode(models.TextChoices):
    """認証局."""

    SIGN = kinds.AuthorityCode.SIGN.value, "署名用"
    AUTH = kinds.AuthorityCode.AUTH.value, "利用者証明用"


class Kind(models.TextChoices):
    """電子証明書の種類."""

    SIGN_CARD = kinds.Kind.SIGN_CARD.value, "署名用（個人番号カード）"
    AUTH_CARD = kinds.Kind.AUTH_CARD.value, "利用者証明用（個人番号カード）"


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
    CARD_VOID = lifecycle.Cause.CARD_VOID.value, "カードの廃止"
    DISCARD = lifecycle.Cause.DISCARD.value, "交付前の破棄"


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
