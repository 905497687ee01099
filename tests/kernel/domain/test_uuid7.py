import datetime

from hypothesis import given
from hypothesis import strategies as st

from jlis.kernel.domain.uuid7 import entropies, uuid7

INSTANTS = st.datetimes(
    min_value=datetime.datetime(1970, 1, 1), max_value=datetime.datetime(9999, 1, 1), timezones=st.just(datetime.UTC)
)


def test_the_example_of_the_standard():
    """RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z is 017f22e279b0."""
    instant = datetime.datetime(2022, 2, 22, 19, 22, 22, tzinfo=datetime.UTC)
    assert uuid7(instant).hex.startswith("017f22e279b07")


@given(INSTANTS)
def test_version_and_variant(instant):
    made = uuid7(instant)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


@given(INSTANTS, INSTANTS)
def test_later_identifiers_sort_later(one, other):
    if one < other:
        assert uuid7(one, entropy=1 << 60).int <= uuid7(other, entropy=1 << 60).int


def test_the_same_instant_gives_different_identifiers():
    instant = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    assert uuid7(instant) != uuid7(instant)
    assert uuid7(instant, entropy=7) == uuid7(instant, entropy=7)


def test_the_random_bits_of_many_are_all_different_and_fill_their_places():
    instant = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
    drawn = entropies(1000)

    assert len({uuid7(instant, entropy=each) for each in drawn}) == len(drawn) == 1000
    assert all(any(each >> place & 1 for each in drawn) for place in range(62))
