"""The towns' copies in the demonstration: loaded a year ago, followed by the year's differences.

The second town has no copy: a server of its own answers for it (`jlis/demo/town_server`).
"""

from collections.abc import Mapping
from pathlib import Path

from bcl.domain.participation import Pattern
from bcl.services import differences, loading, participations
from jlis.demo.books import TownBook
from jlis.demo.town_server import register
from jlis.demo.town_server.register import Town
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.models import Resident

OWN_SERVER = 1
# Made-up names: nobody of them holds or held the office.
_MAYORS = ("見本　太郎", "実演　花子", "架空　一郎")


def begin(
    *, books: Mapping[str, TownBook], people: Mapping[str, Actor], folder: Path, at: Moment
) -> dict[str, TownBook]:
    """Let all towns but the second take part and load their copies; returns the books of those."""
    own = list(books)[OWN_SERVER] if len(books) > OWN_SERVER else ""
    taking_part = {office: book for office, book in books.items() if office != own}
    for office, book in taking_part.items():
        chief = people[f"chief-{office}"]
        _take_part(office, chief, people["operator-jlis-bcl"], at)
        path = folder / f"copy-{office}.csv"
        path.write_bytes(book.copy_csv())
        loaded = loading.load_file(path=path, office=office, by=chief, at=at)
        if loaded.rejects:
            raise RuntimeError(f"実演の副本が登録できません: {loaded.rejects[0]}")
    return taking_part


def follow(*, books: Mapping[str, TownBook], people: Mapping[str, Actor], at: Moment) -> None:
    """Send each town's changes as its system would, a thousand a call."""
    for office, book in books.items():
        by, told = people[f"chief-{office}"], book.differences()
        for start in range(0, len(told), differences.LARGEST_CALL):
            some = told[start : start + differences.LARGEST_CALL]
            with acting(by.scope):
                differences.receive(differences=some, office=office, by=by, at=at, channel="REST")


def open_town_server(*, books: Mapping[str, TownBook], people: Mapping[str, Actor], folder: Path) -> None:
    """Write the register of the town that has a server of its own, and the secret by which it knows its callers."""
    if len(books) <= OWN_SERVER:
        return
    office, book = list(books.items())[OWN_SERVER]
    with acting(people[f"chief-{office}"].scope):
        borne = dict(Resident.objects.values_list("resident_code", "pk"))
    rows = {borne[row.resident_code]: row for row in book.rows.values() if row.resident_code in borne}
    register.write(folder / "town", office, signatory(office), rows)


def signatory(office: str) -> Town:
    """A town's name as papers begin, its mayor's wording and the words of the seal; the mayor's name is made up."""
    with acting(SYSTEM):
        title, town = municipalities.address_of(office), municipalities.municipality(office)
    own_name = town.official_name.removeprefix(town.city.official_name if town.city else "")
    return Town(title, f"{title}長　{_MAYORS[int(office) % len(_MAYORS)]}", f"{own_name}長")


def _take_part(office: str, chief: Actor, operator: Actor, at: Moment) -> None:
    signs = signatory(office)
    participations.apply(office=office, pattern=Pattern.LINE, mayor=signs.mayor, seal=signs.seal, by=chief, at=at)
    for verb in ("accept", "start"):
        participations.move(office=office, verb=verb, by=operator, at=at)
