"""利用の調査 (J18): a case made of a finding, answered by the body's supervisor, decided by the committee, closed."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.domain.access_cases import BEGINNINGS, MOVES, Part, State, due_on
from juki.domain.emergency_reports import names_a_number
from juki.models import AccessCase, AccessCaseStep, AccessFinding
from juki.selectors import access_reviews as selectors

LONGEST_NOTE = 1000


def open_case(*, finding: UUID, to: State, note: str, by: Actor, at: Moment) -> AccessCase:
    """Ask the body's supervisor about a finding, or lay it before the committee without telling the body.

    Raises Forbidden, NotFound, Conflict for a finding that has its case, Invalid for a note that says nothing.
    """
    by.must("juki.open_access_cases")
    with acting(by.scope):
        found = selectors.finding(finding)
    _must_say(note)
    if to not in BEGINNINGS:
        raise Invalid.of([FieldError("to", "not_a_choice", "団体または委員会を選んでください。")])
    with acting(REGISTRY):
        AccessFinding.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if AccessCase.objects.filter(finding=found).exists():
            raise Conflict("opened_already", "この検出の調査は、すでに始まっています。")
        case = AccessCase.objects.create(
            id=uuid7(at.instant),
            finding=found,
            organisation=found.organisation,
            state=to.value,
            is_told=to is State.WITH_BODY,
            since=at.day,
            due_on=due_on(to, at.day),
            opened_at=at.instant,
            opened_by=by.label,
        )
        _noted(case, "open", note, by, at)
        audit.record(action="juki.access_case_opened", by=by, detail={"case": str(case.pk), "state": case.state})
    return case


def move(*, case: UUID, verb: str, note: str, by: Actor, at: Moment) -> AccessCase:
    """Make a move of the table. Raises NotFound, Forbidden (also for one's own case), Conflict, Invalid."""
    wanted = MOVES.get(verb)
    if wanted is None:
        raise NotFound("move_unknown", "この操作はありません。")
    by.must(wanted.permission)
    with acting(by.scope):
        seen = AccessCase.objects.select_related("finding").filter(pk=case).first()
    if seen is None or (wanted.part is Part.BODY and seen.organisation != by.organisation):
        raise NotFound("case_not_found", "該当する調査がありません。")
    _must_not_be_concerned(seen, by)
    _must_say(note)
    with acting(REGISTRY):
        found = AccessCase.objects.select_for_update().get(pk=case)
        if State(found.state) not in wanted.sources:
            raise Conflict("state_does_not_allow", f"この調査は{wanted.label}ができる状態ではありません。")
        found.state, found.since = wanted.target.value, at.day
        found.due_on = due_on(wanted.target, at.day)
        found.save(update_fields=["state", "since", "due_on"])
        _noted(found, verb, note, by, at)
        audit.record(action=wanted.audit_word, by=by, detail={"case": str(found.pk), "state": found.state})
    return found


def is_concerned(found: AccessFinding, by: Actor) -> bool:
    """Whether a finding is about the actor's own looks."""
    return by.id in {entry["actor"] for entry in found.entries}


def _must_not_be_concerned(case: AccessCase, by: Actor) -> None:
    if is_concerned(case.finding, by):
        raise Forbidden("own_case", "自分の利用についての調査は扱えません。ほかの人が行ってください。")


def _must_say(note: str) -> None:
    if not note.strip():
        raise Invalid.of([FieldError("note", "required", "内容・理由を入力してください。")])
    if len(note) > LONGEST_NOTE or names_a_number(note):
        message = f"{LONGEST_NOTE:,}字までで、個人番号と住民票コードを含めずに入力してください。"
        raise Invalid.of([FieldError("note", "not_a_note", message)])


def _noted(case: AccessCase, verb: str, note: str, by: Actor, at: Moment) -> None:
    AccessCaseStep.objects.create(case=case, verb=verb, state=case.state, at=at.instant, by=by.label, note=note.strip())
