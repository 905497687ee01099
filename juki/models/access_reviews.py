"""利用記録の分析: a day's run, what it found, and the cases that were made of findings.

A finding names the member of staff and the audit entries, never a resident: where it is about looks at one person, it
bears a keyed mark that tells two persons apart and leads to nobody.
"""

from django.db import models
from django.db.models import Q

from juki.choices import AccessCaseState, AccessRule


class AccessReview(models.Model):
    """That a day was reviewed, the last time when, over how many entries."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"day", "reviewed_at", "entries", "findings"})

    day = models.DateField("対象日", primary_key=True)
    reviewed_at = models.DateTimeField("分析日時")
    entries = models.PositiveIntegerField("監査記録の数")
    findings = models.PositiveIntegerField("検出の数")

    class Meta:
        verbose_name = verbose_name_plural = "利用記録の分析"
        ordering = ["-day"]


class AccessFinding(models.Model):
    """One thing to ask about. ``entries``: id, time, act and actor of each entry, in the order of time."""

    PERSONAL = frozenset({"actor_label"})
    PLAIN = frozenset({"id", "day", "rule", "organisation", "actor", "mark", "count", "entries", "found_at"})

    id = models.UUIDField("識別子", primary_key=True)
    day = models.DateField("対象日")
    rule = models.CharField("規則", max_length=13, choices=AccessRule)
    organisation = models.CharField("団体・機関コード", max_length=20)
    actor = models.CharField("利用者", max_length=64, blank=True)
    actor_label = models.CharField("利用者名", max_length=160, blank=True)
    mark = models.CharField("対象者の区別", max_length=64, blank=True)
    count = models.PositiveIntegerField("件数")
    entries = models.JSONField("監査記録", default=list)
    found_at = models.DateTimeField("検出日時")

    class Meta:
        verbose_name = verbose_name_plural = "利用記録の検出"
        ordering = ["-day", "rule", "organisation"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "rule", "organisation", "actor", "mark"], name="access_finding_once_a_day"
            ),
            models.CheckConstraint(condition=~Q(actor="") | ~Q(mark=""), name="access_finding_of_somebody"),
        ]


class AccessCase(models.Model):
    """A finding that somebody is asked about. The body sees it from when it is asked, a committee's case never."""

    PERSONAL = frozenset({"opened_by"})
    PLAIN = frozenset({"id", "finding", "organisation", "state", "is_told", "since", "due_on", "opened_at"})

    id = models.UUIDField("受付番号", primary_key=True)
    finding = models.OneToOneField(AccessFinding, models.PROTECT, verbose_name="検出", related_name="case")
    organisation = models.CharField("団体・機関コード", max_length=20)
    state = models.CharField("状態", max_length=14, choices=AccessCaseState)
    is_told = models.BooleanField("団体への依頼", default=False)
    since = models.DateField("この状態になった日")
    due_on = models.DateField("期限", null=True)
    opened_at = models.DateTimeField("開始日時")
    opened_by = models.CharField("開始者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "利用の調査"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=AccessCaseState.CLOSED, due_on=None)
                | (~Q(state=AccessCaseState.CLOSED) & Q(due_on__isnull=False)),
                name="access_case_open_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(is_told=True) | ~Q(state__in=[AccessCaseState.WITH_BODY, AccessCaseState.ANSWERED]),
                name="access_case_asked_is_told",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="access_case_of_body")]


class AccessCaseStep(models.Model):
    """A move that was made, with what was said: added, never changed."""

    PERSONAL = frozenset({"by", "note"})
    PLAIN = frozenset({"id", "case", "verb", "state", "at"})

    case = models.ForeignKey(AccessCase, models.PROTECT, verbose_name="利用の調査", related_name="steps")
    verb = models.CharField("操作", max_length=12)
    state = models.CharField("状態", max_length=14, choices=AccessCaseState)
    at = models.DateTimeField("日時")
    by = models.CharField("処理者", max_length=160)
    note = models.CharField("内容・理由", max_length=1000)

    class Meta:
        verbose_name = verbose_name_plural = "利用の調査の経過"
        ordering = ["pk"]
