"""A row for each piece of long work."""

from django.db import models
from django.db.models import F, Q

from jlis.kernel.jobs.kinds import kind_of


class JobState(models.TextChoices):
    """Where a job stands; the REST names are the same words in lower case."""

    AWAITING_APPROVAL = "AWAITING_APPROVAL", "承認待ち"
    QUEUED = "QUEUED", "受付"
    RUNNING = "RUNNING", "処理中"
    SUCCEEDED = "SUCCEEDED", "完了"
    FAILED = "FAILED", "失敗"
    CANCELLED = "CANCELLED", "取消"
    REJECTED = "REJECTED", "差戻し"
    EXPIRED = "EXPIRED", "期限切れ"


FINISHED = frozenset({JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED, JobState.REJECTED, JobState.EXPIRED})


class Job(models.Model):
    """Long work: who asked, for what purpose, how far it is, what came out. The truth that Celery only serves."""

    PERSONAL = frozenset({"requested_by_label", "approved_by_label"})
    PLAIN = frozenset(
        {
            "id", "kind", "state", "requested_by", "requested_by_kind", "organisation", "role", "purpose", "parameters",
            "done", "total", "created_at", "approved_by", "approved_at", "decision_reason", "started_at", "finished_at",
            "lease_until", "attempts", "cancel_requested", "result_path", "result_name", "result_type", "result_size",
            "result_sha256", "result_expires_at", "report_path", "report_name", "fault_code", "fault_message",
            "summary", "fetched",
        }
    )  # fmt: skip

    id = models.UUIDField("受付番号", primary_key=True)
    kind = models.CharField("種別", max_length=64)
    state = models.CharField("状態", max_length=20, choices=JobState)
    requested_by = models.CharField("依頼者", max_length=64)
    requested_by_kind = models.CharField("依頼者の種別", max_length=8)
    requested_by_label = models.CharField("依頼者名", max_length=160)
    organisation = models.CharField("団体・機関コード", max_length=20)
    role = models.CharField("実行時の役割", max_length=32)
    purpose = models.CharField("利用目的", max_length=64, blank=True)
    parameters = models.JSONField("条件", default=dict)
    done = models.BigIntegerField("処理済み", default=0)
    total = models.BigIntegerField("全体", null=True)
    created_at = models.DateTimeField("受付日時")
    approved_by = models.CharField("承認者", max_length=64, blank=True)
    approved_by_label = models.CharField("承認者名", max_length=160, blank=True)
    approved_at = models.DateTimeField("承認日時", null=True)
    decision_reason = models.CharField("承認・差戻しの理由", max_length=400, blank=True)
    started_at = models.DateTimeField("開始日時", null=True)
    finished_at = models.DateTimeField("終了日時", null=True)
    lease_until = models.DateTimeField("実行の期限", null=True)
    attempts = models.PositiveSmallIntegerField("試行回数", default=0)
    cancel_requested = models.BooleanField("中止の依頼", default=False)
    result_path = models.CharField("結果ファイル", max_length=300, blank=True)
    result_name = models.CharField("結果ファイル名", max_length=120, blank=True)
    result_type = models.CharField("結果の形式", max_length=80, blank=True)
    result_size = models.BigIntegerField("結果の大きさ", null=True)
    result_sha256 = models.CharField("結果のSHA-256", max_length=64, blank=True)
    result_expires_at = models.DateTimeField("結果の保存期限", null=True)
    report_path = models.CharField("付属の報告", max_length=300, blank=True)
    report_name = models.CharField("付属の報告の名前", max_length=120, blank=True)
    fetched = models.PositiveIntegerField("取得回数", default=0)
    fault_code = models.CharField("失敗の種別", max_length=64, blank=True)
    fault_message = models.TextField("失敗の理由", blank=True)
    summary = models.JSONField("結果の要約", default=dict)

    class Meta:
        verbose_name = "ジョブ"
        verbose_name_plural = "ジョブ"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by="") | ~Q(approved_by=F("requested_by")),
                name="job_two_persons",
                violation_error_message="依頼者は自分の依頼を承認できません。",
            ),
            models.CheckConstraint(
                condition=Q(approved_by="", approved_at__isnull=True)
                | (~Q(approved_by="") & Q(approved_at__isnull=False)),
                name="job_both_approver_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="SUCCEEDED") | Q(finished_at__isnull=False), name="job_succeeded_has_end"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "lease_until"], name="job_to_run"),
            models.Index(fields=["organisation", "-created_at"], name="job_of_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def kind_label(self) -> str:
        """The word for its kind on screens."""
        return kind_of(self.kind).label

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100; None while the total is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in FINISHED
