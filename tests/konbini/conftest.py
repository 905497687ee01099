from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.services import bodies
from jlis.kernel.time import Moment
from juki.models import Resident
from konbini.choices import CertificateKind
from konbini.gateways import issuers
from konbini.services import participants
from mynacard.selectors import cards
from tests.conftest import CHIYODA, actor, client_of
from tests.jpki import cast
from tests.jpki.conftest import founded, key_holders, memory_keys  # noqa: F401
from tests.konbini.town import OPERATOR, Card, Town, card_of


@pytest.fixture
def at() -> Moment:
    """The last noon in Tokyo, when kiosks serve; certificates of then are good by the clock as well."""
    present = datetime.now(UTC)
    noon = present.replace(hour=3, minute=0, second=0, microsecond=0)
    return Moment.of(noon if noon <= present else noon - timedelta(days=1))


@pytest.fixture
def centre() -> Actor:
    """The officer of the certificate centre."""
    return actor("JLIS-KONBINI", "KONBINI_OPERATOR", kind="JLIS")


@pytest.fixture
def store(db, centre: Actor, at: Moment) -> Actor:
    """The system of a store operator with two kiosks."""
    masters = actor("JLIS-JUKI", "REGISTRY_OPERATOR", kind="JLIS")
    for code in (OPERATOR, "OTHER-STORE"):
        # A transactional test leaves the lists of bodies as they are.
        with suppress(Conflict):
            bodies.enter(code=code, name=f"{code} 株式会社", kind=OrganisationKind.OPERATOR, by=masters)
        participants.register_operator(organisation=code, by=centre, at=at)
    for code in ("K0001", "K0002"):
        participants.register_kiosk(code=code, operator=OPERATOR, store="北店", prefecture=13, by=centre, at=at)
    return client_of(OPERATOR, "konbini.relay", kind="OPERATOR")


@pytest.fixture
def chiyoda(store: Actor, centre: Actor, at: Moment, monkeypatch) -> Town:
    """Chiyoda takes part, and a town of the test's own makes its papers; every card that is shown is live."""
    fees = {CertificateKind.RESIDENCE_RECORD: 300}
    participants.enter_town(office=CHIYODA, fees=fees, by=centre, at=at)
    played = Town()
    monkeypatch.setattr(issuers, "of_town", lambda *_args, **_keywords: played)
    monkeypatch.setattr(cards, "card_of_certificate", lambda _id, *, at: SimpleNamespace(usable=True))
    return played


@pytest.fixture
def resident(founded, clerk: Actor, at: Moment) -> Resident:  # noqa: F811
    return cast.resident_of(clerk, at, name="𠮷田　花子", name_kana="ヨシダ　ハナコ")


@pytest.fixture
def card(resident: Resident, clerk: Actor, at: Moment) -> Card:
    return card_of(resident, by=clerk, at=at)
