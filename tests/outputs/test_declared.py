"""J11: no way out of the house that nobody has declared, and none declared that nobody drives."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import get_resolver

from jlis.kernel.jobs.kinds import kinds
from jlis.kernel.outputs import TREATMENT_LABELS, Output, Treatment, Way, _enter, declared
from tests.outputs import drivers, town_drivers  # noqa: F401 - they fill the table
from tests.outputs.driving import DRIVERS
from tests.test_taste import JAPANESE, ROOMS, our_commands, routes


def ways() -> Iterator[tuple[Way, str]]:
    """Everything that there is: URLs, kinds of jobs, commands, forms of paper, registers."""
    for namespace, route in routes(get_resolver()):
        if namespace != "admin":
            is_rest = hasattr(route.callback, "cls") or route.name in ("token", "schema", "api_docs")
            yield (Way.REST if is_rest else Way.SCREEN), route.name
    for kind in kinds():
        yield Way.JOB, kind
    for command in our_commands():
        yield Way.COMMAND, command
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room / "pdf").glob("*.py"):
            if path.stem != "__init__":
                yield Way.PAPER, f"{room}.pdf.{path.stem}"
    for model in admin.site._registry:
        yield Way.REGISTER, model._meta.label_lower.replace(".", "_")


def test_every_way_out_is_declared_and_none_that_is_not_there():
    there = set(ways())
    listed = {way for way in declared() if way[0] is not Way.CARD}
    assert sorted(there - listed) == [], "declare these in the room's outputs.py: what do they do for the covered?"
    assert sorted(listed - there) == []


def test_every_way_that_could_carry_an_address_has_a_driver():
    undriven = (Treatment.NO_ADDRESS, Treatment.KEPT)
    wanted = {way for way, output in declared().items() if output.treatment not in undriven}
    assert wanted == set(DRIVERS)


def test_only_backups_are_copies_of_the_whole_house():
    kept = {name for (_, name), output in declared().items() if output.treatment is Treatment.KEPT}
    assert kept == {"backup", "restore"}


def test_each_has_a_label_for_people():
    assert [way for way, output in declared().items() if not JAPANESE.search(output.label)] == []
    assert TREATMENT_LABELS.keys() == set(Treatment)


def test_one_way_is_not_declared_two_ways():
    with pytest.raises(ValueError, match="twice"):
        _enter(Output(Way.SCREEN, "juki_search", "検索", Treatment.NO_ADDRESS))


# Where an act carries the address of somebody covered: by law, after two people's leave, or to compare two of ours.
CARRIES = {
    "jpki/services/issuing.py", "juki/services/answering.py", "juki/services/unlocking.py", "juki/web/move_outs.py",
    "mynacard/services/forms.py",
    "mynacard/services/holders.py", "mynacard/services/making.py",
}  # fmt: skip


def test_the_address_of_the_covered_is_asked_for_in_known_places_alone():
    root = Path(settings.BASE_DIR)
    asking = {
        path.relative_to(root).as_posix()
        for room in ROOMS
        for path in (root / room).rglob("*.py")
        if "with_protected_address=True" in path.read_text("utf-8")
    }
    assert asking == CARRIES
