"""Systems of bodies that speak REST."""

import pytest

from tests.conftest import CHIYODA, SHINJUKU, TOKYO
from tests.juki.caller import System, registered


@pytest.fixture(autouse=True)
def _quick_secrets(quick_passwords):
    """Every test of the room fetches tokens and signs in within this process."""


@pytest.fixture
def plain_static(settings):
    """Pages without the manifest of collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}


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
