from pathlib import Path

import pytest

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import AuthorityCode, Kind
from jpki.gateways import key_store, key_uses
from jpki.models import Certificate, Generation
from jpki.selectors import authorities as known
from jpki.services import authorities as services
from jpki.services import publications
from juki.models import Resident
from tests.jpki import cast
from tests.jpki.engine.house import Outside


@pytest.fixture(autouse=True)
def _quick_passwords(quick_passwords):
    """Every test of the room signs in within this process."""


@pytest.fixture
def key_holders(monkeypatch) -> dict[str, Actor]:
    """The two who hold the keys, found by their user names."""
    holders = {"sato": cast.operator(2), "suzuki": cast.operator(3)}
    monkeypatch.setattr(services, "actor_named", holders.__getitem__)
    return holders


# Whoever uses the keys cannot tell where they lie: what is told in these files is tried with either backend.
EITHER_BACKEND = {
    "test_ceremony", "test_issuing", "test_mobile_applications", "test_ocsp", "test_publishing", "test_replacing",
    "test_rollover", "test_signed_documents",
}  # fmt: skip
# The same, over a token in `make drill` alone: long matrices, of which the keys see little that is new.
EITHER_IN_DRILL = {"test_outside", "test_outside_pdf", "test_revoking"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    name = metafunc.module.__name__.rpartition(".")[2]
    if "memory_keys" in metafunc.fixturenames and name in EITHER_BACKEND | EITHER_IN_DRILL:
        marks = [pytest.mark.drill] if name in EITHER_IN_DRILL else []
        backends = ["memory", pytest.param("token", marks=marks)]
        metafunc.parametrize("memory_keys", backends, indirect=True)


@pytest.fixture
def memory_keys(request, monkeypatch) -> cast.MemoryKeys:
    keys = cast.TokenKeysInPool() if getattr(request, "param", "") == "token" else cast.MemoryKeys()
    monkeypatch.setattr(key_store, "backend", lambda: keys)
    monkeypatch.setattr(key_store, "opened", keys.open)
    known.forget()
    key_uses.tally.take()
    yield keys
    known.forget()
    key_uses.tally.take()


@pytest.fixture
def founded(db, memory_keys, key_holders, at: Moment) -> dict[str, Generation]:
    """Both authorities after their ceremonies, their first full lists published."""
    return found(at)


def found(at: Moment) -> dict[str, Generation]:
    by = cast.operator()
    made = {}
    for authority in AuthorityCode:
        text = cast.CEREMONY.format(authority=authority.value, generation=1)
        with acting(by.scope):
            made[authority.value] = services.hold_ceremony(text=text, holders=cast.HOLDERS, by=by, at=at)
    publications.publish_full(by=by, at=at)
    return made


@pytest.fixture
def resident(founded, clerk: Actor, at: Moment) -> Resident:
    return cast.resident_of(clerk, at)


@pytest.fixture
def signature(resident: Resident, clerk: Actor, at: Moment) -> Certificate:
    return cast.issued_to(resident, Kind.SIGN_CARD, by=clerk, at=at)


@pytest.fixture
def authentication(resident: Resident, clerk: Actor, at: Moment) -> Certificate:
    return cast.issued_to(resident, Kind.AUTH_CARD, by=clerk, at=at)


@pytest.fixture
def at() -> Moment:
    """A real moment of today: certificates and OCSP are held against OpenSSL's own clock."""
    from jlis.kernel.time import now

    return now()


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    return Outside(tmp_path)
