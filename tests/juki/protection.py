"""Somebody covered, for the tests: registered in Chiyoda at an address that is nowhere else, and applied for."""

from datetime import date
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.models import ProtectedResident, ProtectionMeasure, Resident
from juki.services import protections
from juki.services.protections import Application
from tests.conftest import CHIYODA, actor
from tests.juki.factories import grown, tell, with_codes

# A house number that nobody else has: wherever it turns up, it came from the covered person's record.
MARKER = "霞マーカー九八七六号"
SECRET = f"東京都千代田区霞が関三丁目{MARKER}"


def officer(office: str = CHIYODA, number: int = 5) -> Actor:
    """Who handles 支援措置 in a town."""
    return actor(office, "PROTECTION_OFFICER", number=number)


def chief(office: str = CHIYODA, number: int = 6) -> Actor:
    """The second person."""
    return actor(office, "SUPERVISOR", number=number)


def registered(by: Actor, at: Moment, **changes: Any) -> Resident:
    """Somebody at the secret address, not covered yet."""
    with_codes(by, at, size=5)
    (taken,) = tell(grown(address=SECRET) | changes, by=by, at=at)
    with acting(REGISTRY):
        return Resident.objects.get(resident_code=taken.resident_code)


def application(**changes: Any) -> Application:
    """An application for domestic violence, the police heard."""
    return Application(**{"kind": "DOMESTIC_VIOLENCE", "opinion": "POLICE", "applied_on": date(2026, 11, 20)} | changes)


def applied(resident: Resident, at: Moment, *, by: Actor | None = None, **changes: Any) -> ProtectionMeasure:
    """The measure of somebody, provisional."""
    by = by or officer(resident.office)
    with acting(by.scope):
        return protections.apply(applicant=resident.pk, application=application(**changes), by=by, at=at)


def ended(measure: ProtectionMeasure, at: Moment) -> None:
    """Ended by two."""
    asks, approves = officer(measure.office), chief(measure.office)
    with acting(asks.scope):
        protections.ask_end(measure=measure.pk, reason="本人の申出", by=asks, at=at)
        protections.end(measure=measure.pk, by=approves, at=at)


def covered_now() -> set:
    """The table of the covered, read as the registry."""
    with acting(REGISTRY):
        return set(ProtectedResident.objects.values_list("resident", flat=True))


def copies(measure: ProtectionMeasure) -> dict[str, tuple[str, str]]:
    """Each town's copy: its place and state."""
    with acting(REGISTRY):
        rows = ProtectionMeasure.objects.filter(case=measure.case)
        return {row.office: (row.place, row.state) for row in rows}
