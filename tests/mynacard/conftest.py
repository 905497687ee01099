"""The stage of the room's tests: authorities, a terminal in memory, somebody registered in Chiyoda."""

import pytest

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from juki.models import Resident
from tests.jpki.conftest import founded, key_holders, memory_keys
from tests.mynacard import cast

__all__ = ["founded", "key_holders", "memory_keys"]


@pytest.fixture(autouse=True)
def _quick_passwords(quick_passwords):
    """Every test of the room signs in within this process."""


@pytest.fixture(autouse=True)
def chips(settings) -> type[cast.MemoryTerminal]:
    """The counter's terminal, with no card written yet."""
    settings.JLIS_CARD_TERMINAL = "tests.mynacard.cast.MemoryTerminal"
    cast.MemoryTerminal.chips = {}
    cast.MemoryTerminal.fails_at = ""
    cast.MemoryTerminal.algorithm = "rsa2048-sha256"
    return cast.MemoryTerminal


@pytest.fixture
def resident(founded, clerk: Actor, at: Moment) -> Resident:
    return cast.resident_of(clerk, at)
