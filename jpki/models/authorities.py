"""The certification authorities, their generations, and what belongs to each generation."""

from django.db import models
from django.db.models import F, Q

from jpki.choices import AuthorityCode


class Authority(models.Model):
    """One of the two certification authorities. Its name and serial numbers run through all its generations."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"code", "created_at"})

    code = models.CharField("認証局", max_length=8, primary_key=True, choices=AuthorityCode)
    created_at = models.DateTimeField("開設日時")

    class Meta:
        verbose_name = verbose_name_plural = "認証局"

    def __str__(self) -> str:
        return self.get_code_display()


class Generation(models.Model):
    """A key of an authority with its self-signed certificate. Several live side by side under one name.

    ``profile`` is the authority's own part of the profile document, as it was at the ceremony.
    """

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "authority", "number", "key_label", "serial", "certificate", "key_id", "profile", "not_before",
         "not_after", "created_at"}
    )  # fmt: skip

    authority = models.ForeignKey(Authority, models.PROTECT, verbose_name="認証局", related_name="generations")
    number = models.PositiveSmallIntegerField("世代")
    key_label = models.CharField("鍵の名前", max_length=80, unique=True)
    serial = models.BigIntegerField("発行の番号")
    certificate = models.BinaryField("自己署名証明書（DER）")
    key_id = models.BinaryField("鍵識別子", max_length=20, unique=True)
    profile = models.JSONField("プロファイル")
    not_before = models.DateTimeField("有効期間の開始")
    not_after = models.DateTimeField("有効期間の満了")
    created_at = models.DateTimeField("作成日時")

    class Meta:
        verbose_name = verbose_name_plural = "認証局の世代"
        ordering = ["authority_id", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["authority", "number"], name="generation_number_once"),
            models.CheckConstraint(condition=Q(not_after__gt=F("not_before")), name="generation_period"),
        ]

    def __str__(self) -> str:
        return f"{self.authority} 第{self.number}世代"


class Profile(models.Model):
    """What one kind of certificate looks like, as adopted; certificates point at the profile they were issued under."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "generation", "code", "version", "document", "adopted_at"})

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", related_name="profiles")
    code = models.CharField("プロファイル", max_length=32)
    version = models.PositiveSmallIntegerField("版")
    document = models.JSONField("内容")
    adopted_at = models.DateTimeField("採用日時")

    class Meta:
        verbose_name = verbose_name_plural = "証明書プロファイル"
        ordering = ["generation_id", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "code", "version"], name="profile_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.generation} {self.code} 第{self.version}版"


class Responder(models.Model):
    """A delegated OCSP responder of a generation; the newest that is valid answers."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset(
        {"id", "generation", "key_label", "serial", "certificate", "not_before", "not_after", "created_at"}
    )

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", related_name="responders")
    key_label = models.CharField("鍵の名前", max_length=80, unique=True)
    serial = models.BigIntegerField("発行の番号")
    certificate = models.BinaryField("証明書（DER）")
    not_before = models.DateTimeField("有効期間の開始")
    not_after = models.DateTimeField("有効期間の満了")
    created_at = models.DateTimeField("作成日時")

    class Meta:
        verbose_name = verbose_name_plural = "OCSPレスポンダ"
        ordering = ["generation_id", "-not_after"]
        constraints = [models.UniqueConstraint(fields=["generation", "serial"], name="responder_serial_once")]

    def __str__(self) -> str:
        return f"{self.generation} {self.serial}"


class LinkCertificate(models.Model):
    """One generation's key certified by another's (RFC 4210 4.4): whoever trusts the signer can go over to it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "generation", "signer", "serial", "certificate", "not_before", "not_after", "created_at"})

    generation = models.ForeignKey(Generation, models.PROTECT, verbose_name="世代", related_name="links")
    signer = models.ForeignKey(Generation, models.PROTECT, verbose_name="署名した世代", related_name="signed_links")
    serial = models.BigIntegerField("発行の番号")
    certificate = models.BinaryField("リンク証明書（DER）")
    not_before = models.DateTimeField("有効期間の開始")
    not_after = models.DateTimeField("有効期間の満了")
    created_at = models.DateTimeField("作成日時")

    class Meta:
        verbose_name = verbose_name_plural = "リンク証明書"
        ordering = ["generation_id", "signer_id"]
        constraints = [
            models.UniqueConstraint(fields=["generation", "signer"], name="link_once"),
            models.CheckConstraint(condition=~Q(generation=F("signer")), name="link_between_two"),
            models.CheckConstraint(condition=Q(not_after__gt=F("not_before")), name="link_period"),
        ]

    def __str__(self) -> str:
        return f"{self.generation}（{self.signer}が署名）"


class Ceremony(models.Model):
    """The record of a key ceremony: the file it followed, who held the key, what came of it, signed by the new key."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "generation", "document", "record", "signature", "held_at"})

    generation = models.OneToOneField(Generation, models.PROTECT, verbose_name="世代", related_name="ceremony")
    document = models.TextField("次第書")
    record = models.TextField("記録")
    signature = models.BinaryField("記録への署名")
    held_at = models.DateTimeField("実施日時")

    class Meta:
        verbose_name = verbose_name_plural = "鍵生成式"

    def __str__(self) -> str:
        return str(self.generation)
