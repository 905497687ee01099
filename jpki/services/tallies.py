"""Melting the tallies' loose rows: by the clock, part by part; the figures are the same before and after."""

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jpki.sql import tallies as sql

PART = 20_000


def melt(*, by: Actor, part: int = PART) -> int:
    """Melt what is loose; returns how many rows. One transaction a part, and nothing while another does it."""
    by.must("jpki.operate_authority")
    melted = 0
    while True:
        with acting(JPKI):
            taken = sql.melt(part)
        melted += taken
        if taken < part:
            return melted
