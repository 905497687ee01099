"""Questions to 配信: how far each package has come, and what an office still has to do."""

from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from juki.choices import DeliveryState
from juki.models import DeliveryPackage, DeliveryTarget


def packages() -> QuerySet[DeliveryPackage]:
    """Every package, newest first, with how many offices it is for and have received, applied or failed."""
    return (
        DeliveryPackage.objects.defer("content")
        .annotate(
            offices=Count("targets"),
            received=Count("targets", filter=~Q(targets__state=DeliveryState.WAITING)),
            applied=Count("targets", filter=Q(targets__state=DeliveryState.APPLIED)),
            failed=Count("targets", filter=Q(targets__state=DeliveryState.FAILED)),
            reminded_at=Max("targets__reminded_at"),
        )
        .order_by("-published_at", "-pk")
    )


def in_sight() -> QuerySet[DeliveryTarget]:
    """The packages of the offices in sight, newest first, without their content."""
    targets = DeliveryTarget.objects.select_related("package").defer("package__content")
    return targets.order_by("-package__published_at", "-pk")


def to_do(day: date) -> tuple[int, int]:
    """How many packages the offices in sight have not applied, and how many of them are overdue."""
    left = DeliveryTarget.objects.exclude(state=DeliveryState.APPLIED)
    return left.count(), left.filter(package__due_on__lt=day).count()
