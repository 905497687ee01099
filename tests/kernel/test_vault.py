"""Sealed values: they open where they belong, nowhere else, and tell nothing; found again by a keyed index."""

import hashlib
import hmac
import stat
from datetime import timedelta
from types import SimpleNamespace

import pytest
from cryptography.exceptions import InvalidTag
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.isolation.scope import DOOR, NUMBERS, SYSTEM, acting
from jlis.kernel.vault import keys, sealing
from jlis.kernel.vault.models import DataKey
from juki.models import IndividualNumber
from juki.services import numbers
from tests.juki.factories import grown, tell, with_codes

pytestmark = pytest.mark.django_db
OCTETS = st.binary(max_size=60)
PAIRS = st.lists(st.tuples(OCTETS, OCTETS), max_size=6)


@pytest.fixture(autouse=True)
def _keys_of_this_database_alone():
    """A data key that a test made is gone with the test."""
    yield
    sealing.forget_keys()


@given(pairs=PAIRS)
def test_what_was_sealed_opens_with_its_binding(pairs):
    values, bindings = [value for value, _ in pairs], [binding for _, binding in pairs]
    assert sealing.open_many(sealing.seal_many(values, bindings), bindings) == values


@given(value=OCTETS, binding=OCTETS, elsewhere=OCTETS)
def test_a_value_copied_to_another_row_does_not_open(value, binding, elsewhere):
    (sealed,) = sealing.seal_many([value], [binding])
    if elsewhere != binding:
        with pytest.raises(InvalidTag):
            sealing.open_many([sealed], [elsewhere])


@given(value=OCTETS, binding=OCTETS, data=st.data())
def test_one_altered_bit_anywhere_is_noticed(value, binding, data):
    (sealed,) = sealing.seal_many([value], [binding])
    place = data.draw(st.integers(0, 8 * len(sealed) - 1))
    altered = bytearray(sealed)
    altered[place // 8] ^= 1 << place % 8
    with pytest.raises(InvalidTag):
        sealing.open_many([bytes(altered)], [binding])


@given(value=OCTETS, kept=st.integers(0, 29))
def test_a_value_cut_short_is_noticed(value, kept):
    (sealed,) = sealing.seal_many([value], [b""])
    with pytest.raises(InvalidTag):
        sealing.open_many([sealed[:kept]], [b""])


@given(value=OCTETS)
def test_equal_values_are_not_seen_to_be_equal(value):
    first, second = sealing.seal_many([value, value], [b"row", b"row"])
    assert first != second
    if len(value) > 3:
        assert value not in first


@given(value=OCTETS, other=OCTETS)
def test_the_index_finds_equal_values_and_only_those(value, other):
    again, same, different = sealing.index_many([value, value, other])
    assert again == same
    assert (again == different) is (value == other)


def test_the_index_is_the_keys_and_no_plain_digest():
    (index,) = sealing.index_many([b"123456789018"])
    assert index == hmac.digest(keys.index_key(), b"123456789018", "sha256")
    assert index != hashlib.sha256(b"123456789018").digest()


def test_a_new_data_key_seals_and_the_older_ones_go_on_opening(at):
    before = sealing.active_key_number()
    (old,) = sealing.seal_many([b"value"], [b"row"])
    (index,) = sealing.index_many([b"value"])
    made = sealing.make_data_key(at=at.instant)
    (new,) = sealing.seal_many([b"value"], [b"row"])
    assert (old[:2], new[:2]) == (before.to_bytes(2, "big"), made.pk.to_bytes(2, "big"))
    assert made.pk != before
    assert sealing.open_many([old, new], [b"row"] * 2) == [b"value"] * 2
    assert sealing.index_many([b"value"]) == [index], "values are found as before"


def test_another_process_learns_of_a_new_key_within_a_minute(at, monkeypatch):
    former = sealing.active_key_number()
    clock = [1000.0]
    monkeypatch.setattr(sealing, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    sealing.forget_keys()
    assert sealing.active_key_number() == former
    with acting(SYSTEM):
        DataKey.objects.filter(is_active=True).update(is_active=False)
        made = DataKey.objects.create(wrapped=b"made elsewhere", created_at=at.instant)
    clock[0] += 59
    assert sealing.active_key_number() == former
    clock[0] += 2
    assert sealing.active_key_number() == made.pk


def test_a_data_key_is_worth_nothing_without_the_master(at, monkeypatch):
    sealing.make_data_key(at=at.instant)
    monkeypatch.setattr(keys, "master_key", lambda: bytes(32))
    with pytest.raises(InvalidTag):
        sealing.seal_many([b"value"], [b"row"])


def test_only_one_key_is_active_whatever_goes_wrong(at):
    with acting(SYSTEM), pytest.raises(DatabaseError), transaction.atomic():
        DataKey.objects.create(wrapped=b"", created_at=at.instant + timedelta(days=1))


def test_nobody_but_the_system_reads_the_wrapped_keys():
    for scope in (NUMBERS, DOOR):
        with acting(scope), pytest.raises(DatabaseError), transaction.atomic():
            DataKey.objects.count()


# --- in the register ---------------------------------------------------------------------------------------------


def test_a_number_in_the_table_is_sealed_to_its_resident_and_found_by_its_index(clerk, at):
    with_codes(clerk, at)
    tell(grown(), grown(name="もう　一人", name_kana="モウ　ヒトリ"), by=clerk, at=at)
    with acting(NUMBERS):
        first, second = IndividualNumber.objects.order_by("id")
        known = numbers.open_numbers([first.resident, second.resident])
        assert numbers.resident_with(known[first.resident]) == first.resident
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(t::text, '') FROM juki_individualnumber t")
            written = cursor.fetchone()[0]
        assert not any(number.encode().hex() in written or number in written for number in known.values())
        IndividualNumber.objects.filter(pk=first.pk).update(sealed=second.sealed)
        with pytest.raises(InvalidTag):
            numbers.open_numbers([first.resident])


# --- the key files -----------------------------------------------------------------------------------------------


def test_key_files_are_made_once_for_the_service_alone(tmp_path):
    folder = tmp_path / "keys"
    assert keys.make_missing(folder) == list(keys.NAMES)
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert len(set(made.values())) == len(keys.NAMES)
    assert keys.make_missing(folder) == []
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33])
def test_a_missing_or_wrong_key_file_is_named(tmp_path, settings, content):
    settings.JLIS_KEYS_DIR = tmp_path
    if content:
        (tmp_path / "spare.key").write_text(content)
    with pytest.raises(ImproperlyConfigured, match=r"spare\.key"):
        keys._key("spare")
