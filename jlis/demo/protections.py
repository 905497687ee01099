"""支援措置 in the demonstration: the households whose towns' books say so, in each state that a list can show."""

from collections.abc import Mapping
from datetime import timedelta
from itertools import chain, cycle

from jlis.demo.books import TownBook
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.models import Resident
from juki.services import protections
from juki.services.protections import Application

# How many days ago it was applied for: undecided, in force, soon due, and past its term while it goes on.
_AGES = (2, 40, 350, 366)
_UNDECIDED = 7
_KINDS = (("DOMESTIC_VIOLENCE", "SUPPORT_CENTRE"), ("STALKING", "POLICE"), ("CHILD_ABUSE", "CHILD_CENTRE"))


def begin(*, books: Mapping[str, TownBook], people: Mapping[str, Actor], at: Moment) -> int:
    """Take in the applications of the covered households, decide on those that are a week old; returns how many."""
    ages, kinds, offices = cycle(_AGES), cycle(_KINDS), list(books)
    count = 0
    for place, (office, book) in enumerate(books.items()):
        officer = people[f"protection-{office}"]
        elsewhere = offices[place - 1] if len(offices) > 1 else ""
        for members in _households(book, officer):
            _begin(members, next(ages), next(kinds), elsewhere, officer, at)
            count += 1
    return count


def _households(book: TownBook, officer: Actor) -> list[list[Resident]]:
    """The covered members of each household, as the register has them now."""
    found: dict[str, list[str]] = {}
    for row in book.rows.values():
        if row.protected == "1" and not row.removed_on:
            found.setdefault(row.household, []).append(row.resident_code)
    wanted = list(chain.from_iterable(found.values()))
    with acting(officer.scope):
        present = Resident.objects.filter(state="CURRENT", resident_code__in=wanted)
        here = {each.resident_code: each for each in present}
    known = ([here[code] for code in codes if code in here] for codes in found.values())
    return [members for members in known if members]


def _begin(
    members: list[Resident], age: int, kind: tuple[str, str], elsewhere: str, officer: Actor, at: Moment
) -> None:
    applied_at = Moment.of(at.day - timedelta(days=age))
    applicant, *others = members
    application = Application(
        kind=kind[0],
        opinion=kind[1],
        applied_on=applied_at.day,
        honseki=elsewhere,
        member_codes=tuple(each.resident_code for each in others),
    )
    with acting(officer.scope):
        measure = protections.apply(applicant=applicant.pk, application=application, by=officer, at=applied_at)
        if age > _UNDECIDED:
            protections.decide(measure=measure.pk, decided_on=applied_at.day, by=officer, at=applied_at)
