"""Differences of a copy: applied in the sender's order; gaps named, duplicates answered as before."""

import pytest

from bcl.choices import DifferenceState
from bcl.models import CopyEntry, CopyStream, Difference
from bcl.services import differences
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, TooLarge, Unprocessable
from jlis.kernel.isolation.scope import BCL, SYSTEM, acting
from tests.bcl.copies import held_rows, row_of, send, somebody, take_part
from tests.conftest import CHIYODA, SHINJUKU, actor, client_of
from tests.juki import factories

CODE = "12345678903"


def told(sequence: int, number: str = "", **changes):
    """A difference of somebody whom the network does not know."""
    return row_of(CODE, number or str(1000 + sequence), sequence=sequence, **changes)


def statuses(received) -> list[tuple[int, str, bool]]:
    return [(each.sequence, each.status, each.replayed) for each in received.results]


def stream() -> CopyStream:
    with acting(BCL):
        return CopyStream.objects.get(pk=CHIYODA)


def test_what_runs_on_is_applied_and_what_lies_beyond_a_gap_waits(town, at):
    received = send(town, at, told(1), told(2), told(5), told(9))

    assert statuses(received) == [
        (1, "APPLIED", False), (2, "APPLIED", False), (5, "HELD", False), (9, "HELD", False)
    ]  # fmt: skip
    assert (received.through, received.missing) == (2, [(3, 4), (6, 8)])
    assert held_rows(CHIYODA).keys() == {"1001", "1002"}
    assert (stream().through, stream().highest) == (2, 9)


def test_a_gap_that_is_filled_lets_all_that_waited_through_in_order(town, at):
    send(town, at, told(3, "1", name="三番目"), told(2, "1", name="二番目"))
    received = send(town, at, told(1, "1", name="一番目"))

    assert (received.through, received.missing) == (3, [])
    assert "三番目" in held_rows(CHIYODA)["1"]
    with acting(BCL):
        assert CopyEntry.objects.get().sequence == 3
        assert not Difference.objects.filter(state=DifferenceState.HELD).exists()
        assert not Difference.objects.filter(body__isnull=False).exists()


def test_a_duplicate_is_answered_as_before_and_changes_nothing(town, at):
    send(town, at, told(1), told(3))
    before = held_rows(CHIYODA)
    again = send(town, at, told(1), told(3))

    assert statuses(again) == [(1, "APPLIED", True), (3, "HELD", True)]
    assert held_rows(CHIYODA) == before
    with acting(BCL):
        assert Difference.objects.count() == 2


def test_a_duplicate_within_one_call_counts_once(town, at):
    assert send(town, at, told(1), told(1)).through == 1


def test_a_number_that_stands_for_another_content_refuses_the_call(town, at):
    send(town, at, told(1), told(4))
    for reused in (told(1, name="別の人"), told(4, name="別の人")):
        with pytest.raises(Unprocessable) as refused:
            send(town, at, told(2), reused)
        assert refused.value.code == "sequence_reused"
        assert refused.value.errors[0].row == 2
    assert stream().through == 1


def test_two_contents_under_one_number_in_one_call_are_refused(town, at):
    with pytest.raises(Unprocessable):
        send(town, at, told(1), told(1, name="別の人"))
    assert stream().through == 0


def test_a_row_copied_by_mistake_is_taken_away(town, at):
    send(town, at, told(1), told(2))
    send(town, at, {"sequence": 3, "operation": "DELETE", "number": "1001"})

    assert held_rows(CHIYODA).keys() == {"1002"}


def test_the_last_of_several_changes_of_one_row_stands(town, at):
    send(
        town, at,
        told(1, "1", name="初め"), {"sequence": 2, "operation": "DELETE", "number": "1"}, told(3, "1", name="終わり"),
    )  # fmt: skip

    assert "終わり" in held_rows(CHIYODA)["1"]


def test_whoever_the_network_does_not_know_yet_is_linked_when_it_does(town, at, centre):
    factories.with_codes(town, at)
    code = "12345678903"
    send(town, at, told(1, "1"))
    with acting(BCL):
        assert CopyEntry.objects.get().resident is None
    resident = somebody(town, at, resident_code=code)
    send(town, at, told(2, "2", resident_code=CODE, household="7"))

    with acting(BCL):
        assert set(CopyEntry.objects.values_list("resident", flat=True)) == {resident.pk}


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"sequence": 0}, "sequence", "not_a_number"),
        ({"sequence": True}, "sequence", "not_a_number"),
        ({"sequence": "1"}, "sequence", "not_a_number"),
        ({"operation": "UPDATE"}, "operation", "not_a_choice"),
        ({"name": ""}, "name", "required"),
        ({"name": "あ" * 201}, "name", "too_long"),
        ({"name": "改\n行"}, "name", "control_character"),
        ({"name": 1}, "name", "not_text"),
        ({"resident_code": "12345678901"}, "resident_code", "check_digit"),
        ({"relation": "99"}, "relation", "unknown_relation"),
        ({"sex": "X"}, "sex", "not_a_choice"),
        ({"protected": ""}, "protected", "required"),
        ({"protected": "no"}, "protected", "not_a_choice"),
        ({"birth_date": "1980-02-30"}, "birth_date", "not_a_date"),
        ({"notified_on": "2020-04-00"}, "notified_on", "not_a_date"),
        ({"removed_on": "2026-01-01"}, "removal", "not_paired"),
        ({"income": "1"}, "income", "unknown_field"),
    ],
)
def test_a_fault_names_row_and_field_and_refuses_the_call(town, at, changes, field, code):
    with pytest.raises(Invalid) as refused:
        send(town, at, told(1), told(2) | changes)

    assert [(fault.row, fault.field, fault.code) for fault in refused.value.errors] == [(2, field, code)]
    assert stream().highest == 0


def test_a_flag_that_was_not_sent_is_a_fault_and_never_no_flag(town, at):
    row = told(1)
    del row["protected"]
    with pytest.raises(Invalid):
        send(town, at, row)


def test_too_many_rows_and_none_are_refused(town, at):
    with pytest.raises(TooLarge):
        send(town, at, *[told(1)] * 1001)
    with pytest.raises(Invalid):
        send(town, at)
    with pytest.raises(Invalid):
        send(town, at, "text")


def test_only_the_own_town_sends_and_only_while_it_takes_part(town, outsider, at):
    with pytest.raises(Conflict) as refused:
        send(outsider, at, told(1))
    assert refused.value.code == "not_taking_part"
    with acting(outsider.scope), pytest.raises(Forbidden):
        differences.receive(differences=[told(1)], office=CHIYODA, by=outsider, at=at, channel="REST")
    clerk = actor(CHIYODA, "COUNTER_CLERK")
    with acting(town.scope), pytest.raises(Forbidden):
        differences.receive(differences=[told(1)], office=CHIYODA, by=clerk, at=at, channel="REST")


def test_a_town_in_its_tests_sends_already(db, outsider, at):
    take_part(outsider, at, until="accept")

    assert send(client_of(SHINJUKU, "bcl.send_copy"), at, told(1)).through == 1


def test_a_call_is_one_entry_of_the_chain_with_its_residents(town, taro):
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="bcl.differences_received")
    assert entry.subject_count == 1
    assert entry.detail == {
        "office": CHIYODA, "count": 1, "applied": 1, "from": 0, "through": 1, "missing": []
    }  # fmt: skip
