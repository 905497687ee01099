"""検証者: who may ask for revocation information, what it may be told, its papers, its steps, and the prices."""

from django.db import models
from django.db.models import F, Q

from jpki.choices import AskedKind, Channel, Entitlement, PaperKind, PartyKind, PartyState
from jpki.domain import relying_parties

_REGISTERED = sorted(state.value for state in relying_parties.REGISTERED)
_LIVING = sorted(state.value for state in relying_parties.LIVING)
_STARTED = [PartyState.ACTIVE.value, PartyState.STOPPED.value]


class RelyingParty(models.Model):
    """One relying party. `keeper` is the body that sees it: itself, or for a provider its platform.

    A company has its body in the kernel from the day on which it is accepted; until then only its name is known.
    """

    PERSONAL = frozenset({"entered_by_label", "accepted_by_label"})
    PLAIN = frozenset(
        {
            "id", "kind", "name", "corporate_number", "organisation", "platform", "keeper", "service", "state",
            "entered_by", "accepted_by", "applied_on", "accepted_on", "started_on", "ended_on",
        }
    )  # fmt: skip

    kind = models.CharField("種別", max_length=14, choices=PartyKind)
    name = models.CharField("名称", max_length=60)
    corporate_number = models.CharField("法人番号", max_length=13, blank=True)
    organisation = models.ForeignKey(
        "kernel.Organisation", models.PROTECT, verbose_name="団体・機関", null=True, related_name="+"
    )
    platform = models.ForeignKey("self", models.PROTECT, verbose_name="PF事業者", null=True, related_name="providers")
    keeper = models.CharField("届出を行う団体・機関", max_length=20, blank=True)
    service = models.CharField("利用する手続・サービス", max_length=200)
    state = models.CharField("状態", max_length=9, choices=PartyState)
    entered_by = models.CharField("登録者", max_length=64)
    entered_by_label = models.CharField("登録者名", max_length=160)
    accepted_by = models.CharField("受理者", max_length=64, blank=True)
    accepted_by_label = models.CharField("受理者名", max_length=160, blank=True)
    applied_on = models.DateField("届出日")
    accepted_on = models.DateField("受理日", null=True)
    started_on = models.DateField("提供開始日", null=True)
    ended_on = models.DateField("提供終了日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "検証者"
        ordering = ["-applied_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=PartyKind.PROVIDER, platform__isnull=False)
                | (~Q(kind=PartyKind.PROVIDER) & Q(platform=None)),
                name="party_provider_has_its_platform",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by="") | ~Q(accepted_by=F("entered_by")),
                name="party_two_persons",
                violation_error_message="登録した人と受理する人は別の人でなければなりません。",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=_REGISTERED, accepted_on__isnull=False, organisation__isnull=False) & ~Q(accepted_by="")
                )
                | (~Q(state__in=_REGISTERED) & Q(accepted_on=None)),
                name="party_accepted_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_STARTED) | Q(started_on__isnull=False), name="party_started_has_its_day"
            ),
            models.CheckConstraint(
                condition=Q(state=PartyState.ENDED, ended_on__isnull=False)
                | (~Q(state=PartyState.ENDED) & Q(ended_on=None)),
                name="party_end_has_its_day",
            ),
            models.UniqueConstraint(
                fields=["organisation", "platform"],
                condition=Q(state__in=_LIVING, organisation__isnull=False),
                nulls_distinct=False,
                name="party_once_alive",
            ),
        ]
        indexes = [models.Index(fields=["keeper"], name="party_of_keeper")]

    def __str__(self) -> str:
        return self.name


class PartyEntitlement(models.Model):
    """What a party may be told, from a day on and until another."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "party", "keeper", "what", "basis", "valid_from", "valid_to"})

    party = models.ForeignKey(RelyingParty, models.PROTECT, verbose_name="検証者", related_name="entitlements")
    keeper = models.CharField("届出を行う団体・機関", max_length=20, blank=True)
    what = models.CharField("提供する情報", max_length=24, choices=Entitlement)
    basis = models.CharField("根拠", max_length=120)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, help_text="提供しなくなる最初の日")

    class Meta:
        verbose_name = verbose_name_plural = "検証者に提供する情報"
        ordering = ["what", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["party", "what"], condition=Q(valid_to=None), name="entitlement_open_once"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="party_entitlement_period"
            ),
        ]


class PartyPaper(models.Model):
    """A paper by which a party was registered: its number and date, where the paper itself lies in the archive."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "party", "keeper", "kind", "number", "dated"})

    party = models.ForeignKey(RelyingParty, models.PROTECT, verbose_name="検証者", related_name="papers")
    keeper = models.CharField("届出を行う団体・機関", max_length=20, blank=True)
    kind = models.CharField("書類", max_length=13, choices=PaperKind)
    number = models.CharField("文書番号", max_length=60)
    dated = models.DateField("日付")

    class Meta:
        verbose_name = verbose_name_plural = "検証者の書類"
        ordering = ["dated", "pk"]


class PartyStep(models.Model):
    """A move that was made, kept for ever."""

    PERSONAL = frozenset({"by_label"})
    PLAIN = frozenset({"id", "party", "keeper", "verb", "state", "by", "at", "note"})

    party = models.ForeignKey(RelyingParty, models.PROTECT, verbose_name="検証者", related_name="steps")
    keeper = models.CharField("届出を行う団体・機関", max_length=20, blank=True)
    verb = models.CharField("操作", max_length=16)
    state = models.CharField("操作の後の状態", max_length=9, choices=PartyState)
    by = models.CharField("操作者", max_length=64)
    by_label = models.CharField("操作者名", max_length=160)
    at = models.DateTimeField("日時")
    note = models.CharField("理由・備考", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "検証者の経過"
        ordering = ["pk"]


class VerificationPrice(models.Model):
    """What one check costs from a day on, by way and kind of certificate."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "channel", "what", "yen", "valid_from"})

    channel = models.CharField("方法", max_length=4, choices=Channel)
    what = models.CharField("電子証明書", max_length=7, choices=AskedKind)
    yen = models.DecimalField("1件当たりの額（円）", max_digits=8, decimal_places=2)
    valid_from = models.DateField("適用開始日")

    class Meta:
        verbose_name = verbose_name_plural = "失効情報の提供手数料"
        ordering = ["channel", "what", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "what", "valid_from"], name="verification_price_once"),
            models.CheckConstraint(condition=Q(yen__gte=0), name="verification_price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.get_what_display()} {self.yen}円（{self.valid_from}から）"
