"""緊急事案: a case, its reports as they were sent, the moves made, and who was reminded when.

Persons concerned are counted and never named. Isolation stands on the four bodies of a case: who reports, the
prefecture on the way, the body where it happened as J-LIS told it, the ministry; the last three are empty until it was
sent to them.
"""

from django.db import models
from django.db.models import Q

from juki.choices import (
    EmergencyAffair,
    EmergencyKind,
    EmergencyPart,
    EmergencyReportKind,
    EmergencyRoute,
    EmergencyState,
    PressRelease,
)

_OVER = [EmergencyState.CLOSED.value, EmergencyState.WITHDRAWN.value]


class EmergencyCase(models.Model):
    """One case, as its reporter knows it. ``since`` is the day on which it came to its state."""

    PERSONAL = frozenset({"recorded_by"})
    PLAIN = frozenset(
        {
            "id", "route", "affair", "kind", "is_suspected", "place", "reporter", "relay", "told", "ministry",
            "noticed_at", "state", "since", "due_on", "recorded_at", "origin",
        }
    )  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    route = models.CharField("報告の経路", max_length=10, choices=EmergencyRoute)
    affair = models.CharField("事務", max_length=8, choices=EmergencyAffair)
    kind = models.CharField("事案の種別", max_length=11, choices=EmergencyKind)
    is_suspected = models.BooleanField("可能性がある段階", default=False)
    place = models.CharField("発生元の団体", max_length=20)
    reporter = models.CharField("報告する団体", max_length=20)
    relay = models.CharField("経由する都道府県", max_length=20, blank=True)
    told = models.CharField("知らせを受けた団体", max_length=20, blank=True)
    ministry = models.CharField("報告先", max_length=20, blank=True)
    noticed_at = models.DateTimeField("確認日時")
    state = models.CharField("状態", max_length=21, choices=EmergencyState)
    since = models.DateField("この状態になった日")
    due_on = models.DateField("次の処理の期限", null=True)
    recorded_at = models.DateTimeField("記録日時")
    recorded_by = models.CharField("記録者", max_length=160)
    origin = models.ForeignKey("self", models.PROTECT, verbose_name="もとになった知らせ", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "緊急事案"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=_OVER, due_on=None) | (~Q(state__in=_OVER) & Q(due_on__isnull=False)),
                name="emergency_open_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(relay="") | Q(route=EmergencyRoute.TOWN), name="emergency_relay_of_towns_alone"
            ),
            models.CheckConstraint(
                condition=Q(told="") | Q(route=EmergencyRoute.JLIS), name="emergency_told_by_jlis_alone"
            ),
            models.UniqueConstraint(
                fields=["origin", "reporter"], condition=Q(origin__isnull=False), name="emergency_taken_up_once"
            ),
        ]
        indexes = [
            models.Index(fields=["reporter", "-recorded_at"], name="emergency_of_reporter"),
            models.Index(fields=["due_on"], name="emergency_by_due_day", condition=Q(due_on__isnull=False)),
        ]


class EmergencyReport(models.Model):
    """One report as it was sent; the next one is another row. ``ministry`` is filled when it reached the ministry."""

    PERSONAL = frozenset({"contact_name", "contact", "written_by", "forwarded_by"})
    PLAIN = frozenset(
        {
            "id", "case", "number", "kind", "department", "happened", "overview", "systems", "press", "press_content",
            "contact_department", "countermeasures", "prevention", "other", "leaked", "persons", "leaked_from",
            "leaked_to", "management", "written_at", "ministry", "forwarded_at",
        }
    )  # fmt: skip

    case = models.ForeignKey(EmergencyCase, models.PROTECT, verbose_name="緊急事案", related_name="reports")
    number = models.PositiveSmallIntegerField("報の番号")
    kind = models.CharField("報の種別", max_length=7, choices=EmergencyReportKind)
    department = models.CharField("発生元の部課名", max_length=80)
    happened = models.CharField("発生日時", max_length=80, blank=True)
    overview = models.TextField("概要")
    systems = models.CharField("関係するシステム", max_length=200, blank=True)
    press = models.CharField("報道発表の予定", max_length=9, choices=PressRelease)
    press_content = models.TextField("報道発表の内容", blank=True)
    contact_department = models.CharField("担当部署", max_length=80)
    contact_name = models.CharField("担当者", max_length=80)
    contact = models.CharField("連絡先", max_length=120)
    countermeasures = models.TextField("対応策", blank=True)
    prevention = models.TextField("再発防止策", blank=True)
    other = models.TextField("その他の事項", blank=True)
    leaked = models.TextField("漏えいした情報の内容", blank=True)
    persons = models.PositiveIntegerField("対象者の件数", null=True)
    leaked_from = models.CharField("漏えい元", max_length=200, blank=True)
    leaked_to = models.CharField("漏えい先", max_length=200, blank=True)
    management = models.TextField("情報の管理体制", blank=True)
    written_at = models.DateTimeField("報告日時")
    written_by = models.CharField("報告者", max_length=160)
    ministry = models.CharField("総務省への到達", max_length=20, blank=True)
    forwarded_at = models.DateTimeField("総務省への報告日時", null=True)
    forwarded_by = models.CharField("総務省への報告者", max_length=160, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "緊急事案の報告"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="emergency_report_in_order"),
            models.CheckConstraint(
                condition=Q(ministry="", forwarded_at=None) | (~Q(ministry="") & Q(forwarded_at__isnull=False)),
                name="emergency_report_reached_when",
            ),
        ]


class EmergencyStep(models.Model):
    """A move that was made: added, never changed."""

    PERSONAL = frozenset({"by"})
    PLAIN = frozenset({"id", "case", "verb", "state", "at", "organisation", "note"})

    case = models.ForeignKey(EmergencyCase, models.PROTECT, verbose_name="緊急事案", related_name="steps")
    verb = models.CharField("操作", max_length=16)
    state = models.CharField("状態", max_length=21, choices=EmergencyState)
    at = models.DateTimeField("日時")
    organisation = models.CharField("団体", max_length=20)
    by = models.CharField("処理者", max_length=160)
    note = models.CharField("内容・理由", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "緊急事案の経過"
        ordering = ["pk"]


class EmergencyReminder(models.Model):
    """That a body was reminded of a case on a day."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "case", "day", "part", "organisation", "state", "due_on"})

    case = models.ForeignKey(EmergencyCase, models.PROTECT, verbose_name="緊急事案", related_name="reminders")
    day = models.DateField("督促日")
    part = models.CharField("督促の相手", max_length=8, choices=EmergencyPart)
    organisation = models.CharField("督促を受けた団体", max_length=20)
    state = models.CharField("状態", max_length=21, choices=EmergencyState)
    due_on = models.DateField("期限")

    class Meta:
        verbose_name = verbose_name_plural = "緊急事案の督促"
        ordering = ["-day", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "day", "organisation"], name="emergency_reminder_once_a_day")
        ]
