"""Questions about the inspections."""

from collections.abc import Sequence

from jpki.models import Inspection

SHOWN = 31


def newest() -> Inspection | None:
    """The last one that was held."""
    return Inspection.objects.first()


def recent() -> Sequence[Inspection]:
    """Those of the last month, the newest first."""
    return list(Inspection.objects.all()[:SHOWN])
