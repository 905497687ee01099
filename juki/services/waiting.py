"""Notices that contradicted and wait, and how one is settled by itself when what it waited for has come (J1)."""

from collections.abc import Sequence

from django.db.models import QuerySet

from jlis.kernel.time import Moment
from juki.choices import DiscrepancyState, NotificationStatus
from juki.domain.contradictions import Contradiction
from juki.models import Discrepancy, Notification


def open_of(codes: Sequence[str], *kinds: Contradiction) -> QuerySet[Notification]:
    """What waits about the bearer of these codes, oldest change first; of some kinds of contradiction or of any."""
    found = Notification.objects.filter(
        resident_code__in=codes,
        status=NotificationStatus.DISCREPANT,
        discrepancy__state=DiscrepancyState.OPEN,
    ).order_by("changed_on", "received_at", "id")
    return found.filter(discrepancy__kind__in=[kind.value for kind in kinds]) if kinds else found


def is_open(held: Notification) -> bool:
    """Whether it waits still."""
    return Notification.objects.filter(pk=held.pk, status=NotificationStatus.DISCREPANT).exists()


def settle(held: Notification, at: Moment, note: str) -> None:
    """Its discrepancy is over, without anybody's doing."""
    Discrepancy.objects.filter(notification=held).update(
        state=DiscrepancyState.APPLIED, settled_at=at.instant, settled_by="自動", note=note
    )
