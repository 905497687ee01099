"""J11: a measure from the application to its end, in every town that holds a record; never ended by the calendar."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier, Event, current_thread, main_thread

import pytest
from django.db import IntegrityError, connection, transaction

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, SYSTEM, Scope, acting
from jlis.kernel.outbox.models import OutboxEvent
from jlis.kernel.time import Moment
from juki.models import ProtectionForwarding, ProtectionMeasure
from juki.services import protection_board, protection_copies, protections
from tests.conftest import CHIYODA, SHINJUKU, TSURUMI, actor
from tests.juki.factories import HOMES, change, grown, tell, with_codes
from tests.juki.protection import (
    MARKER,
    SECRET,
    applied,
    chief,
    copies,
    covered_now,
    ended,
    officer,
    registered,
)

pytestmark = pytest.mark.django_db
OSAKA = "271276"


@pytest.fixture
def resident(clerk, at):
    return registered(clerk, at)


@pytest.fixture
def child(resident, clerk, at):
    return registered(clerk, at, name="髙﨑　子", name_kana="タカサキ　コ", birth_date="2018-05-05")


def act(verb, measure, at, by=None, **given):
    by = by or officer(measure.office)
    with acting(by.scope):
        return getattr(protections, verb)(measure=measure.pk, by=by, at=at, **given)


def reread(measure):
    with acting(REGISTRY):
        return ProtectionMeasure.objects.get(pk=measure.pk)


def test_applicant_and_household_are_covered_from_the_application_on(resident, child, at):
    measure = applied(resident, at, member_codes=(child.resident_code,))
    assert measure.state == "PROVISIONAL"
    assert covered_now() == {resident.pk, child.pk}


def test_every_town_gets_its_own_copy(resident, at):
    measure = applied(resident, at, former_addresses=(SHINJUKU,), honseki=TSURUMI, former_honseki=OSAKA)
    assert copies(measure) == {
        CHIYODA: ("RESIDENCE", "PROVISIONAL"),
        SHINJUKU: ("FORMER_ADDRESS", "PROVISIONAL"),
        TSURUMI: ("HONSEKI", "PROVISIONAL"),
        OSAKA: ("FORMER_HONSEKI", "PROVISIONAL"),
    }
    with acting(officer(SHINJUKU).scope):
        assert ProtectionMeasure.objects.get().members.get().resident == resident.pk
        assert ProtectionForwarding.objects.get().kind == "BEGUN"
    with acting(chief(CHIYODA).scope):
        assert ProtectionMeasure.objects.get().office == CHIYODA


def test_a_town_where_the_register_knew_the_person_is_told_without_being_named(outsider, clerk, at):
    resident = registered(outsider, at, address="東京都新宿区西新宿二丁目8番1号")
    tell(change("D01", resident.resident_code), by=outsider, at=at)
    moved = grown(reason="R01", resident_code=resident.resident_code, changed_on="2026-11-20", address=SECRET)
    tell(moved, by=clerk, at=at)
    measure = applied(resident, at, by=officer(CHIYODA))
    assert copies(measure)[SHINJUKU] == ("FORMER_ADDRESS", "PROVISIONAL")


def test_a_decision_and_its_year_stand_in_every_town(resident, at):
    measure = applied(resident, at, honseki=TSURUMI)
    act("decide", measure, at, decided_on=at.day)
    with acting(REGISTRY):
        rows = list(ProtectionMeasure.objects.filter(case=measure.case))
    assert {(row.state, row.decided_on, row.term_ends_on, row.deciding_office) for row in rows} == {
        ("DECIDED", at.day, date(2027, 11, 21), CHIYODA)
    }


def test_only_the_town_of_residence_decides_extends_and_ends(resident, at):
    measure = applied(resident, at, honseki=SHINJUKU)
    with acting(REGISTRY):
        copy = ProtectionMeasure.objects.get(case=measure.case, office=SHINJUKU)
    with pytest.raises(Conflict) as refused:
        act("decide", copy, at, decided_on=at.day)
    assert refused.value.code == "not_the_residence"
    act("confirm", copy, at)
    assert reread(copy).confirmed_by
    with pytest.raises(Conflict):
        act("confirm", copy, at)


def test_a_term_that_has_run_out_covers_on(resident, at):
    measure = applied(resident, at)
    act("decide", measure, at, decided_on=at.day)
    years_later = Moment.of(date(2029, 1, 1))
    assert covered_now() == {resident.pk}
    assert protections_list(years_later)[0].due == "OVER"
    act("extend", measure, years_later)
    assert reread(measure).term_ends_on == date(2030, 1, 1)


def protections_list(at):
    by = officer()
    with acting(by.scope):
        return protection_board.listed(by=by, at=at)


def test_a_renewal_is_possible_from_one_month_before(resident, at):
    measure = applied(resident, at)
    act("decide", measure, at, decided_on=at.day)
    with pytest.raises(Conflict) as early:
        act("extend", measure, Moment.of(date(2027, 10, 20)))
    assert early.value.code == "too_early"
    act("extend", measure, Moment.of(date(2027, 10, 21)))
    assert reread(measure).term_ends_on == date(2028, 11, 21)


def test_an_end_takes_two_and_ends_every_copy(resident, at):
    measure = applied(resident, at, honseki=TSURUMI)
    boss = chief()
    with pytest.raises(Conflict, match="先に担当者が"):
        act("end", measure, at, by=boss)
    act("ask_end", measure, at, reason="本人の申出")
    assert covered_now() == {resident.pk}
    act("end", measure, at, by=boss)
    assert set(copies(measure).values()) == {("RESIDENCE", "ENDED"), ("HONSEKI", "ENDED")}
    assert covered_now() == set()
    ended_row = reread(measure)
    assert (ended_row.end_asked_label, ended_row.ended_label) == ("131016 の職員5", "131016 の職員6")


def test_nobody_approves_the_end_that_they_asked_for(resident, at):
    measure = applied(resident, at)
    both = actor(CHIYODA, "PROTECTION_OFFICER", "SUPERVISOR", number=7)
    act("ask_end", measure, at, by=both, reason="本人の申出")
    with pytest.raises(Forbidden) as refused:
        act("end", measure, at, by=both)
    assert refused.value.code == "own_request"
    with acting(REGISTRY), pytest.raises(IntegrityError, match="protection_ended_by_two"), transaction.atomic():
        ProtectionMeasure.objects.filter(pk=measure.pk).update(state="ENDED", ended_on=at.day, ended_by=both.id)
    assert covered_now() == {resident.pk}


def test_a_wish_to_end_can_be_sent_back(resident, at):
    measure = applied(resident, at)
    act("ask_end", measure, at, reason="誤り")
    act("refuse_end", measure, at, by=chief())
    assert reread(measure).end_asked_by == ""
    assert covered_now() == {resident.pk}


def test_whom_another_measure_covers_stays_covered(resident, child, at):
    own = applied(resident, at, member_codes=(child.resident_code,))
    applied(child, at, kind="CHILD_ABUSE")
    ended(own, at)
    assert covered_now() == {child.pk}


def test_a_member_is_added_in_every_town(resident, child, at):
    measure = applied(resident, at, honseki=TSURUMI)
    act("add_member", measure, at, resident_code=child.resident_code)
    assert covered_now() == {resident.pk, child.pk}
    with acting(REGISTRY), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM juki_protectionmember WHERE resident = %s", [child.pk])
        assert cursor.fetchone()[0] == 2


def moved(resident, by, at, day="2026-11-21"):
    tell(change("D01", resident.resident_code, changed_on=day), by=actor(resident.office, "SUPERVISOR"), at=at)
    assert resident.pk in covered_now()
    entry = grown(reason="R01", resident_code=resident.resident_code, changed_on=day)
    tell(entry | {"address": f"東京都新宿区西新宿二丁目{MARKER}"}, by=by, at=at)


def test_a_move_is_followed_without_a_gap_and_begins_provisionally(resident, outsider, at):
    measure = applied(resident, at)
    act("decide", measure, at, decided_on=at.day)
    moved(resident, outsider, at)
    assert covered_now() == {resident.pk}
    assert copies(measure) == {CHIYODA: ("FORMER_ADDRESS", "DECIDED"), SHINJUKU: ("RESIDENCE", "PROVISIONAL")}
    with acting(REGISTRY):
        new = ProtectionMeasure.objects.get(case=measure.case, office=SHINJUKU)
    act("decide", new, at, decided_on=at.day)
    assert reread(measure).deciding_office == SHINJUKU
    with pytest.raises(Conflict):
        act("ask_end", measure, at, reason="終わり")
    ended(new, at)
    assert covered_now() == set()


def test_a_member_who_moves_alone_is_followed_and_outlives_the_applicants_end(resident, child, outsider, at):
    measure = applied(resident, at, member_codes=(child.resident_code,))
    moved(child, outsider, at)
    assert copies(measure)[SHINJUKU] == ("MEMBER_RESIDENCE", "PROVISIONAL")
    ended(measure, at)
    assert covered_now() == {child.pk}


def test_a_household_that_moves_member_first_ends_up_with_one_leading_copy(resident, child, outsider, at):
    measure = applied(resident, at, member_codes=(child.resident_code,))
    moved(child, outsider, at)
    moved(resident, outsider, at)
    assert copies(measure) == {CHIYODA: ("FORMER_ADDRESS", "PROVISIONAL"), SHINJUKU: ("RESIDENCE", "PROVISIONAL")}
    with acting(officer(SHINJUKU).scope):
        members = set(ProtectionMeasure.objects.get().members.values_list("resident", flat=True))
    assert members == {resident.pk, child.pk}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"applied_on": date(2026, 11, 22)}, "applied_on"),
        ({"honseki": "999999"}, "honseki"),
        ({"honseki": "141003"}, "honseki"),
        ({"former_addresses": ("000000",)}, "former_addresses"),
        ({"member_codes": ("12345678901",)}, "member_codes"),
    ],
)
def test_bad_input_is_refused_by_field_and_covers_nobody(resident, at, changes, field):
    with pytest.raises(Invalid) as refused:
        applied(resident, at, **changes)
    assert [fault.field for fault in refused.value.errors] == [field]
    assert covered_now() == set()


def test_one_applicant_has_one_measure(resident, at):
    applied(resident, at)
    with pytest.raises(Conflict) as second:
        applied(resident, at)
    assert second.value.code == "already_protected"


def test_the_next_town_and_the_wrong_duty_reach_nothing(resident, clerk, at):
    with pytest.raises(NotFound):
        applied(resident, at, by=officer(SHINJUKU))
    with pytest.raises(Forbidden):
        applied(resident, at, by=clerk)
    measure = applied(resident, at)
    with pytest.raises(NotFound):
        act("ask_end", measure, at, by=officer(SHINJUKU), reason="知りたい")
    with pytest.raises(Forbidden):
        act("end", measure, at, by=officer())
    with pytest.raises(Forbidden):
        act("decide", measure, at, by=chief(), decided_on=at.day)


def test_acts_stand_in_the_chain_and_events_carry_ids_alone(resident, at):
    measure = applied(resident, at, note=f"元夫は{SECRET}を知らない")
    ended(measure, at)
    with acting(SYSTEM):
        actions = list(
            AuditEntry.objects.filter(action__startswith="juki.protection_").values_list("action", flat=True)
        )
        events = list(OutboxEvent.objects.filter(kind__startswith="juki.protection_").order_by("sequence"))
        details = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert sorted(actions) == ["juki.protection_applied", "juki.protection_end_asked", "juki.protection_ended"]
    assert [(event.kind, event.subject) for event in events] == [
        ("juki.protection_started", resident.pk),
        ("juki.protection_ended", resident.pk),
    ]
    assert all(event.payload == {"case": str(measure.case)} for event in events)
    assert MARKER not in details


def left_and_arrived(resident, by_old, by_new, at, day):
    tell(change("D01", resident.resident_code, changed_on=day), by=by_old, at=at)
    tell(grown(reason="R01", resident_code=resident.resident_code, changed_on=day), by=by_new, at=at)


def test_a_past_stay_that_is_told_late_gives_that_town_its_copy_without_the_name_of_the_present_one(
    resident, clerk, outsider, at
):
    code = resident.resident_code
    tell(change("D01", code, changed_on="2026-11-02"), by=clerk, at=at)
    tell(grown(reason="R01", resident_code=code, changed_on="2026-11-08"), by=clerk, at=at)
    measure = applied(resident, at)
    act("decide", measure, at, decided_on=at.day)
    assert set(copies(measure)) == {CHIYODA}
    tell(grown(reason="R01", resident_code=code, changed_on="2026-11-03"), by=outsider, at=at)
    tell(change("D01", code, changed_on="2026-11-07"), by=outsider, at=at)
    assert copies(measure) == {CHIYODA: ("RESIDENCE", "DECIDED"), SHINJUKU: ("FORMER_ADDRESS", "DECIDED")}
    with acting(officer(SHINJUKU).scope):
        late = ProtectionMeasure.objects.get()
        assert late.members.get().resident == resident.pk
        assert (late.was_forwarded, late.forwarded_from, late.deciding_office) == (True, "", "")
    assert covered_now() == {resident.pk}


def test_a_town_left_before_the_last_is_not_told_where_the_person_lives_now(resident, clerk, outsider, ward_clerk, at):
    for town in (outsider, ward_clerk):
        with_codes(town, at, size=5)
    left_and_arrived(resident, clerk, outsider, at, "2026-11-10")
    measure = applied(resident, at, by=officer(SHINJUKU), honseki=OSAKA)
    act("decide", measure, at, decided_on=at.day, by=officer(SHINJUKU))
    left_and_arrived(resident, outsider, ward_clerk, at, "2026-11-21")
    with acting(REGISTRY):
        new = ProtectionMeasure.objects.get(case=measure.case, office=TSURUMI)
    act("decide", new, at, decided_on=at.day)
    act("add_member", new, at, resident_code=registered(ward_clerk, at, address=HOMES[TSURUMI]).resident_code)
    for office, named in ((CHIYODA, ""), (SHINJUKU, TSURUMI), (OSAKA, TSURUMI)):
        with acting(Scope("jlis_municipal", office)):
            copy = ProtectionMeasure.objects.get()
            told = ProtectionForwarding.objects.order_by("-sent_at", "-id")
            assert (copy.state, copy.deciding_office) == ("DECIDED", named)
            assert {row.sent_from for row in told.filter(kind="MEMBERS")} == {named}
            assert TSURUMI not in {copy.forwarded_from} | {row.sent_from for row in told} or named
    by = officer(CHIYODA)
    with acting(by.scope):
        shown = protection_board.see(measure=ProtectionMeasure.objects.get().pk, by=by, at=at)
        assert {row.office for row in shown.forwardings} == {CHIYODA}


@pytest.mark.django_db(transaction=True)
def test_an_end_while_a_move_is_applied_leaves_either_a_measure_that_leads_or_none(resident, outsider, at):
    """Two connections at once: whatever comes first, who is covered is covered by a live measure, and nobody else."""
    measure = applied(resident, at)
    act("ask_end", measure, at, reason="本人の申出")
    clerk_of_town = actor(resident.office, "SUPERVISOR")
    tell(change("D01", resident.resident_code, changed_on="2026-11-21"), by=clerk_of_town, at=at)
    entry = grown(reason="R01", resident_code=resident.resident_code, changed_on="2026-11-21")
    together = Barrier(2)

    def at_once(one):
        try:
            together.wait(10)
            return one()
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    acts = [lambda: act("end", measure, at, by=chief()), lambda: tell(entry, by=outsider, at=at)[0].status]
    with ThreadPoolExecutor(2) as threads:
        end, move = (future.result(30) for future in [threads.submit(at_once, one) for one in acts])
    assert move == "APPLIED"
    states = copies(measure)
    if isinstance(end, Conflict):
        assert end.code in ("state_has_changed", "not_the_residence")
        assert states[CHIYODA] == ("FORMER_ADDRESS", "PROVISIONAL")
        assert states[SHINJUKU] == ("RESIDENCE", "PROVISIONAL")
        assert covered_now() == {resident.pk}
    else:
        assert {state for _, state in states.values()} == {"ENDED"}
        assert covered_now() == set()


@pytest.mark.django_db(transaction=True)
def test_an_end_that_began_before_the_move_was_applied_is_refused(resident, outsider, at, monkeypatch):
    measure = applied(resident, at)
    act("ask_end", measure, at, reason="本人の申出")
    clerk_of_town = actor(resident.office, "SUPERVISOR")
    tell(change("D01", resident.resident_code, changed_on="2026-11-21"), by=clerk_of_town, at=at)
    judged, moved_in, lock = Event(), Event(), protection_copies.lock

    def held_up(residents):
        if current_thread() is not main_thread():
            judged.set()
            assert moved_in.wait(10)
        lock(residents)

    def end():
        try:
            return act("end", measure, at, by=chief())
        except Conflict as refusal:
            return refusal
        finally:
            connection.close()

    monkeypatch.setattr(protection_copies, "lock", held_up)
    with ThreadPoolExecutor(1) as threads:
        ending = threads.submit(end)
        assert judged.wait(10)
        tell(grown(reason="R01", resident_code=resident.resident_code, changed_on="2026-11-21"), by=outsider, at=at)
        moved_in.set()
        assert ending.result(30).code == "state_has_changed"
    assert copies(measure) == {CHIYODA: ("FORMER_ADDRESS", "PROVISIONAL"), SHINJUKU: ("RESIDENCE", "PROVISIONAL")}
    assert covered_now() == {resident.pk}
