"""A town with a copy, and the centre's actor who asks on behalf of a kiosk."""

import pytest

from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.isolation.scope import KONBINI
from juki.models import Resident
from tests.bcl import copies


@pytest.fixture
def town(db, clerk, at) -> Actor:
    """Chiyoda, taking part by the line and serving."""
    copies.take_part(clerk, at)
    return clerk


@pytest.fixture
def taro(town, at) -> Resident:
    """Somebody of Chiyoda, in its copy."""
    found = copies.somebody(town, at)
    copies.send(town, at, copies.row_of(found, sequence=1))
    return found


@pytest.fixture
def centre() -> Actor:
    """The certificate centre relaying for a kiosk."""
    return system_actor("konbini.relay", KONBINI, permissions=frozenset({"bcl.issue_certificates"}))
