"""緊急事案の報告 (J13): recorded, reported upwards in versions that stay, asked about, closed; late ones reminded.

One path makes a move: permission, part, state, what the move needs, rows, step, audit. Persons are never named here.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.time import Moment
from juki.domain import emergency_reports as law
from juki.domain.emergencies import MINISTRY, MOVES, Affair, Kind, Move, Route, State, allows, due_on
from juki.domain.emergency_reports import Content
from juki.models import EmergencyCase, EmergencyReminder, EmergencyReport, EmergencyStep
from juki.selectors import emergencies as selectors

_LONGEST_NOTE = 400


@dataclass(frozen=True)
class Noticed:
    """What is known at once. ``place`` is the body where it happened; empty for the own one."""

    affair: Affair
    kind: Kind
    noticed_at: datetime
    is_suspected: bool = False
    place: str = ""


def record(*, noticed: Noticed, by: Actor, at: Moment) -> EmergencyCase:
    """Record that a case was noticed; nobody else sees it until it is reported. Raises Forbidden, Invalid."""
    by.must("juki.report_emergencies")
    with acting(by.scope):
        route = selectors.route_of(by.organisation)
        if route is None:
            raise Forbidden("not_a_reporter", "緊急事案を報告する団体ではありません。")
        place = _place(noticed, route, by, at)
    if noticed.noticed_at > at.instant:
        raise Invalid.of([FieldError("noticed_at", "in_the_future", "確認日時に未来の日時は使えません。")])
    with acting(REGISTRY):
        return _opened(noticed, route, place, None, by, at)


def take_up(*, case: UUID, by: Actor, at: Moment) -> EmergencyCase:
    """Make a case of the own body of one that J-LIS told it of, to be reported on the body's own way.

    Raises Forbidden, NotFound for a case that the body was not told of, Conflict for a second time.
    """
    by.must("juki.report_emergencies")
    with acting(by.scope):
        told = selectors.get(case)
        route = selectors.route_of(by.organisation)
    if told.told != by.organisation or route is None:
        raise NotFound("emergency_not_found", "該当する緊急事案がありません。")
    with acting(REGISTRY):
        EmergencyCase.objects.select_for_update().get(pk=case)
        if selectors.is_taken_up(told):
            raise Conflict("taken_up_already", "この知らせは、すでに自団体の事案として記録されています。")
        noticed = Noticed(Affair(told.affair), Kind(told.kind), at.instant, told.is_suspected)
        return _opened(noticed, route, by.organisation, told, by, at)


def move(
    *, case: UUID, verb: str, by: Actor, at: Moment, note: str = "", content: Content | None = None
) -> EmergencyCase:
    """Make a move of the table; `content` is the report that comes with it.

    Raises NotFound, Forbidden for another's part, Conflict for the state, Invalid for what the move still needs.
    """
    wanted = MOVES.get(verb)
    if wanted is None:
        raise NotFound("move_unknown", "この操作はありません。")
    by.must(wanted.permission)
    with acting(by.scope):
        seen = selectors.get(case)
    if wanted.part not in selectors.parts_of(seen, by):
        raise Forbidden("not_this_part", f"{wanted.label}は、この団体が行う処理ではありません。")
    with acting(REGISTRY):
        found = EmergencyCase.objects.select_for_update().get(pk=case)
        if not allows(wanted, Route(found.route), State(found.state)):
            raise Conflict("state_does_not_allow", f"この事案は{wanted.label}ができる状態ではありません。")
        _must_have_what_it_needs(wanted, found, note, content)
        _go(found, wanted, at)
        if wanted.writes and content is not None:
            _write(found, wanted, content, by, at)
        if wanted.reaches:
            _reach(found, by, at)
        found.save()
        _noted(found, verb, by, at, note.strip())
        audit.record(action=wanted.audit_word, by=by, detail={"case": str(found.pk), "state": found.state})
    return found


def remind(*, by: Actor, at: Moment) -> int:
    """Remind, once a day, whoever is late with an open case; how many reminders were written."""
    by.must("juki.remind_emergencies")
    with acting(REGISTRY):
        reminders = [_reminder(case, at) for case in selectors.overdue(at.day)]
        reminders += [
            EmergencyReminder(case=case, day=at.day, part="TOLD", organisation=case.told, state=case.state,
                              due_on=case.since)
            for case in selectors.not_taken_up(at.day)
        ]  # fmt: skip
        known = set(EmergencyReminder.objects.filter(day=at.day).values_list("case", "organisation"))
        fresh = [each for each in reminders if (each.case_id, each.organisation) not in known]
        EmergencyReminder.objects.bulk_create(fresh, ignore_conflicts=True)
        audit.record(action="juki.emergencies_reminded", by=by, detail={"day": at.day.isoformat(), "count": len(fresh)})
    return len(fresh)


def _reminder(case: EmergencyCase, at: Moment) -> EmergencyReminder:
    part, body = selectors.body_that_owes(case)
    assert part is not None, "an open case is somebody's"
    told = {"part": part.name, "organisation": body, "state": case.state}
    return EmergencyReminder(case=case, day=at.day, due_on=case.due_on or case.since, **told)


def _place(noticed: Noticed, route: Route, by: Actor, at: Moment) -> str:
    if route is not Route.JLIS or not noticed.place:
        return by.organisation
    if not selectors.is_local_body(noticed.place, at.day):
        message = "この団体コードの都道府県・市区町村はありません。"
        raise Invalid.of([FieldError("place", "unknown_body", message)])
    return noticed.place


def _opened(
    noticed: Noticed, route: Route, place: str, origin: EmergencyCase | None, by: Actor, at: Moment
) -> EmergencyCase:
    case = EmergencyCase.objects.create(
        id=uuid7(at.instant),
        route=route.value,
        affair=noticed.affair.value,
        kind=noticed.kind.value,
        is_suspected=noticed.is_suspected,
        place=place,
        reporter=by.organisation,
        noticed_at=noticed.noticed_at,
        state=State.RECORDED.value,
        since=at.day,
        due_on=due_on(State.RECORDED, at.day),
        recorded_at=at.instant,
        recorded_by=by.label,
        origin=origin,
    )
    _noted(case, "record", by, at, "")
    detail = {"case": str(case.pk), "kind": case.kind, "route": case.route}
    audit.record(action="juki.emergency_recorded", by=by, detail=detail)
    return case


def _must_have_what_it_needs(wanted: Move, case: EmergencyCase, note: str, content: Content | None) -> None:
    errors = []
    if wanted.needs_note and not note.strip():
        errors.append(FieldError("note", "required", f"{wanted.label}には内容・理由が必要です。"))
    if len(note) > _LONGEST_NOTE or law.names_a_number(note):
        message = f"{_LONGEST_NOTE}字までで、個人番号と住民票コードを含めずに入力してください。"
        errors.append(FieldError("note", "not_a_note", message))
    if wanted.writes is not None:
        told = content or Content()
        faults = law.faults(told, Kind(case.kind), wanted.writes)
        errors += [FieldError(fault.field, fault.code, fault.message) for fault in faults]
    if errors:
        raise Invalid.of(errors)


def _go(case: EmergencyCase, wanted: Move, at: Moment) -> None:
    if wanted.target is None:
        return
    case.state, case.since = wanted.target.value, at.day
    case.due_on = due_on(wanted.target, at.day)
    if wanted.target in (State.WITH_PREFECTURE, State.FINAL_WITH_PREFECTURE):
        case.relay = selectors.prefecture_of(case.reporter)
        assert case.relay, "a municipality is in a prefecture"
    if wanted.reaches:
        case.ministry = MINISTRY
        case.told = case.place if case.place != case.reporter else ""


def _write(case: EmergencyCase, wanted: Move, content: Content, by: Actor, at: Moment) -> None:
    assert wanted.writes is not None, "the move comes with a report"
    EmergencyReport.objects.create(
        case=case,
        number=case.reports.count() + 1,
        kind=wanted.writes.value,
        written_at=at.instant,
        written_by=by.label,
        **_columns(content),
    )


def _columns(content: Content) -> dict[str, Any]:
    return asdict(content) | {"press": content.press.value}


def _reach(case: EmergencyCase, by: Actor, at: Moment) -> None:
    """Everything that was reported and has not reached the ministry reaches it now."""
    waiting = EmergencyReport.objects.filter(case=case, ministry="")
    waiting.update(ministry=case.ministry, forwarded_at=at.instant, forwarded_by=by.label)


def _noted(case: EmergencyCase, verb: str, by: Actor, at: Moment, note: str) -> None:
    EmergencyStep.objects.create(
        case=case, verb=verb, state=case.state, at=at.instant, organisation=by.organisation, by=by.label, note=note
    )
