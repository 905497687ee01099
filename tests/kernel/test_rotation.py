"""The data key changes: everything is sealed anew, opens as before, and a killed run goes on where it was."""

import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField

from jlis.kernel import rotation
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import NUMBERS, SYSTEM, acting
from jlis.kernel.vault import sealing
from jlis.kernel.vault.models import DataKey
from juki.models import IndividualNumber
from juki.services import numbers
from tests.conftest import actor
from tests.jpki.people import account
from tests.juki.factories import change, grown, tell, with_codes

pytestmark = pytest.mark.django_db
COLUMN = "juki.individualnumber.sealed"


@pytest.fixture(autouse=True)
def _keys_of_this_database_alone():
    yield
    sealing.forget_keys()


@pytest.fixture
def administrator():
    return actor("JLIS", "SYSTEM_ADMINISTRATOR", kind="JLIS")


@pytest.fixture
def numbered(clerk, at) -> dict:
    """Seven residents' present numbers; an eighth number is history."""
    with_codes(clerk, at)
    first, *_ = tell(*(grown(name=f"見本　{n}郎", name_kana="ミホン　ロウ") for n in range(7)), by=clerk, at=at)
    tell(change("M05", first.resident_code), by=clerk, at=at)
    return known()


def known() -> dict:
    """Each resident's present number, opened."""
    with acting(NUMBERS):
        return numbers.open_numbers(list(IndividualNumber.objects.values_list("resident", flat=True).distinct()))


def sealed() -> dict[int, bytes]:
    with acting(NUMBERS):
        return {pk: bytes(value) for pk, value in IndividualNumber.objects.values_list("pk", "sealed")}


def keys_of(values: dict[int, bytes]) -> set[int]:
    return {int.from_bytes(value[:2], "big") for value in values.values()}


def entries(action: str) -> list[dict]:
    with acting(SYSTEM):
        return list(AuditEntry.objects.filter(action=action).order_by("at").values_list("detail", flat=True))


def test_everything_is_sealed_anew_and_opens_as_before(numbered, administrator, at):
    before = sealed()
    with acting(NUMBERS):
        indexes = dict(IndividualNumber.objects.values_list("pk", "index"))
    done = rotation.rotate(by=administrator, at=at)
    assert keys_of(before) != keys_of(sealed()) == {done.key}
    assert done.values[COLUMN] == 8, "history too"
    assert known() == numbered
    with acting(NUMBERS):
        assert dict(IndividualNumber.objects.values_list("pk", "index")) == indexes
        assert all(numbers.resident_with(number) == resident for resident, number in numbered.items())


def test_key_and_batches_are_written_down(numbered, administrator, at, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)
    seen = []
    done = rotation.rotate(by=administrator, at=at, on_progress=lambda *told: seen.append(told))
    assert seen == [(COLUMN, 3, 8), (COLUMN, 6, 8), (COLUMN, 8, 8)]
    assert entries("vault.key_made") == [{"key": done.key}]
    assert entries("vault.resealed") == [{"column": COLUMN, "key": done.key, "count": n} for n in (3, 3, 2)]


def test_a_killed_run_is_resumed_and_does_nothing_twice(numbered, administrator, at, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 3)

    def killed(name: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(by=administrator, at=at, on_progress=killed)
    key, half = sealing.active_key_number(), sealed()
    already = {pk: value for pk, value in half.items() if value[:2] == key.to_bytes(2, "big")}
    assert len(already) == 3

    done = rotation.rotate(by=administrator, at=at, resume=True)
    after = sealed()
    assert (done.key, done.values[COLUMN], keys_of(after)) == (key, 5, {key})
    assert already.items() <= after.items(), "what was sealed anew is left as it was"
    assert rotation.rotate(by=administrator, at=at, resume=True).values[COLUMN] == 0
    assert known() == numbered
    assert sum(entry["count"] for entry in entries("vault.resealed")) == 8
    assert len(entries("vault.key_made")) == 1


def test_a_batch_and_its_entry_stand_or_fall_together(numbered, administrator, at, monkeypatch):
    rotation.rotate(by=administrator, at=at)
    before, record = sealed(), rotation.audit.record

    def broken(**entry):
        if entry["action"] == "vault.resealed":
            raise RuntimeError("killed before the commit")
        return record(**entry)

    monkeypatch.setattr(rotation.audit, "record", broken)
    with pytest.raises(RuntimeError):
        rotation.rotate(by=administrator, at=at)
    assert sealed() == before


def test_an_altered_value_is_named_and_left_and_the_others_go_on(numbered, administrator, at):
    with acting(NUMBERS):
        victim = IndividualNumber.objects.order_by("pk")[2]
        spoiled = bytes(victim.sealed)[:-1] + bytes([bytes(victim.sealed)[-1] ^ 1])
        IndividualNumber.objects.filter(pk=victim.pk).update(sealed=spoiled)
    done = rotation.rotate(by=administrator, at=at)
    assert done.faults == [f"{COLUMN} {victim.pk}"]
    assert done.values[COLUMN] == 7
    assert sealed()[victim.pk] == spoiled


def test_it_takes_the_permission(numbered, clerk, at):
    before = sealed()
    with pytest.raises(Forbidden):
        rotation.rotate(by=clerk, at=at)
    assert sealed() == before


def test_every_column_that_holds_a_sealed_value_is_known_to_the_rotation():
    held = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, BinaryField) and field.name == "sealed"
    }
    assert {column.name for column in rotation.columns()} == held


def test_the_command_tells_key_and_counts(numbered, at, capsys):
    account("anybody", "JLIS", at=at)
    with acting(SYSTEM):
        former = DataKey.objects.get(is_active=True).pk
    call_command("vault_rotate", by="founder-1", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["resealed"][COLUMN]) == (True, 8)
    assert told["key"] > former
    call_command("vault_rotate", "--resume", by="founder-1", json=True)
    again = json.loads(capsys.readouterr().out)
    assert (again["key"], again["resealed"][COLUMN]) == (told["key"], 0)
    with pytest.raises(CommandError):
        call_command("vault_rotate", by="anybody")
