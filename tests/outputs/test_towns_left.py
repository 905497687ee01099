"""J11: which town somebody covered has moved to is told to the town that they left, by law, and to no town before it.

They lived in Tsurumi, were covered in Shinjuku, and went on to Chiyoda. Each town's people open every page and ask by
REST for all that a town's system may ask for.
"""

from typing import Any

import pytest
from django.test import Client

from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.people.permissions import permissions_of
from juki.models import MoveOut, ProtectionMeasure, Resident, TownMessage
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, actor
from tests.jpki.people import account, sign_in
from tests.juki.caller import registered
from tests.juki.factories import HOMES, with_codes
from tests.juki.protection import applied
from tests.juki.towns import arrives, leaves, living
from tests.outputs.stage import everything_left, town_traces
from tests.outputs.visiting import addresses, opens

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords")]
# 法9条1項 has the town that was left told where the record stands now.
BY_LAW = {"juki_town_messages", "juki_town_message", "api_town_message_box", "api_town_message"}
# An example in a help text; the description of the interface.
NAMED_ANYWAY = {"juki_town_desk", "bcl_apply", "bcl_signatory", "schema", "api_docs"}
SYSTEM = ("juki.query", "juki.notify", "juki.see_town_messages", "juki.keep_move_outs", "juki.receive_numbers")


@pytest.fixture
def moved_on(at) -> Resident:
    """Somebody who is covered while they live in Shinjuku, and moves."""
    tsurumi, shinjuku, chiyoda = (actor(town, "SUPERVISOR") for town in (TSURUMI, SHINJUKU, CHIYODA))
    for town in (tsurumi, shinjuku, chiyoda):
        with_codes(town, at, size=5)
    resident = living(tsurumi, at)
    leaves(resident, by=tsurumi, at=at)
    arrives(resident, by=shinjuku, at=at)
    with acting(REGISTRY):
        resident.refresh_from_db()
    applied(resident, at)
    leaves(resident, by=shinjuku, at=at)
    arrives(resident, by=chiyoda, at=at, address=HOMES[CHIYODA])
    return resident


def own_things(town: str, resident: Resident) -> dict[str, Any]:
    """What a town has of the person, by the name of its place in an address."""
    with acting(REGISTRY):
        return {
            "resident": resident.pk,
            "version": {TSURUMI: 2, SHINJUKU: 4}[town],
            "message": TownMessage.objects.filter(receiver=town).get().pk,
            "measure": ProtectionMeasure.objects.get(office=town).pk,
            "move_out": MoveOut.objects.get(office=town).pk,
            "reason": "M02", "verb": "settle", "office": town, "municipality": town, "kind": "RESIDENCE_RECORD",
            "authority": "sign", "generation": 1, "card_number": "x", "encoded": "x",
        }  # fmt: skip


def telling(town: str, resident: Resident, at: Any) -> set[str]:
    """The pages and endpoints by which a town hears of Chiyoda."""
    given, system = own_things(town, resident), registered(town, *SYSTEM, at=at)
    duties = ("SUPERVISOR", "PROTECTION_OFFICER")
    account(f"all-{town}", town, *duties, at=at)
    client = sign_in(Client(raise_request_exception=False), f"all-{town}")
    session = client.session
    session["juki_purpose"] = "JUKI-COUNTER"
    session.save()
    found = set()
    for name, view, url in addresses(given, resident.pk):
        is_rest = hasattr(view, "cls")
        if name not in NAMED_ANYWAY and (is_rest or opens(view, permissions_of(duties))):
            left = everything_left([system.get(url) if is_rest else client.get(url)])
            found |= {name} if town_traces(left) else set()
    return found


def test_the_town_that_was_left_is_told_by_law_and_shows_it_nowhere_else(moved_on, at):
    assert telling(SHINJUKU, moved_on, at) == BY_LAW


def test_the_town_that_was_left_before_hears_nothing_of_it(moved_on, at):
    assert telling(TSURUMI, moved_on, at) == set()
