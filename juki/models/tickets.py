"""問合せ: a town's questions to the centre, and what was said. Never with a file, never with a person's data."""

from django.db import models
from django.db.models import Q

from juki.choices import TicketState

_TENANT = frozenset({"prefecture", "municipality", "office"})


class Ticket(models.Model):
    """One question with its state."""

    PERSONAL = frozenset({"subject"})
    PLAIN = _TENANT | {"id", "state", "opened_at", "opened_by", "changed_at", "closed_at"}

    id = models.UUIDField("問合せの番号", primary_key=True)
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    subject = models.CharField("件名", max_length=100)
    state = models.CharField("状態", max_length=10, choices=TicketState, default=TicketState.OPEN)
    opened_at = models.DateTimeField("受付日時")
    opened_by = models.CharField("問合せ者", max_length=160)
    changed_at = models.DateTimeField("最終更新日時")
    closed_at = models.DateTimeField("終了日時", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "問合せ"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="CLOSED", closed_at__isnull=False) | (~Q(state="CLOSED") & Q(closed_at__isnull=True)),
                name="ticket_closed_has_time",
            )
        ]
        indexes = [models.Index(fields=["state", "changed_at"], name="ticket_by_state")]


class TicketMessage(models.Model):
    """What one side said. Plain text, kept as it was sent."""

    PERSONAL = frozenset({"body"})
    PLAIN = _TENANT | {"id", "ticket", "from_centre", "written_at", "written_by"}

    ticket = models.ForeignKey(Ticket, models.PROTECT, verbose_name="問合せ", related_name="messages")
    prefecture = models.SmallIntegerField("都道府県番号")
    municipality = models.CharField("市町村コード", max_length=6)
    office = models.CharField("市区町村コード", max_length=6)
    from_centre = models.BooleanField("全国センターから")
    body = models.CharField("本文", max_length=4000)
    written_at = models.DateTimeField("記入日時")
    written_by = models.CharField("記入者", max_length=160)

    class Meta:
        verbose_name = verbose_name_plural = "問合せの発言"
        ordering = ["written_at", "id"]
