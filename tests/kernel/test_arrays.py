"""Arrays as we write them are read by PostgreSQL as the driver's own are."""

import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from jlis.kernel import arrays
from jlis.kernel.organisations.models import Prefecture

pytestmark = pytest.mark.django_db

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=20)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))
KINDS = {
    "text": TEXT,
    "uuid": st.uuids(),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "date": st.dates(date(1, 1, 1), date(9999, 12, 31)),
    "timestamptz": MOMENTS,
    "bytea": st.binary(max_size=20),
}


def read(text: str, kind: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{kind}[]", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_written_is_read(kind):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.none() | KINDS[kind], max_size=8))
    def check(values):
        assert read(arrays.array(values), kind) == values

    check()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(TEXT, TEXT | st.integers() | st.none(), max_size=3), min_size=1, max_size=4))
def test_json_is_read_as_it_was(values):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(%s::jsonb[])", [arrays.array([Jsonb(value) for value in values])])
        found = cursor.fetchone()[0]
    assert (json.loads(found) if isinstance(found, str) else found) == values


def test_rows_become_columns_and_a_strange_type_is_refused():
    one, two = UUID(int=1), UUID(int=2)
    residents, letters = arrays.columns([(one, "a"), (two, None)])
    assert (read(residents, "uuid"), read(letters, "text")) == ([one, two], ["a", None])
    with pytest.raises(TypeError, match="object"):
        arrays.array([object()])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.uuids(), max_size=6))
def test_ids_in_a_row_are_read_as_they_were(wanted):
    assert read(arrays.ids(b"".join(each.bytes for each in wanted)), "uuid") == wanted


def found(**asked: list) -> list[str]:
    return list(Prefecture.objects.filter(**asked).order_by("code").values_list("name", flat=True))


def test_among_finds_what_in_finds():
    names = ["東京都", "大阪府", "東京都", "{江戸}", '"']
    assert found(name__among=names) == found(name__in=names) == ["東京都", "大阪府"]
    assert found(name__among=[]) == []


def test_among_cuts_nothing_to_the_columns_length():
    (tokyo,) = Prefecture.objects.filter(name="東京都")
    assert found(code__among=[tokyo.code]) == ["東京都"]
    assert found(code__among=[f"{tokyo.code}0"]) == []
