"""Waiting for the sealer, as beat runs it every few seconds."""

import time

from jlis.kernel.audit import sealing
from jlis.kernel.audit.models import AuditEntry, AuditLeaf
from jlis.kernel.isolation.scope import SYSTEM, acting


def seal_everything(patience: float = 30.0) -> None:
    """Seal until nothing is left: the sealer waits for older transactions of the whole cluster, other tests' too."""
    until = time.monotonic() + patience
    while _unsealed() and time.monotonic() < until:
        sealing.seal_now()
        time.sleep(0.05)
    assert not _unsealed()


def _unsealed() -> bool:
    with acting(SYSTEM):
        return AuditEntry.objects.exclude(pk__in=AuditLeaf.objects.values("entry")).exists()
