"""How many persons an answer delivers: a header that each answer about persons carries, zero included."""

from drf_spectacular.utils import OpenApiParameter

DELIVERED = OpenApiParameter(
    "X-Delivered-Count", int, OpenApiParameter.HEADER, response=[200], description="提供した人数。0を含む"
)


def count_of(persons: int) -> dict[str, str]:
    """The headers of an answer about so many persons: no cache keeps it."""
    return {"X-Delivered-Count": str(persons), "Cache-Control": "no-store"}
