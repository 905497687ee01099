"""The room's figures for the monitoring."""

from jlis.kernel.faces.metrics import gauge
from jlis.kernel.isolation.scope import JPKI, acting
from jpki.selectors import inspections


@gauge("jlis_inspection_grave", "Grave findings of the newest inspection of certificates, lists and answers")
def grave_findings() -> float:
    """To alarm on when it is not zero."""
    with acting(JPKI):
        newest = inspections.newest()
    return newest.grave if newest else 0
