"""Notices that wait for an earlier one of their sender, under the scope of whoever asks."""

from django.db.models import QuerySet

from jlis.kernel.time import Moment
from juki.choices import NotificationStatus
from juki.models import Notification


def waiting() -> QuerySet[Notification]:
    """Those that wait for their turn, the longest first."""
    return Notification.objects.filter(status=NotificationStatus.HELD).order_by("received_at", "sequence", "pk")


def days_waited(notification: Notification, at: Moment) -> int:
    """Since how many days it has waited."""
    return (at.day - Moment.of(notification.received_at).day).days
