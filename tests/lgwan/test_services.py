"""A service's life through the services: whose move it is, three persons, what a move needs, what it leaves behind."""

from dataclasses import replace

import pytest
from django.db import IntegrityError

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import LGWAN, SYSTEM, acting
from jlis.kernel.reconcile import Finding as Agreement
from lgwan.choices import Finding, Outcome, ProviderKind
from lgwan.domain.asp import MOVES, Layer, Part, State, allows
from lgwan.models import Filing, Provider, Question, Service, ServiceContact, Step
from lgwan.reconciliation import numbers_have_approvals
from lgwan.selectors import services as selectors
from lgwan.services import applying, moving, providers, reviewing
from lgwan.services.moving import Content
from tests.conftest import CHIYODA, SHINJUKU, TOKYO, actor
from tests.lgwan import cast
from tests.lgwan.cast import approver, in_state, judge_all, make, officer, reviewer

pytestmark = pytest.mark.django_db


def again(service: Service) -> Service:
    with acting(LGWAN):
        return Service.objects.get(pk=service.pk)


def put(service: Service, state: State) -> None:
    """As if it had come there; for moves whose refusal is asked for."""
    numbered = {"number": "X", "registered_on": service.applied_on, "renewal_due_on": service.applied_on}
    bare = {"number": "", "registered_on": None, "renewal_due_on": None, "ended_on": None}
    told = bare | (numbered if state in cast.moving.asp.NUMBERED else {})
    told |= {"ended_on": service.applied_on} if state is State.ENDED else {}
    with acting(LGWAN):
        Service.objects.filter(pk=service.pk).update(state=state.value, **told)


@pytest.mark.parametrize("state", State)
def test_every_move_that_the_state_forbids_is_refused(at, state):
    service = cast.applied(at)
    put(service, state)
    for verb, move in MOVES.items():
        if not allows(move, state, Layer.HOSTING):
            with pytest.raises(Conflict) as refusal:
                make(service, verb, reviewer(), at)
            assert refusal.value.code == "state_does_not_allow"
    assert again(service).state == state


@pytest.mark.parametrize("state", cast.WAY)
def test_every_state_is_reached_by_the_tables_moves_and_kept_as_steps(at, state):
    service = in_state(state, at)
    assert service.state == state
    with acting(LGWAN):
        assert Step.objects.filter(service=service).last().state == state
        assert bool(service.number) is (state in cast.moving.asp.NUMBERED)


def test_what_rests_on_hosting_needs_no_connection_test(at):
    service = in_state(State.PUBLISHED, at, Layer.APPLICATION)
    with acting(LGWAN):
        verbs = list(Step.objects.filter(service=service).values_list("verb", flat=True))
    assert verbs == ["apply", "begin_review", "judge_papers", "pass_review", "approve", "publish"]
    assert (service.number, service.registered_on, service.renewal_due_on.year) == ("A2026-0001", at.day, 2027)


@pytest.mark.parametrize("verb", MOVES)
def test_each_move_asks_for_the_tables_permission(at, verb):
    move = MOVES[verb]
    layer = Layer.HOSTING if Layer.HOSTING in move.layers else Layer.APPLICATION
    rests = {} if layer is Layer.HOSTING else {"rests_on": in_state(State.PUBLISHED, at).pk}
    service = cast.applied(at, layer, **rests)
    put(service, next(state for state in State if state in move.sources))
    others = [actor("JLIS-LGWAN", "CENTRE_OPERATOR", kind="JLIS", number=5), officer()]
    others += [approver(4)] if move.part is not Part.APPROVER else [reviewer(4)]
    for other in others:
        with pytest.raises((Forbidden, NotFound)):
            make(service, verb, reviewer(), at, by=other)


# --- three persons -----------------------------------------------------------------------------------------------
def test_who_filed_does_not_review_and_who_reviewed_does_not_decide(at):
    service = cast.applied(at)
    with pytest.raises(Forbidden) as refusal:
        make(service, "begin_review", reviewer(), at, by=reviewer(1))
    assert refusal.value.code == "same_person"

    both = replace(reviewer(2), permissions=reviewer().permissions | approver().permissions)
    make(service, "begin_review", reviewer(), at, by=both)
    judge_all(service, at)
    for verb in ("begin_test", "pass_test"):
        make(service, verb, reviewer(), at, by=reviewer(3))
    for person in (both, replace(both, id=reviewer(1).id), replace(both, id=reviewer(3).id)):
        with pytest.raises(Forbidden) as refusal:
            make(service, "approve", reviewer(), at, by=person)
        assert refusal.value.code == "same_person"
    assert make(service, "approve", reviewer(), at).number == "H2026-0001"


def test_who_answers_for_a_company_does_not_review_it(at):
    service = in_state(State.REVIEWING, at)
    question = reviewing.ask(service=service.pk, text="電源は。", by=reviewer(2), at=at)
    reviewing.answer(question=question.pk, text="二系統。", by=reviewer(3), at=at)
    judging = {"FORM": Finding.GOOD}
    with pytest.raises(Forbidden):
        reviewing.judge_papers(service=service.pk, findings=judging, by=reviewer(3), at=at)


@pytest.mark.parametrize(
    "columns", [{"reviewed_by": "a"}, {"decided_by": "a"}, {"reviewed_by": "b", "decided_by": "b"}]
)
def test_the_database_keeps_the_three_apart(at, columns):
    service = cast.applied(at)
    with acting(LGWAN), pytest.raises(IntegrityError, match="filing_three_persons"):
        Filing.objects.filter(service=service).update(filed_by="a", **columns)


def test_the_database_accepts_no_application_that_nobody_reviewed(at):
    service = cast.applied(at)
    done = {"outcome": Outcome.ACCEPTED, "closed_at": at.instant, "decided_by": "z"}
    with acting(LGWAN), pytest.raises(IntegrityError, match="filing_application_was_reviewed"):
        Filing.objects.filter(service=service).update(**done)


# --- papers, questions, corrections ------------------------------------------------------------------------------
def test_the_review_ends_when_every_paper_is_good_and_every_question_answered(at):
    town = officer()
    service = in_state(State.REVIEWING, at, Layer.APPLICATION, by=town, provider=None, submitted=["FORM", "CONTENT"])
    judge_all(service, at)
    with pytest.raises(Conflict, match="利用する団体の範囲、安全管理の措置"):
        make(service, "pass_review", town, at)

    make(service, "ask_correction", town, at)
    assert applying.hand_in(service=service.pk, codes=["USERS", "SECURITY", "FORM"], by=town, at=at) == 2
    make(service, "resubmit", town, at)
    judge_all(service, at)
    question = reviewing.ask(service=service.pk, text="対象の団体は。", by=reviewer(2), at=at)
    with pytest.raises(Conflict, match="回答のない質問"):
        make(service, "pass_review", town, at)
    with pytest.raises(NotFound):
        reviewing.answer(question=question.pk, text="全国。", by=officer(SHINJUKU), at=at)
    reviewing.answer(question=question.pk, text="都内の市区町村。", by=town, at=at)
    with pytest.raises(Conflict):
        reviewing.answer(question=question.pk, text="別の答え。", by=town, at=at)
    assert make(service, "pass_review", town, at).state == State.DECIDING


def test_a_paper_found_faulty_is_handed_in_again_and_a_wanting_one_is_not_judged(at):
    service = in_state(State.REVIEWING, at, submitted=["FORM"])
    judge_all(service, at, Finding.FAULTY)
    with acting(LGWAN):
        found = dict(Filing.objects.get(service=service).papers.values_list("paper", "finding"))
    assert found.pop("FORM") == Finding.FAULTY
    assert set(found.values()) == {Finding.WANTING}
    assert applying.hand_in(service=service.pk, codes=["FORM"], by=reviewer(), at=at) == 1


def test_nothing_is_asked_or_judged_outside_a_review(at):
    service = cast.applied(at)
    with pytest.raises(Conflict):
        reviewing.ask(service=service.pk, text="電源は。", by=reviewer(2), at=at)
    with pytest.raises(Conflict):
        judge_all(service, at)
    with pytest.raises(Invalid):
        reviewing.ask(service=service.pk, text=" ", by=reviewer(2), at=at)
    with acting(LGWAN):
        assert not Question.objects.exists()


@pytest.mark.parametrize("verb", [verb for verb, move in MOVES.items() if move.needs_note])
def test_a_refusal_says_why(at, verb):
    move = MOVES[verb]
    service = cast.applied(at)
    put(service, next(state for state in State if state in move.sources))
    with pytest.raises(Invalid):
        make(service, verb, reviewer(), at, note=" ")


# --- what a service rests on -------------------------------------------------------------------------------------
@pytest.mark.parametrize("layer", [layer for layer in Layer if layer is not Layer.HOSTING])
def test_other_classes_are_registered_on_a_registered_hosting(at, layer):
    unregistered = cast.applied(at)
    for rests_on in (None, unregistered.pk, 999_999):
        with pytest.raises(Invalid) as refusal:
            cast.applied(at, layer, rests_on=rests_on)
        assert refusal.value.errors[0].code == "no_hosting"


def test_hosting_rests_on_nothing(at):
    hosting = in_state(State.PUBLISHED, at)
    with pytest.raises(Invalid):
        cast.applied(at, rests_on=hosting.pk)


def test_hosting_ends_after_what_it_carries(at):
    hosting = in_state(State.PUBLISHED, at)
    carried = in_state(State.PUBLISHED, at, Layer.APPLICATION, rests_on=hosting.pk)
    make(hosting, "file_end", reviewer(), at)
    with pytest.raises(Conflict, match="APPLICATIONサービス"):
        make(hosting, "end", reviewer(), at)
    for verb in ("file_end", "end"):
        make(carried, verb, reviewer(), at)
    assert make(hosting, "end", reviewer(), at).ended_on == at.day


def test_nothing_is_registered_on_what_is_about_to_end(at):
    hosting = in_state(State.PUBLISHED, at)
    waiting = in_state(State.DECIDING, at, Layer.FACILITY, rests_on=hosting.pk)
    make(hosting, "file_end", reviewer(), at)
    with pytest.raises(Conflict) as refusal:
        make(waiting, "approve", reviewer(), at)
    assert refusal.value.code == "carrier_gone"
    assert again(waiting).number == ""


# --- changes, renewals -------------------------------------------------------------------------------------------
def test_a_change_shows_when_it_is_accepted_and_not_when_it_is_refused(at):
    service = in_state(State.CHANGING, at)
    assert again(service).name == "HOSTINGサービス"
    make(service, "refuse_change", reviewer(), at)
    assert again(service).name == "HOSTINGサービス"
    make(service, "file_change", reviewer(), at)
    make(service, "accept_change", reviewer(), at)
    assert (again(service).name, again(service).summary) == ("新しい名前", "新しい概要")
    with pytest.raises(Invalid):
        make(service, "file_change", reviewer(), at, content=None)
    with pytest.raises(Invalid):
        make(service, "file_change", reviewer(), at, content=Content("", "概要"))


def test_a_renewal_is_counted_from_the_day_that_was_due(at):
    service = in_state(State.RENEWING, at)
    due = service.renewal_due_on
    with acting(LGWAN):
        assert list(selectors.overdue(due)) == []
        assert list(selectors.overdue(due.replace(day=due.day + 1))) == [service]
    make(service, "accept_renewal", reviewer(), at)
    assert again(service).renewal_due_on == due.replace(year=due.year + 1)


# --- providers and borders ---------------------------------------------------------------------------------------
def test_a_body_applies_for_itself_and_the_next_town_sees_nothing_of_it(at):
    town = officer()
    service = cast.applied(at, by=town, provider=None)
    assert service.keeper == CHIYODA
    with acting(LGWAN):
        assert Provider.objects.get(pk=service.provider_id).name == "東京都千代田区"
        assert ServiceContact.objects.get(pk=service.pk).keeper == CHIYODA
    next_town = officer(SHINJUKU)
    with pytest.raises(NotFound):
        make(service, "withdraw", town, at, by=next_town)
    with pytest.raises(NotFound):
        cast.applied(at, by=next_town, provider=service.provider_id)
    with pytest.raises(NotFound):
        applying.change_contact(service=service.pk, contact=cast.CONTACT, by=next_town, at=at)


def test_in_the_catalogue_it_is_seen_and_still_nobody_elses(at):
    service = in_state(State.PUBLISHED, at, by=officer(), provider=None)
    with pytest.raises(Forbidden):
        make(service, "file_end", officer(), at, by=officer(SHINJUKU))


def test_a_second_application_of_a_body_has_the_same_provider(at):
    town = officer(TOKYO, kind="PREFECTURE")
    first, second = (cast.applied(at, by=town, provider=None) for _ in range(2))
    assert first.provider_id == second.provider_id


def test_a_contact_is_changed_at_any_time(at):
    service = in_state(State.PUBLISHED, at)
    told = replace(cast.CONTACT, name="見本 次郎")
    applying.change_contact(service=service.pk, contact=told, by=reviewer(3), at=at)
    with acting(LGWAN):
        assert ServiceContact.objects.get(pk=service.pk).name == "見本 次郎"
    with pytest.raises(Invalid):
        applying.change_contact(service=service.pk, contact=replace(told, telephone=" "), by=reviewer(), at=at)


def test_companies_are_entered_once_by_the_centre(at):
    told = {"kind": ProviderKind.COMPANY, "name": "株式会社見本", "corporate_number": "7000012050002", "at": at}
    providers.enter(**told, by=reviewer())
    for changes in ({"corporate_number": ""}, {"name": "別の会社"}):
        with pytest.raises(Conflict):
            providers.enter(**told | changes, by=reviewer())
    for changes in ({"corporate_number": "1000012050002"}, {"name": ""}, {"kind": ProviderKind.LOCAL_BODY}):
        with pytest.raises(Invalid):
            providers.enter(**told | changes, by=reviewer())
    for other in (officer(), approver()):
        with pytest.raises(Forbidden):
            providers.enter(**told, by=other)


@pytest.mark.parametrize(
    "changes",
    [
        {"content": Content("", "概要")},
        {"contact": replace(cast.CONTACT, department="")},
        {"submitted": ["CONTENT"]},
    ],
)
def test_an_application_that_is_not_whole_leaves_nothing_behind(at, changes):
    with pytest.raises(Invalid):
        cast.applied(at, **changes)
    with acting(LGWAN):
        assert not Service.objects.exists()


def test_numbers_approvals_and_the_chain_agree(at):
    in_state(State.PUBLISHED, at, Layer.APPLICATION)
    in_state(State.ENDED, at)
    assert [finding.agrees for finding in numbers_have_approvals()] == [True] * 4
    with acting(LGWAN):
        assert selectors.registrations_by_year() == [(2026, {"HOSTING": 2, "APPLICATION": 1})]
        assert selectors.standing_by_layer() == {"HOSTING": 1, "APPLICATION": 1}
        Filing.objects.filter(outcome=Outcome.ACCEPTED, kind="APPLICATION").update(outcome=Outcome.REFUSED)
    broken: list[Agreement] = [finding for finding in numbers_have_approvals() if not finding.agrees]
    assert [finding.name for finding in broken] == ["lgwan.approved", "lgwan.audited"]


def test_every_move_stands_in_the_chain_without_a_person(at):
    in_state(State.ENDED, at)
    with acting(SYSTEM):
        entries = list(AuditEntry.objects.filter(action__startswith="lgwan.").values_list("action", "detail"))
    assert "lgwan.service_end" in dict(entries)
    assert not any("見本 花子" in str(detail) for _, detail in entries)
    assert moving.MOVES["end"].audit_word == "lgwan.service_end"
