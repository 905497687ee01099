"""届出: an application, change, renewal or end with its papers, questions and steps; three persons play three parts."""

from django.db import models
from django.db.models import F, Q

from lgwan.choices import FilingKind, Finding, Outcome, State
from lgwan.domain.papers import PAPERS
from lgwan.models.services import Service


class Filing(models.Model):
    """What is filed for a service. Who files, who reviews and who decides differ: the database refuses one for two."""

    PERSONAL = frozenset({"filed_by_label", "reviewed_by_label", "decided_by_label"})
    PLAIN = frozenset(
        {
            "id", "service", "keeper", "kind", "content", "note", "filed_by", "filed_at", "reviewed_by", "decided_by",
            "outcome", "closed_at",
        }
    )  # fmt: skip

    service = models.ForeignKey(Service, models.PROTECT, verbose_name="サービス", related_name="filings")
    keeper = models.CharField("届出を行う団体", max_length=20)
    kind = models.CharField("種別", max_length=11, choices=FilingKind)
    content = models.JSONField("変更の内容", default=dict)
    note = models.CharField("理由・備考", max_length=400, blank=True)
    filed_by = models.CharField("届出者", max_length=64)
    filed_by_label = models.CharField("届出者名", max_length=160)
    filed_at = models.DateTimeField("届出日時")
    reviewed_by = models.CharField("審査者", max_length=64, blank=True)
    reviewed_by_label = models.CharField("審査者名", max_length=160, blank=True)
    decided_by = models.CharField("承認者", max_length=64, blank=True)
    decided_by_label = models.CharField("承認者名", max_length=160, blank=True)
    outcome = models.CharField("結果", max_length=9, choices=Outcome, blank=True)
    closed_at = models.DateTimeField("終了日時", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "LGWAN-ASPの届出"
        ordering = ["-filed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(reviewed_by="") | ~Q(reviewed_by=F("filed_by")))
                & (Q(decided_by="") | (~Q(decided_by=F("filed_by")) & ~Q(decided_by=F("reviewed_by")))),
                name="filing_three_persons",
                violation_error_message="届出者・審査者・承認者は別の人でなければなりません。",
            ),
            models.UniqueConstraint(fields=["service"], condition=Q(closed_at=None), name="filing_one_open_each"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="filing_outcome_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[Outcome.ACCEPTED, Outcome.REFUSED]) | ~Q(decided_by=""),
                name="filing_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind=FilingKind.APPLICATION, outcome=Outcome.ACCEPTED) | ~Q(reviewed_by=""),
                name="filing_application_was_reviewed",
            ),
        ]


class FilingPaper(models.Model):
    """One paper of an application's checklist."""

    PERSONAL: frozenset[str] = frozenset()
    PLAIN = frozenset({"id", "filing", "keeper", "paper", "finding"})

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="届出", related_name="papers")
    keeper = models.CharField("届出を行う団体", max_length=20)
    paper = models.CharField("書類", max_length=16, choices=[(paper.code, paper.label) for paper in PAPERS])
    finding = models.CharField("確認", max_length=9, choices=Finding)

    class Meta:
        verbose_name = verbose_name_plural = "届出の書類"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["filing", "paper"], name="filing_paper_once")]


class Question(models.Model):
    """What the reviewer asked about a filing, and what the applicant answered."""

    PERSONAL = frozenset({"asked_by_label", "answered_by_label"})
    PLAIN = frozenset({"id", "filing", "keeper", "text", "asked_at", "answer", "answered_at"})

    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="届出", related_name="questions")
    keeper = models.CharField("届出を行う団体", max_length=20)
    text = models.CharField("質問", max_length=400)
    asked_by_label = models.CharField("質問者名", max_length=160)
    asked_at = models.DateTimeField("質問日時")
    answer = models.CharField("回答", max_length=400, blank=True)
    answered_by_label = models.CharField("回答者名", max_length=160, blank=True)
    answered_at = models.DateTimeField("回答日時", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "届出の質問と回答"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="question_answer_and_time",
            ),
        ]


class Step(models.Model):
    """A move that was made, kept for ever; by it nobody plays two parts in one filing."""

    PERSONAL = frozenset({"by_label"})
    PLAIN = frozenset({"id", "service", "filing", "keeper", "verb", "state", "by", "at", "note"})

    service = models.ForeignKey(Service, models.PROTECT, verbose_name="サービス", related_name="steps")
    filing = models.ForeignKey(Filing, models.PROTECT, verbose_name="届出", related_name="steps", null=True)
    keeper = models.CharField("届出を行う団体", max_length=20)
    verb = models.CharField("操作", max_length=16)
    state = models.CharField("操作の後の状態", max_length=10, choices=State)
    by = models.CharField("操作者", max_length=64)
    by_label = models.CharField("操作者名", max_length=160)
    at = models.DateTimeField("日時")
    note = models.CharField("理由・備考", max_length=400, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "サービスの経過"
        ordering = ["pk"]
