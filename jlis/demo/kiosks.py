"""A store operator, its kiosk on this screen, and the towns that take part."""

import json
from pathlib import Path

from jlis.kernel.actors import Actor
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.services import bodies
from jlis.kernel.time import Moment
from konbini.choices import CertificateKind
from konbini.services import participants

OPERATOR = "DEMO-STORE"
KIOSK = "DEMO-0001"
FEE_YEN = 300


def open_stores(*, masters: Actor, centre: Actor, at: Moment) -> None:
    """The operator and its kiosk."""
    bodies.enter(code=OPERATOR, name="実演ストア", kind=OrganisationKind.OPERATOR, by=masters)
    participants.register_operator(organisation=OPERATOR, by=centre, at=at)
    participants.register_kiosk(
        code=KIOSK, operator=OPERATOR, store="実演ストア 画面店", prefecture=13, in_browser=True, by=centre, at=at
    )


def enter_towns(*, towns: tuple[str, ...], folder: Path, centre: Actor, at: Moment) -> None:
    """Each town with the one certificate of the day; a town with a server of its own is asked there."""
    for town in towns:
        written = folder / "town" / f"{town}.json"
        server = json.loads(written.read_text(encoding="utf-8")) if written.exists() else None
        participants.enter_town(
            office=town,
            fees={CertificateKind.RESIDENCE_RECORD: FEE_YEN},
            server=(server["url"], server["secret"]) if server else None,
            # A demonstration is looked at whenever somebody has time for it.
            hours=participants.ALL_DAY,
            through_new_year=True,
            by=centre,
            at=at,
        )
