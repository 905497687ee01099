"""支援措置: measures on each town's own register, whom they cover, and the looks that two people allowed."""

from django.db import models
from django.db.models import F, Q

from juki.choices import (
    PROTECTION_LIVE,
    ForwardingKind,
    OpinionBody,
    ProtectionKind,
    ProtectionPlace,
    ProtectionState,
)

FORWARDED = "転送"
_TENANT = frozenset({"prefecture", "municipality", "office"})
_ENDED = Q(state=ProtectionState.ENDED)
# Towns that the person has left: who decides is named to them only where the law names it.
_LEFT = [ProtectionPlace.FORMER_ADDRESS.value, ProtectionPlace.FORMER_HONSEKI.value]


class ProtectionMeasure(models.Model):
    """A measure as it stands on one town's register. Copies of the same measure share their `case`.

    The end of the term is a reminder only. Whoever asks for the end never approves it.
    """

    PERSONAL = frozenset({"kind", "opinion", "note", "end_reason"})
    PLAIN = _TENANT | {
        "id", "case", "place", "applicant", "state", "applied_on", "decided_on", "term_ends_on", "deciding_office",
        "registered_at", "registered_by", "forwarded_from", "confirmed_at", "confirmed_by", "end_asked_by",
        "end_asked_label", "end_asked_at", "ended_by", "ended_label", "ended_on",
    }  # fmt: skip

    id = models.UUIDField("支援措置の番号", primary_key=True)
    case = models.UUIDField("案件", db_index=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    place = models.CharField("区分", max_length=16, choices=ProtectionPlace)
    applicant = models.UUIDField("申出者")
    kind = models.CharField("事由", max_length=20, choices=ProtectionKind)
    state = models.CharField("状態", max_length=12, choices=ProtectionState)
    applied_on = models.DateField("申出日")
    decided_on = models.DateField("決定日", null=True)
    term_ends_on = models.DateField("期間の末日（目安）", null=True)
    opinion = models.CharField("意見を聴いた機関", max_length=16, choices=OpinionBody)
    deciding_office = models.CharField("決定した市区町村", max_length=6, blank=True)
    note = models.CharField("備考", max_length=400, blank=True)
    registered_at = models.DateTimeField("登録日時")
    registered_by = models.CharField("登録者", max_length=160)
    forwarded_from = models.CharField("転送元", max_length=6, blank=True)
    confirmed_at = models.DateTimeField("転送の確認日時", null=True)
    confirmed_by = models.CharField("転送の確認者", max_length=160, blank=True)
    end_asked_by = models.CharField("終了の申出者（識別子）", max_length=64, blank=True)
    end_asked_label = models.CharField("終了の申出者", max_length=160, blank=True)
    end_asked_at = models.DateTimeField("終了の申出日時", null=True)
    end_reason = models.CharField("終了の理由", max_length=400, blank=True)
    ended_by = models.CharField("終了の承認者（識別子）", max_length=64, blank=True)
    ended_label = models.CharField("終了の承認者", max_length=160, blank=True)
    ended_on = models.DateField("終了日", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援措置"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "office"],
                condition=Q(state__in=PROTECTION_LIVE),
                name="protection_one_live_copy_an_office",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=PROTECTION_LIVE, place=ProtectionPlace.RESIDENCE),
                name="protection_one_residence",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProtectionState.DECIDED)
                | (
                    Q(decided_on__isnull=False, term_ends_on__isnull=False)
                    & (~Q(deciding_office="") | Q(place__in=_LEFT))
                ),
                name="protection_decided_has_its_term",
            ),
            models.CheckConstraint(
                condition=(
                    _ENDED & Q(ended_on__isnull=False) & ~Q(ended_by="") & ~Q(end_asked_by="") & ~Q(end_reason="")
                )
                | (~_ENDED & Q(ended_on__isnull=True, ended_by="")),
                name="protection_end_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_by="") | ~Q(ended_by=F("end_asked_by")), name="protection_ended_by_two"
            ),
        ]
        indexes = [models.Index(fields=["prefecture", "office", "state"], name="protection_of_office")]

    @property
    def was_forwarded(self) -> bool:
        """Whether another town told of it: its clerk confirms what is forwarded."""
        return self.registered_by == FORWARDED


class ProtectionMember(models.Model):
    """A person whom a measure covers: the applicant, and those of the household who are covered with them."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = _TENANT | {"id", "measure", "resident", "added_on"}

    measure = models.ForeignKey(ProtectionMeasure, models.PROTECT, verbose_name="支援措置", related_name="members")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    resident = models.UUIDField("住民", db_index=True)
    added_on = models.DateField("追加日")

    class Meta:
        verbose_name = verbose_name_plural = "支援措置の対象者"
        constraints = [models.UniqueConstraint(fields=["measure", "resident"], name="protection_member_once")]


class ProtectionForwarding(models.Model):
    """転送: what one town told another of a measure, and when; the receiving town's copy already follows it."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = _TENANT | {"id", "case", "kind", "sent_from", "sent_at"}

    id = models.UUIDField("転送の番号", primary_key=True)
    case = models.UUIDField("案件", db_index=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("転送先", max_length=6)
    kind = models.CharField("内容", max_length=12, choices=ForwardingKind)
    sent_from = models.CharField("転送元", max_length=6, blank=True)
    sent_at = models.DateTimeField("転送日時")

    class Meta:
        verbose_name = verbose_name_plural = "支援措置の転送"
        indexes = [models.Index(fields=["prefecture", "office", "-sent_at"], name="forwarding_to_office")]


class ProtectedResident(models.Model):
    """A resident whom at least one live measure covers. Written in the transaction of whatever changes that.

    Whoever sees a row of the register may learn that it is covered, so that every way out can withhold. The reason is
    not here.
    """

    PERSONAL = frozenset({"resident"})
    PLAIN = frozenset({"since"})

    resident = models.UUIDField("住民", primary_key=True)
    since = models.DateTimeField("開始日時")

    class Meta:
        verbose_name = verbose_name_plural = "支援措置対象者"


class ProtectedAddressEntitlement(models.Model):
    """That an organisation receives a covered person's address under an affair all the same, by law, from and to."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "affair_code", "organisation", "basis", "valid_from", "valid_to"})

    affair_code = models.CharField("事務区分コード", max_length=32)
    organisation = models.ForeignKey("kernel.Organisation", models.PROTECT, verbose_name="団体・機関")
    basis = models.CharField("根拠", max_length=120)
    valid_from = models.DateField("開始日")
    valid_to = models.DateField("終了日", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "支援措置対象者の住所の提供"
        constraints = [
            models.UniqueConstraint(
                fields=["affair_code", "organisation", "valid_from"], name="protected_address_once"
            ),
            models.CheckConstraint(condition=~Q(basis=""), name="protected_address_has_its_law"),
        ]


class AddressUnlock(models.Model):
    """Seeing a covered person's address: asked for with a reason, allowed by a second person, for a short while."""

    PERSONAL = frozenset({"reason"})
    PLAIN = _TENANT | {
        "id", "resident", "purpose", "asked_by", "asked_label", "asked_at", "approved_by", "approved_label",
        "approved_at", "refused_at", "open_until",
    }  # fmt: skip

    id = models.UUIDField("解除の番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    resident = models.UUIDField("住民")
    purpose = models.CharField("利用目的", max_length=32)
    reason = models.CharField("住所を見る理由", max_length=400)
    asked_by = models.CharField("申請者（識別子）", max_length=64)
    asked_label = models.CharField("申請者", max_length=160)
    asked_at = models.DateTimeField("申請日時")
    approved_by = models.CharField("承認者（識別子）", max_length=64, blank=True)
    approved_label = models.CharField("承認者", max_length=160, blank=True)
    approved_at = models.DateTimeField("承認日時", null=True)
    refused_at = models.DateTimeField("差戻し日時", null=True)
    open_until = models.DateTimeField("表示できる期限", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "住所表示の解除"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("asked_by")), name="unlock_allowed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, open_until__isnull=True, approved_by="")
                | (
                    Q(approved_at__isnull=False, open_until__isnull=False, refused_at__isnull=True) & ~Q(approved_by="")
                ),
                name="unlock_has_its_hour",
            ),
        ]
        indexes = [models.Index(fields=["prefecture", "office", "-asked_at"], name="unlock_of_office")]
