"""Systems of bodies that speak REST."""

import pytest

from tests.conftest import CHIYODA, SHINJUKU, TOKYO
from tests.juki.caller import System, registered


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    """Secrets are hashed slowly on purpose; here that would be most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def town_system(db, at) -> System:
    """Chiyoda's system: it notifies and asks."""
    return registered(CHIYODA, "juki.notify", "juki.query", at=at)


@pytest.fixture
def next_system(db, at) -> System:
    """The next town's."""
    return registered(SHINJUKU, "juki.notify", "juki.query", at=at)


@pytest.fixture
def prefecture_system(db, at) -> System:
    """Tokyo's: it draws extracts."""
    return registered(TOKYO, "juki.extract", at=at)
