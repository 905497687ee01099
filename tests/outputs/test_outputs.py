"""J11: the address of somebody whom a 支援措置 covers leaves by none of the ways out, to nobody not entitled.

Each driver is first run before the measure and must bring the address out, so that its silence afterwards means
something; what was made before the measure (a paper, a file, a kiosk's session) is asked for once more after it.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from jlis.kernel.isolation import scope as isolation
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.outputs import Treatment, Way, declared
from jlis.kernel.time import now
from jpki.gateways import key_store
from jpki.selectors import authorities
from jpki.services import authorities as ceremonies
from juki.choices import ProtectionState
from juki.models import Discrepancy, Notification, ProtectionMeasure
from tests.conftest import CHIYODA, SHINJUKU
from tests.jpki import cast as jpki_cast
from tests.jpki.conftest import found
from tests.juki.protection import MARKER, ended
from tests.mynacard import cast
from tests.outputs import drivers, town_drivers  # noqa: F401 - they fill the table
from tests.outputs.driving import DRIVERS
from tests.outputs.stage import Stage, built, everything_left, told_elsewhere, town_traces, traces
from tests.outputs.visiting import addresses, opens
from tests.test_taste import wanted_permissions

pytestmark = pytest.mark.django_db
BORN = {"born_from": "1980-02-17", "born_to": "1980-02-17"}
# Who works elsewhere than in the person's town.
OUTSIDE = (
    "prefecture", "approver", "card", "maker", "jpki", "desk", "bcl", "konbini", "founder", "auditor",
)  # fmt: skip
SETTINGS = {
    "JLIS_CARD_TERMINAL": "tests.mynacard.cast.MemoryTerminal",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


@pytest.fixture(scope="module")
def whole_stage(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Stage]:
    """Built once; what a test does to it is rolled back with the test."""
    folder = tmp_path_factory.mktemp("ways-out")
    keys = jpki_cast.MemoryKeys()
    holders = {"sato": jpki_cast.operator(2), "suzuki": jpki_cast.operator(3)}
    with pytest.MonkeyPatch.context() as patch, override_settings(**SETTINGS), django_db_blocker.unblock():
        patch.setattr(key_store, "backend", lambda: keys)
        patch.setattr(key_store, "opened", keys.open)
        patch.setattr("konbini.policies.is_open", lambda *_: True)
        cast.MemoryTerminal.chips, cast.MemoryTerminal.fails_at = {}, ""
        authorities.forget()
        with transaction.atomic():
            with pytest.MonkeyPatch.context() as ceremony:
                ceremony.setattr(ceremonies, "actor_named", holders.__getitem__)
                found(now())
            yield built(now(), folder)
            isolation.enter(None)
            transaction.set_rollback(True)
        authorities.forget()


@pytest.fixture
def stage(whole_stage: Stage, tmp_path) -> Stage:
    browser = whole_stage.clients | {"kiosk": Client(raise_request_exception=False)}
    return replace(whole_stage, folder=tmp_path, drawn=[], clients=browser)


def cached() -> bytes:
    """All that lies in the cache's server: keys and values."""
    server = caches["default"]._cache.get_client()  # type: ignore[attr-defined]
    return b"\n".join(key + (server.dump(key) or b"") for key in server.scan_iter())


@pytest.mark.parametrize(("way", "name"), sorted(DRIVERS), ids=lambda part: str(part))
def test_the_address_leaves_by_law_alone(stage, way: Way, name: str, caplog):
    driver = DRIVERS[way, name]
    assert traces(everything_left(driver(stage))), "the driver brings nothing out: its silence would prove nothing"
    stage.cover()
    caplog.set_level(logging.DEBUG)

    outcomes = list(driver(stage))

    left = everything_left(outcomes)
    by_law = declared()[way, name].treatment is Treatment.BY_LAW
    assert bool(traces(left)) == by_law, traces(left)
    assert bool(told_elsewhere(outcomes)) == by_law, told_elsewhere(outcomes)
    assert traces(caplog.text.encode()) == []
    assert traces(cached()) == []


def without_address(*kinds: Way) -> list[str]:
    ways = declared().values()
    return sorted(each.name for each in ways if each.way in kinds and each.treatment is Treatment.NO_ADDRESS)


def client_for(stage: Stage, view: Any) -> Client:
    """Somebody whose duties open the view; the first who may."""
    wanted = wanted_permissions(view)
    for name, client in stage.clients.items():
        if "*" in wanted or wanted & stage.permissions.get(name, frozenset()):
            return client
    return stage.clients["kiosk"]


def values(stage: Stage, measure: UUID) -> dict[str, object]:
    """What stands in addresses, by the name of its place."""
    with acting(stage.clerk.scope):
        notification = Notification.objects.filter(resident=stage.resident.pk).first()
        discrepancy = Discrepancy.objects.first()
    return {
        "resident": stage.resident.pk, "measure": measure, "notification": notification.pk if notification else measure,
        "discrepancy": discrepancy.pk if discrepancy else 1, "card": stage.card.pk, "lot": stage.ordered_card.lot_id,
        "shipment": stage.stored_card.shipment_id or 1, "application": stage.card.application_id, "office": CHIYODA,
        "municipality": CHIYODA, "authority": "sign", "generation": 1, "kind": "RESIDENCE_RECORD", "notice": 1,
        "device": 1,
        "verb": "confirm", "reason": "M02", "certificate": 1, "card_number": stage.card.card_number, "encoded": "x",
    }  # fmt: skip


@pytest.mark.parametrize("way", [Way.SCREEN, Way.REST])
def test_what_is_said_to_hold_no_address_shows_none(stage, way):
    """Each is opened, and sent to, by somebody whose duties allow it."""
    given = values(stage, stage.cover())
    wanted = without_address(way)
    leaking = {}
    for name, view, url in addresses(given, given["measure"]):
        if name not in wanted:
            continue
        client = client_for(stage, view)
        left = [client.get(url), client.post(url)] + ([stage.systems["town"].get(url)] if way is Way.REST else [])
        leaking |= {name: found} if (found := traces(everything_left(left))) else {}
    assert leaking == {}


def naming(stage: Stage, given: dict[str, object], *who: str) -> dict[tuple[str, str], list[str]]:
    """The pages, as these see them, that name both the person and the town."""
    person = ("髙﨑", stage.resident.resident_code, str(stage.resident.pk))
    found = {}
    for name, view, url in addresses(given, given["measure"]):
        for one in who:
            if opens(view, stage.permissions[one]):
                left = everything_left([stage.clients[one].get(url)])
                if (town := town_traces(left)) and town_traces(left + url.encode(), person):
                    found[one, name] = town
    return found


def test_no_page_tells_those_outside_whose_town_it_is(stage):
    """Prefecture and centres open all that their duties open, with the person's own things in the address."""
    given = values(stage, stage.cover())
    assert ("chief", "juki_resident") in naming(stage, given, "chief"), "the pages name nobody: silence proves nothing"
    assert naming(stage, given, *OUTSIDE) == {}


def test_registers_list_nobody(stage):
    stage.cover()
    for name in without_address(Way.REGISTER):
        answer = stage.clients["founder"].get(reverse(f"admin:{name}_changelist"), {"q": MARKER})
        assert answer.status_code == 200
        # The search's own field repeats what was typed.
        assert traces(answer.content.replace(f'value="{MARKER}"'.encode(), b"")) == []


def test_commands_that_look_at_everything_tell_no_address(stage):
    stage.cover()
    words = StringIO()
    for command in ("reconcile", "audit_verify"):
        try:
            call_command(command, stdout=words, stderr=words)
        except CommandError as error:  # the stage is no whole house: what is said of it is what counts
            words.write(str(error))
    # The copy lacks three of the four: what does not agree is listed.
    assert "bcl.copy_131016" in words.getvalue()
    assert traces(words.getvalue().encode()) == []


def test_a_count_does_not_tell_either(stage):
    """By the address nobody is found, nobody is counted, and nobody is said to have been delivered."""
    asked = {"purpose": "JUKI-COUNTER", "fields": ["birth_date"], "items": {"address": MARKER, "sex": "M"}}
    stage.cover()
    answer = stage.systems["town"].post("/api/v1/juki/queries", asked)
    assert (answer.json()["result"], answer.headers["X-Delivered-Count"]) == ("NOT_FOUND", "0")


def test_a_file_of_one_town_does_not_tell_the_town_by_the_row_itself(stage):
    """Nobody of the covered household is in it, whatever their cells hold; in the whole prefecture's they are."""
    codes = [each.resident_code.encode() for each in (stage.resident, *stage.others)]
    items = {"items": ["resident_code"]}

    def told(**limits: object) -> list[bytes]:
        found = drivers.drawn(stage, **items, **limits).folder().joinpath("result.csv").read_bytes()
        return [code for code in codes if code in found]

    assert told(municipalities=[CHIYODA]) == codes
    stage.cover()
    assert told(municipalities=[CHIYODA]) == []
    assert told() == codes


def test_nothing_said_of_files_drawn_town_by_town_tells_the_town(stage):
    """Whoever looks for somebody by their birth date finds their town before the measure, and hears no more after."""

    def told() -> list[object]:
        runs = [drivers.drawn(stage, municipalities=[town], **BORN) for town in (CHIYODA, SHINJUKU)]
        files = [[path.read_bytes() for path in sorted(run.folder().iterdir())] for run in runs]
        return [(run.summary, content) for run, content in zip(runs, files, strict=True)]

    own, other = told()
    assert own != other
    stage.cover()
    own, other = told()
    assert own == other


def test_after_the_end_it_is_an_address_like_any_other(stage):
    measure = stage.cover()
    with acting(REGISTRY):
        row = ProtectionMeasure.objects.get(pk=measure)
    ended(row, stage.at)
    with acting(REGISTRY):
        assert ProtectionMeasure.objects.get(pk=measure).state == ProtectionState.ENDED
    assert traces(everything_left(DRIVERS[Way.SCREEN, "juki_resident"](stage)))
