"""However a sequence of notifications arrives, twice, mixed up, or in pieces, the register ends as if told in order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jlis.kernel.errors import Unprocessable
from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxEvent
from juki.models import Discrepancy, IdentityRecord, IndividualNumber, Notification, Resident
from juki.services import codes
from tests.conftest import CHIYODA, SHINJUKU
from tests.juki.factories import birth, change, grown, tell, with_codes

NOBODYS_CODE = "24727059608"
FAST_ENOUGH = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
Told = tuple[str, dict[str, Any]]  # the town that tells, and what

WORDS = st.sampled_from(["一番町1", "二番町2", "三番町3"])
CORRECTIONS = st.one_of(
    st.tuples(st.just("M01"), WORDS.map(lambda word: {"address": f"東京都千代田区{word}"})),
    st.tuples(st.just("M03"), WORDS.map(lambda word: {"name": f"{word}　太郎"})),
    st.tuples(st.just("M14"), WORDS.map(lambda word: {"former_surname": word})),
    st.tuples(st.sampled_from(["M19", "M02"]), st.just({})),
)
# What a single town may tell, nonsense included: what contradicts in order must contradict out of order.
WITHOUT_ITEMS = ["D01", "D02", "D03", "D04", "D06", "R01", "R02", "R09", "M08", "M16", "M18"]
ANYTHING = st.one_of(CORRECTIONS, st.tuples(st.sampled_from(WITHOUT_ITEMS), st.just({})))


class Teller:
    """Numbers a town's notifications of one person and dates them one after another."""

    def __init__(self) -> None:
        self.days = count(1)
        self.sequences = {town: count(1) for town in (CHIYODA, SHINJUKU)}

    def told(self, town: str, reason: str, items: dict[str, str]) -> Told:
        """The next notification of a town."""
        day = (date(2026, 1, 1) + timedelta(days=next(self.days))).isoformat()
        whole = grown() if reason.startswith("R") else change(reason, NOBODYS_CODE)
        number = next(self.sequences[town])
        if "address" in items and town == SHINJUKU:
            items = items | {"address": items["address"].replace("千代田区", "新宿区")}
        return town, whole | {
            "key": f"{town}-{number}", "sequence": number, "reason": reason, "changed_on": day,
            "resident_code": NOBODYS_CODE,
        } | items  # fmt: skip


@st.composite
def one_towns_tale(draw) -> list[Told]:
    """An entry, and then anything."""
    teller = Teller()
    steps = draw(st.lists(ANYTHING, min_size=1, max_size=7))
    return [teller.told(CHIYODA, "R06", {}), *(teller.told(CHIYODA, reason, items) for reason, items in steps)]


@st.composite
def a_move(draw) -> list[Told]:
    """Entered and corrected in one town, moved to the next, corrected and perhaps removed there."""
    teller = Teller()
    before, after = draw(st.lists(CORRECTIONS, max_size=3)), draw(st.lists(CORRECTIONS, max_size=3))
    ending = draw(st.sampled_from([[], [("D03", {})], [("D01", {})]]))
    steps = [(CHIYODA, "R06", {}), *((CHIYODA, *step) for step in before), (CHIYODA, "D01", {}), (SHINJUKU, "R01", {})]
    return [teller.told(*step) for step in [*steps, *((SHINJUKU, *step) for step in (*after, *ending))]]


@st.composite
def delivered(draw, tales) -> tuple[list[Told], list[Told]]:
    """A tale, and the way in which it arrives: the entry first, the rest in any order, some of it again."""
    tale = draw(tales)
    again = draw(st.lists(st.sampled_from(tale), max_size=4))
    return tale, [tale[0], *draw(st.permutations([*tale[1:], *again]))]


def register_after(deliveries: list[Told], people, at, known: int | None = None) -> dict[str, Any]:
    """Tell it all, look at the register, and take everything back. From `known` on, under the code that is borne."""
    with transaction.atomic():
        for place, (town, notice) in enumerate(deliveries):
            code = notice["resident_code"] if known is None or place < known else borne()
            tell(notice | {"resident_code": code}, by=people[town], at=at)
        found = _register()
        transaction.set_rollback(True)
    return found


def borne() -> str:
    """The code that the one resident bears."""
    with acting(REGISTRY):
        return Resident.objects.get().resident_code


def _register() -> dict[str, Any]:
    with acting(REGISTRY):
        versions = IdentityRecord.objects.filter(superseded_at__isnull=True).order_by("version")
        found = {
            "versions": list(
                versions.values_list(
                    "version", "office", "state", "name", "address", "former_surname", "change_reason", "changed_on",
                    "valid_from", "valid_to",
                )
            ),
            "residents": list(Resident.objects.values_list("office", "state", "removal_reason", "version")),
            "notifications": dict(Notification.objects.values_list("key", "status")),
            "open": sorted(Discrepancy.objects.filter(state="OPEN").values_list("notification__key", "kind")),
        }  # fmt: skip
    with acting(NUMBERS):
        found["numbers"] = IndividualNumber.objects.count()
    with acting(SYSTEM):
        found["events"] = list(OutboxEvent.objects.order_by("sequence").values_list("kind", flat=True))
    return found


@pytest.fixture
def people(clerk, outsider):
    """Who tells for each town."""
    return {CHIYODA: clerk, SHINJUKU: outsider}


@pytest.fixture
def codes_of_chiyoda(clerk, at):
    """Codes to change to."""
    with_codes(clerk, at)


@pytest.mark.django_db
@FAST_ENOUGH
@given(told=delivered(one_towns_tale()))
def test_one_towns_notifications_may_arrive_in_any_order_and_again(people, codes_of_chiyoda, at, told):
    tale, arrival = told
    assert register_after(arrival, people, at) == register_after(tale, people, at)


@pytest.mark.django_db
@FAST_ENOUGH
@given(told=delivered(a_move()))
def test_a_move_may_be_told_by_both_towns_in_any_order_and_again(people, at, told):
    tale, arrival = told
    in_order = register_after(tale, people, at)
    assert set(in_order["notifications"].values()) == {"APPLIED"}, "the true tale contradicts nothing"
    assert register_after(arrival, people, at) == in_order


@st.composite
def recoded(draw) -> tuple[list[Told], int, list[Told]]:
    """A tale with a change of code in it, after how many it is, and how it arrives: what follows it comes later, since
    nobody knows the new code before."""
    teller = Teller()
    before, after = draw(st.lists(CORRECTIONS, max_size=3)), draw(st.lists(CORRECTIONS, min_size=1, max_size=3))
    change_of_code = (draw(st.sampled_from(["M08", "M09"])), {})
    tale = [teller.told(CHIYODA, *step) for step in [("R06", {}), *before, change_of_code, *after]]
    known = len(before) + 2
    first, then = draw(st.permutations(tale[1:known])), draw(st.permutations(tale[known:]))
    return tale, known, [tale[0], *first, *then]


@pytest.mark.django_db
@FAST_ENOUGH
@given(told=recoded())
def test_the_order_goes_on_under_a_new_code(people, codes_of_chiyoda, at, told):
    tale, known, arrival = told
    in_order = register_after(tale, people, at, known)
    assert set(in_order["notifications"].values()) == {"APPLIED"}
    assert register_after(arrival, people, at, known) == in_order


@pytest.mark.django_db
def test_a_call_may_carry_the_pieces_in_any_order_too(people, at):
    teller = Teller()
    tale = [teller.told(CHIYODA, "R06", {}), *(teller.told(CHIYODA, "M02", {"address": f"{n}"}) for n in range(5))]
    with transaction.atomic():
        results = tell(*[notice for _, notice in [tale[0], *reversed(tale[1:])]], by=people[CHIYODA], at=at)
        assert [taken.status for taken in results] == ["APPLIED", "HELD", "HELD", "HELD", "HELD", "APPLIED"]
        mixed = _register()
        transaction.set_rollback(True)
    assert mixed == register_after(tale, people, at)


@pytest.mark.django_db
def test_a_gap_of_many_is_filled_at_once(people, at):
    teller = Teller()
    first, *rest = [teller.told(CHIYODA, "R06" if n == 0 else "M02", {}) for n in range(320)]
    tell(first[1], by=people[CHIYODA], at=at)
    tell(*[notice for _, notice in rest[1:]], by=people[CHIYODA], at=at)
    tell(rest[0][1], by=people[CHIYODA], at=at)
    assert set(_register()["notifications"].values()) == {"APPLIED"}
    assert _register()["residents"] == [(CHIYODA, "CURRENT", "", 320)]


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_a_number_in_the_order_is_used_once(people, at, number):
    teller = Teller()
    first, _, third = [teller.told(CHIYODA, reason, {}) for reason in ("R06", "M02", "M02")]
    tell(first[1], third[1], by=people[CHIYODA], at=at)
    with pytest.raises(Unprocessable) as refused:
        tell(change("M02", NOBODYS_CODE, sequence=number), by=people[CHIYODA], at=at)
    assert refused.value.errors[0].field == "sequence"


@pytest.mark.django_db(transaction=True)
def test_a_birth_sent_twice_at_once_is_one_birth(clerk, at):
    with_codes(clerk, at)
    notice = birth(key="twice")
    together = Barrier(2)

    def send():
        try:
            together.wait(10)
            return tell(notice, by=clerk, at=at)[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        first, second = [future.result(30) for future in [threads.submit(send), threads.submit(send)]]
    assert first.notification == second.notification
    assert first.resident_code == second.resident_code
    assert sorted([first.replayed, second.replayed]) == [False, True]
    assert codes.left(CHIYODA) == 99
