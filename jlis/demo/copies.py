"""The towns' copies in the demonstration: loaded a year ago, followed by the year's differences.

The second town has no copy: a server of its own answers for it (`jlis/demo/town_server`).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bcl.domain.participation import Pattern
from bcl.services import differences, loading, participations
from jlis.demo.accounts import SystemClient
from jlis.demo.books import TownBook
from jlis.demo.town_server import register
from jlis.demo.town_server.register import Town
from jlis.kernel.actors import Actor, system_actor
from jlis.kernel.isolation.scope import SYSTEM, Scope, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.domain.consistency import Record, TownSide
from juki.models import ConsistencyCheck, Resident
from juki.services import consistency
from juki.services.codes import with_check_digit

OWN_SERVER = 1
_COMPARING = frozenset({"juki.check_consistency"})
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


def open_town_server(
    *, books: Mapping[str, TownBook], people: Mapping[str, Actor], systems: Mapping[str, SystemClient], folder: Path
) -> None:
    """Write the register of the town that has a server of its own, and the secrets of its callers and its own."""
    if len(books) <= OWN_SERVER:
        return
    office, book = list(books.items())[OWN_SERVER]
    with acting(people[f"chief-{office}"].scope):
        borne = dict(Resident.objects.values_list("resident_code", "pk"))
    rows = {borne[row.resident_code]: row for row in book.rows.values() if row.resident_code in borne}
    register.write(folder / "town", office, signatory(office), rows)
    own = systems[office]
    register.write_private(
        folder / "town" / f"{office}.client.json", {"client_id": own.client_id, "client_secret": own.client_secret}
    )
    register.write_notified(register.register_of(folder / "town", office), _a_little_astray(book))


def compare(*, books: Mapping[str, TownBook], folder: Path, at: Moment) -> None:
    """Each town's first 整合性確認: those with a copy agree, the one with a server of its own is a little astray."""
    for office, book in books.items():
        own = register.register_of(folder / "town", office)
        records = book.notified()
        if own.exists():
            with register.opened(own) as database:
                records = register.notified(database)
        by = system_actor("demo.town", Scope("jlis_municipal", office), permissions=_COMPARING)
        lead(TownSide(records), office=office, by=replace(by, organisation=office), at=at)


def lead(side: TownSide, *, office: str, by: Actor, at: Moment) -> ConsistencyCheck:
    """A whole check, step by step, as a town's system leads it over the line."""
    step = consistency.start(office=office, told=side.opening(), by=by, at=at)
    while step.question is not None:
        told = side.answer(step.question)
        step = consistency.answer(check_id=step.check.pk, step=step.check.step, told=told, by=by, at=at)
    return step.check


def _a_little_astray(book: TownBook) -> dict[str, Record]:
    """What the town holds, but for three residents of whom a notice was forgotten on one side or the other."""
    records = book.notified()
    gone, moved, unknown = sorted(records)[:3]
    records[moved] = {**records[moved], "address": f"{records[moved]['address']}　別館"}
    records[with_check_digit(unknown[9::-1])] = records[unknown]
    del records[gone]
    return records


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
