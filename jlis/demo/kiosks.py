"""A store operator, its kiosk on this screen, the towns that take part, and one whole life through all of it."""

import socket
from collections.abc import Mapping
from pathlib import Path

from bcl.models import CopyStream
from jlis.demo.accounts import Office
from jlis.demo.life import Life, lived
from jlis.demo.town_server import register
from jlis.kernel.actors import Actor, ActorKind, system_actor
from jlis.kernel.isolation.scope import BCL, KONBINI, PUBLIC, acting
from jlis.kernel.organisations.choices import OrganisationKind
from jlis.kernel.organisations.services import bodies
from jlis.kernel.time import Moment
from konbini.choices import CertificateKind
from konbini.services import participants

OPERATOR = "DEMO-STORE"
KIOSK = "DEMO-0001"
FEE_YEN = 300
_HOST = "http://127.0.0.1"


def open_for_business(
    *, office: Office, people: Mapping[str, Actor], towns: tuple[str, ...], folder: Path, at: Moment
) -> None:
    """The operator with its kiosk and system, the towns with their menus, and somebody who used it all her life."""
    centre = people["operator-jlis-konbini"]
    bodies.enter(code=OPERATOR, name="実演ストア", kind=OrganisationKind.OPERATOR, by=people["operator-jlis-juki"])
    office.connect("キオスク端末センター", OPERATOR, "konbini.relay")
    began = Moment.of(at.day.replace(year=at.day.year - 1, day=1))
    participants.register_operator(organisation=OPERATOR, by=centre, at=began)
    participants.register_kiosk(
        code=KIOSK, operator=OPERATOR, store="実演ストア 画面店", prefecture=13, in_browser=True, by=centre, at=began
    )
    for town in towns:
        _enter(town, folder / "town", centre, began)
    _tell_a_life(people, towns[0], at)


def tell_where(*, office: str, url: str, at: Moment) -> None:
    """A town's own server came up: the centre asks it there."""
    by = system_actor("demo.town_server", KONBINI, permissions=frozenset({"konbini.edit_participants"}))
    participants.move_server(office=office, url=url, by=by, at=at)


def _enter(town: str, folder: Path, centre: Actor, at: Moment) -> None:
    participants.enter_town(
        office=town,
        fees={CertificateKind.RESIDENCE_RECORD: FEE_YEN},
        server=_server_of(town, folder),
        # A demonstration is looked at whenever somebody has time for it.
        hours=participants.ALL_DAY,
        through_new_year=True,
        by=centre,
        at=at,
    )


def _server_of(town: str, folder: Path) -> tuple[str, str] | None:
    """Address and secret of the town that keeps no copy in the cloud; the address is told anew when it starts."""
    if not register.register_of(folder, town).exists():
        return None
    known = register.announced(folder, town)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = known["url"] or f"{_HOST}:{listener.getsockname()[1]}"
    register.announce(folder, town, url=url, secret=known["secret"])
    return url, known["secret"]


def _tell_a_life(people: Mapping[str, Actor], town: str, at: Moment) -> None:
    with acting(BCL):
        through = CopyStream.objects.get(pk=town).through
    store = Actor(ActorKind.CLIENT, KIOSK, KIOSK, OPERATOR, PUBLIC, frozenset(), frozenset({"konbini.relay"}))
    parts = {
        "clerk": people[f"chief-{town}"],
        "cards": people["operator-jlis-card"],
        "maker": people["maker-jlis-card"],
        "store": store,
    }
    lived(Life(people=parts, kiosk=KIOSK, first_sequence=through + 1), at=at)
