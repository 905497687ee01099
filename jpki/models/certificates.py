"""A certificate names a person and is under isolation; its status names nobody and is for everybody who validates."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from jpki.choices import AuthorityCode, Cause, Kind, State
from jpki.models.authorities import Generation, Profile


class CrlPartition(models.Model):
    """A distribution point: the town whose certificates one list covers. Its name is kept for ever once used."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "authority", "code", "prefecture_name", "municipality_name"})

    authority = models.CharField("認証局", max_length=8, choices=AuthorityCode)
    code = models.CharField("市区町村コード", max_length=6)
    prefecture_name = models.CharField("都道府県名（ローマ字）", max_length=40)
    municipality_name = models.CharField("市区町村名（ローマ字）", max_length=57)

    class Meta:
        verbose_name = verbose_name_plural = "失効リストの配布点"
        constraints = [
            models.UniqueConstraint(fields=["authority", "code"], name="partition_code_once"),
            models.UniqueConstraint(
                fields=["authority", "prefecture_name", "municipality_name"], name="partition_name_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefecture_name} {self.municipality_name}"


class CertificateStatus(models.Model):
    """What became of a serial number. Holds no personal item, so that CRL and OCSP never touch one that does.

    ``crl_entry`` is the ready DER of the list's entry. ``version`` rises with each change: an OCSP answer made for
    another version is stale. ``prepared_at`` is when the content was fixed; ``issued_at`` is
    the date of issue.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "generation", "serial", "kind", "partition", "state", "cause", "reason", "not_before", "not_after",
         "prepared_at", "issued_at", "suspended_at", "revoked_at", "signature", "crl_entry", "version"}
    )  # fmt: skip

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", db_index=False)
    serial = models.BigIntegerField("発行の番号")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    partition = models.ForeignKey(CrlPartition, models.PROTECT, verbose_name="配布点", db_index=False)
    state = models.CharField("状態", max_length=10, choices=State)
    cause = models.CharField("事由", max_length=16, choices=Cause, blank=True)
    reason = models.PositiveSmallIntegerField("失効理由コード", null=True)
    not_before = models.DateTimeField("有効期間の開始")
    not_after = models.DateTimeField("有効期間の満了")
    prepared_at = models.DateTimeField("準備日時")
    issued_at = models.DateTimeField("発行日時", null=True)
    suspended_at = models.DateTimeField("一時保留日時", null=True)
    revoked_at = models.DateTimeField("失効日時", null=True)
    signature = models.BinaryField("署名", null=True)
    crl_entry = models.BinaryField("失効リストの項目（DER）", null=True)
    version = models.PositiveIntegerField("版", default=1)

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の状態"
        constraints = [
            models.UniqueConstraint(fields=["generation", "serial"], name="status_serial_once"),
            models.CheckConstraint(condition=Q(serial__gt=0), name="status_serial_positive"),
            models.CheckConstraint(condition=Q(not_after__gt=F("not_before")), name="status_period"),
            models.CheckConstraint(
                condition=Q(state=State.PREPARED, issued_at=None, signature=None, revoked_at=None, crl_entry=None)
                | Q(state=State.VALID, issued_at__isnull=False, signature__isnull=False, revoked_at=None,
                    suspended_at=None, crl_entry=None)
                | Q(state=State.SUSPENDED, issued_at__isnull=False, suspended_at__isnull=False, revoked_at=None,
                    crl_entry__isnull=False)
                | Q(state=State.REVOKED, revoked_at__isnull=False, crl_entry__isnull=False),
                name="status_state_has_its_dates",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.PREPARED, State.VALID], cause="", reason=None)
                | (Q(state__in=[State.SUSPENDED, State.REVOKED], reason__isnull=False) & ~Q(cause="")),
                name="status_end_has_its_cause",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["generation", "partition", "serial"],
                condition=Q(crl_entry__isnull=False),
                name="status_listed",
            ),
            # As the full list is joined, piece by piece (`jpki.sql.lists`).
            models.Index(
                F("generation"),
                F("serial").bitrightshift(15),
                F("serial"),
                condition=Q(crl_entry__isnull=False),
                name="status_listed_in_order",
            ),
            models.Index(fields=["prepared_at"], condition=Q(state=State.PREPARED), name="status_unfinished"),
            # Rows are appended in the order of issue, so a few pages tell every day's range.
            BrinIndex(fields=["issued_at"], name="status_by_issue"),
            models.Index(fields=["revoked_at"], condition=Q(revoked_at__isnull=False), name="status_by_revocation"),
        ]

    def __str__(self) -> str:
        return f"{self.serial}"


class Certificate(models.Model):
    """A certificate as it was decided on, before it was signed. Only the tenant ever changes: it follows the
    resident from town to town, while the distribution point does not.

    ``record_version`` is the register's version that was read for it: what the register tells of a later one may end
    it. 0 stands for one of which that was not noted.
    ``issue_information`` is what one that names its holder certifies, as the register had it, and furigana, 旧氏 and
    通称 beside it: under which identifier the real certificates carry those is not published.
    ``exemptions``: the reasons, confirmed at the counter, that lifted a rule for it (`eligibility.EXEMPTIONS`).
    """

    PERSONAL = frozenset({"to_be_signed", "issue_information", "exemptions"})
    PLAIN = frozenset(
        {"status", "resident", "kind", "profile", "prefecture", "municipality", "office", "predecessor",
         "record_version"}
    )  # fmt: skip

    status = models.OneToOneField(
        CertificateStatus, models.PROTECT, primary_key=True, verbose_name="状態", related_name="certificate"
    )
    resident = models.ForeignKey("juki.Resident", models.PROTECT, verbose_name="利用者", related_name="certificates")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    profile = models.ForeignKey(Profile, models.PROTECT, verbose_name="プロファイル", db_index=False)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    to_be_signed = models.BinaryField("署名対象（DER）")
    record_version = models.PositiveIntegerField("本人確認情報の版", default=0)
    issue_information = models.JSONField("発行情報", null=True)
    exemptions = models.JSONField("確認した例外の理由", default=list)
    predecessor = models.ForeignKey(
        "self", models.PROTECT, null=True, verbose_name="更新前の証明書", related_name="successors"
    )

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書"
        indexes = [models.Index(fields=["prefecture", "office"], name="certificate_of_office")]

    def __str__(self) -> str:
        return str(self.pk)


class Holding(models.Model):
    """Which certificate of a kind a resident holds, from its signing to its end: the key is the promise that nobody
    holds two (法第6条)."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"pk", "resident", "kind", "status"})

    pk = models.CompositePrimaryKey("resident", "kind")
    resident = models.UUIDField("利用者")
    kind = models.CharField("種類", max_length=12, choices=Kind)
    status = models.OneToOneField(CertificateStatus, models.PROTECT, verbose_name="状態", related_name="holding")

    class Meta:
        verbose_name = verbose_name_plural = "電子証明書の保有"
