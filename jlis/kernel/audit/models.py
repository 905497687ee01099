"""The audit chain's tables: entries as they are written, and the blocks that seal them."""

from django.db import models
from django.db.models import Func

from jlis.kernel.actors import ActorKind


class TransactionId(Func):
    """The id of the running transaction, as a bigint: the sealer waits for the oldest one still running."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class Outcome(models.TextChoices):
    """Whether the act was done or denied."""

    DONE = "DONE", "実施"
    DENIED = "DENIED", "拒否"


class AuditEntry(models.Model):
    """One act: who did what to whom, why. Written in the act's own transaction and never changed.

    `subjects` holds a bulk act's residents as a compressed run of 16-byte ids. `mac` authenticates the entry with a key
    that the database does not know, so that a row put in by hand is told from one that the application wrote.
    """

    PERSONAL = frozenset({"actor_label", "subject", "subjects", "detail"})
    PLAIN = frozenset(
        {
            "id", "transaction", "at", "actor_kind", "actor_id", "organisation", "action", "outcome", "purpose",
            "subject_count", "request_id", "mac",
        }
    )  # fmt: skip

    id = models.UUIDField("識別子", primary_key=True)
    transaction = models.BigIntegerField("トランザクション番号", db_default=TransactionId())
    at = models.DateTimeField("日時")
    actor_kind = models.CharField("操作者の種別", max_length=8, choices=[(k.value, k.value) for k in ActorKind])
    actor_id = models.CharField("操作者", max_length=64)
    actor_label = models.CharField("操作者名", max_length=160)
    organisation = models.CharField("団体・機関コード", max_length=20, blank=True)
    action = models.CharField("操作", max_length=64)
    outcome = models.CharField("結果", max_length=8, choices=Outcome)
    purpose = models.CharField("利用目的", max_length=64, blank=True)
    subject = models.UUIDField("対象者", null=True)
    subjects = models.BinaryField("対象者の集合", null=True)
    subject_count = models.PositiveIntegerField("対象者数", default=0)
    detail = models.JSONField("内容", default=dict)
    request_id = models.CharField("要求番号", max_length=36, blank=True)
    mac = models.BinaryField("認証コード", max_length=32)

    class Meta:
        verbose_name = "監査記録"
        verbose_name_plural = "監査記録"
        indexes = [
            models.Index(fields=["transaction", "id"], name="audit_in_sealing_order"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]


class AuditBlock(models.Model):
    """A sealed run of entries: its Merkle root, chained to the block before it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"height", "previous_hash", "root", "count", "transaction_from", "transaction_below", "sealed_at", "hash"}
    )

    height = models.BigIntegerField("番号", primary_key=True)
    previous_hash = models.BinaryField("前ブロックのハッシュ", max_length=32)
    root = models.BinaryField("マークル根", max_length=32)
    count = models.PositiveIntegerField("件数")
    transaction_from = models.BigIntegerField("トランザクション番号（以上）")
    transaction_below = models.BigIntegerField("トランザクション番号（未満）")
    sealed_at = models.DateTimeField("封印日時")
    hash = models.BinaryField("ハッシュ", max_length=32)

    class Meta:
        verbose_name = "監査ブロック"
        verbose_name_plural = "監査ブロック"


class AuditLeaf(models.Model):
    """The place of an entry in its block, with its hash and the running hash up to it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "block", "position", "entry", "leaf_hash", "running_hash"})

    block = models.ForeignKey(AuditBlock, models.PROTECT, verbose_name="ブロック", related_name="leaves")
    position = models.PositiveIntegerField("位置")
    # Not a foreign key: the chain must be able to tell of an entry that is no longer there.
    entry = models.UUIDField("監査記録", unique=True)
    leaf_hash = models.BinaryField("葉のハッシュ", max_length=32)
    running_hash = models.BinaryField("累積ハッシュ", max_length=32)

    class Meta:
        verbose_name = "監査記録の封印"
        verbose_name_plural = "監査記録の封印"
        constraints = [models.UniqueConstraint(fields=["block", "position"], name="audit_leaf_one_per_place")]


class AuditSubject(models.Model):
    """Which entries concern a resident; built from the entries by the sealer, for the person's disclosure."""

    PERSONAL = frozenset({"resident"})
    PLAIN = frozenset({"id", "entry", "at"})

    resident = models.UUIDField("対象者")
    entry = models.UUIDField("監査記録")
    at = models.DateTimeField("日時")

    class Meta:
        verbose_name = "対象者別の監査記録"
        verbose_name_plural = "対象者別の監査記録"
        indexes = [models.Index(fields=["resident", "at"], name="audit_subject_in_time")]


class AuditTally(models.Model):
    """How often a body did an act for an affair on a day (Tokyo's), and how many persons that concerned in sum."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "day", "organisation", "action", "purpose", "kind", "calls", "subjects"})

    day = models.DateField("日付")
    organisation = models.CharField("団体・機関コード", max_length=20, blank=True)
    action = models.CharField("操作", max_length=64)
    purpose = models.CharField("利用目的", max_length=64, blank=True)
    kind = models.CharField("方法・事由", max_length=64, blank=True)
    calls = models.BigIntegerField("件数")
    subjects = models.BigIntegerField("延べ人数")

    class Meta:
        verbose_name = "監査記録の集計"
        verbose_name_plural = "監査記録の集計"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "organisation", "action", "purpose", "kind"], name="audit_tally_once"
            )
        ]


class AuditAnchor(models.Model):
    """A day's signed statement of the chain's head, to be kept outside as well."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"day", "height", "block_hash", "public_key", "signature"})

    day = models.DateField("日付", primary_key=True)
    height = models.BigIntegerField("ブロック番号")
    block_hash = models.BinaryField("ブロックのハッシュ", max_length=32)
    public_key = models.BinaryField("公開鍵", max_length=32)
    signature = models.BinaryField("署名", max_length=64)

    class Meta:
        verbose_name = "日次アンカー"
        verbose_name_plural = "日次アンカー"
