"""住民票コードの提供 for the information link: the network system's keys, and each answer as it was given."""

from django.db import models
from django.db.models import Q

from juki.choices import CodeProvisionResult


class LinkKey(models.Model):
    """A public key of the network system; the one in force is that which began last and has not ended."""

    PERSONAL = frozenset({"registered_by"})
    PLAIN = frozenset({"id", "public_key", "valid_from", "ended_on", "registered_at"})

    public_key = models.BinaryField("公開鍵（X25519）", max_length=32, unique=True)
    valid_from = models.DateField("適用開始日")
    ended_on = models.DateField("適用終了日", null=True)
    registered_at = models.DateTimeField("登録日時")
    registered_by = models.CharField("登録者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "情報提供ネットワークシステムの公開鍵"
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("valid_from")), name="link_key_ends_after_begin"
            )
        ]


class CodeProvision(models.Model):
    """The answer to one request of a body, kept so that the same request is answered the same. ``digest`` stands for
    what was asked; the code is in it only as it was sealed, which nobody here can open.
    """

    PERSONAL = frozenset({"envelope", "digest"})
    PLAIN = frozenset({"id", "organisation", "request", "result", "key", "provided_at"})

    id = models.UUIDField("受付番号", primary_key=True)
    organisation = models.CharField("団体・機関コード", max_length=20)
    request = models.CharField("要求番号", max_length=64)
    digest = models.BinaryField("内容の索引", max_length=32)
    result = models.CharField("結果", max_length=9, choices=CodeProvisionResult)
    key = models.ForeignKey(LinkKey, models.PROTECT, verbose_name="公開鍵", null=True)
    # Sealed to somebody else's key: the change of our own data key does not concern it.
    envelope = models.BinaryField("封印した住民票コード", blank=True)
    provided_at = models.DateTimeField("提供日時")

    class Meta:
        verbose_name = verbose_name_plural = "情報連携のための住民票コードの提供"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "request"], name="code_provision_request_once"),
            models.CheckConstraint(
                condition=Q(result=CodeProvisionResult.PROVIDED, key__isnull=False)
                | Q(result=CodeProvisionResult.NOT_FOUND, key=None, envelope=b""),
                name="code_provision_sealed_to_a_key",
            ),
        ]
