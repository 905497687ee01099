"""What towns told late, put into the order in which it happened: judged without a database."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from juki.domain.changes import ChangeReason
from juki.domain.contradictions import Standing
from juki.domain.notices import Notice
from juki.domain.timelines import Told, arranged, standing_after

TOWNS = ("131016", "131041", "141011")
BEGIN = Standing(TOWNS[0], True, "", date(2026, 1, 1), date(1980, 2, 17), date(2026, 1, 1))


def notice(day: int, town: str, reason: ChangeReason, sequence: int | None = None) -> Notice:
    return Notice(f"{town}-{day}", reason, date(2026, 1, 1) + timedelta(days=day), town, "80000000004", sequence)


@st.composite
def lives(draw) -> list[Notice]:
    """Corrections and moves between three towns, a day apart; each town numbers its own."""
    steps = draw(st.lists(st.sampled_from(["correct", "move 1", "move 2"]), min_size=1, max_size=8))
    told, town, numbers = [], 0, dict.fromkeys(TOWNS, 0)

    def tell(reason: ChangeReason) -> None:
        numbers[TOWNS[town]] += 1
        told.append(notice(len(told) + 1, TOWNS[town], reason, numbers[TOWNS[town]]))

    for step in steps:
        if step == "correct":
            tell(ChangeReason.MOVE_WITHIN)
            continue
        tell(ChangeReason.MOVE_OUT)
        town = (town + int(step[-1])) % len(TOWNS)
        tell(ChangeReason.MOVE_IN)
    return told


@st.composite
def partly_late(draw):
    """A life, and which of its changes the register holds already: what it holds must have held in its order."""
    told = draw(lives())
    return told, draw(st.permutations([Told(place, each, is_applied=False) for place, each in enumerate(told)]))


@settings(max_examples=60)
@given(partly_late())
def test_a_whole_life_is_arranged_as_it_was_lived(drawn):
    life, mixed = drawn
    order = arranged(BEGIN, mixed)
    assert [each.notice for each in order] == life


def test_a_return_that_was_told_before_the_stay_elsewhere():
    out, there, back_out, back = (
        notice(1, TOWNS[0], ChangeReason.MOVE_OUT, 1),
        notice(2, TOWNS[1], ChangeReason.MOVE_IN, 1),
        notice(3, TOWNS[1], ChangeReason.MOVE_OUT, 2),
        notice(4, TOWNS[0], ChangeReason.MOVE_IN, 2),
    )
    applied = [Told(1, out, True), Told(2, back, True)]
    assert arranged(BEGIN, [*applied, Told(0, there, False)]) is None, "the stay has no end yet"
    order = arranged(BEGIN, [*applied, Told(0, there, False), Told(1, back_out, False)])
    assert [each.notice for each in order] == [out, there, back_out, back]


def test_a_move_out_told_for_a_later_day_still_comes_before_the_arrival():
    out, arrival = notice(10, TOWNS[0], ChangeReason.MOVE_OUT, 1), notice(8, TOWNS[1], ChangeReason.MOVE_IN, 1)
    order = arranged(BEGIN, [Told(0, arrival, False), Told(1, out, True)])
    assert [each.notice for each in order] == [out, arrival]


def test_nonsense_in_its_place_is_left_out_and_harms_nothing():
    correct = notice(2, TOWNS[0], ChangeReason.MOVE_WITHIN, 1)
    nonsense = notice(1, TOWNS[2], ChangeReason.MOVE_WITHIN, 1)
    order = arranged(BEGIN, [Told(1, correct, True), Told(0, nonsense, False)])
    assert [each.notice for each in order] == [correct]


def test_one_towns_own_order_is_not_turned_round_by_dates():
    first, second = notice(5, TOWNS[0], ChangeReason.MOVE_WITHIN), notice(3, TOWNS[0], ChangeReason.MOVE_WITHIN)
    order = arranged(BEGIN, [Told(1, first, True), Told(0, second, False)])
    assert [each.notice for each in order] == [first], "dated before what was told before it"


def test_a_removal_leaves_the_person_nowhere():
    gone = standing_after(BEGIN, notice(1, TOWNS[0], ChangeReason.DEATH))
    assert (gone.is_current, gone.removal_reason) == (False, "D03")
