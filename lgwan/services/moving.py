"""The one path on which a service moves: policy, state, three persons, what the move needs, rows, step, audit."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.fiscal_years import fiscal_year
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import Moment
from lgwan import policies
from lgwan.choices import Finding
from lgwan.domain import asp
from lgwan.domain.asp import MOVES, Layer, Move, Part, State
from lgwan.models import Filing, RegistrationYear, Service, Step
from lgwan.selectors import services as selectors

# What is done without moving the service, and whose part it is all the same.
_ACTS = {
    "apply": Part.APPLICANT,
    "hand_in": Part.APPLICANT,
    "answer": Part.APPLICANT,
    "judge_papers": Part.REVIEWER,
    "ask": Part.REVIEWER,
}


@dataclass(frozen=True)
class Content:
    """What a service is, as its provider tells it; `rests_on` is the hosting service that carries it."""

    name: str
    summary: str
    users: str = ""
    rests_on: int | None = None

    def as_columns(self) -> dict[str, object]:
        """By the columns of `Service`."""
        told = asdict(self)
        return told | {"rests_on_id": told.pop("rests_on")}


def move(*, service: int, verb: str, by: Actor, at: Moment, note: str = "", content: Content | None = None) -> Service:
    """Make a move of the table. `content` is what a change asks for.

    Raises Forbidden, NotFound, Conflict for the state or what the move still needs, Invalid without a note it needs.
    """
    wanted = MOVES[verb]
    with acting(LGWAN):
        found = locked(service, by)
        policies.must_be_allowed(wanted, found.keeper, by)
        policies.must_follow(wanted, State(found.state), Layer(found.layer))
        _must_have_what_it_needs(wanted, found, note, content)
        filing = _filing_of(wanted, found, note, content, by, at)
        _BEFORE.get(verb, _nothing)(found, filing, at)
        found.state = wanted.target.value
        found.save()
        _close(wanted, filing, by, at)
        noted(found, filing, verb, by=by, at=at, note=note)
        audit.record(action=wanted.audit_word, by=by, detail={"service": found.pk, "state": found.state})
    return found


def locked(service: int, by: Actor) -> Service:
    """The service, locked. NotFound as well for one that the actor may not see."""
    with acting(by.scope):
        seen = Service.objects.filter(pk=service).exists()
    found = Service.objects.select_for_update(of=("self",)).filter(pk=service).first() if seen else None
    if found is None:
        raise NotFound("service_not_found", "該当するサービスがありません。")
    return found


def opened(
    service: Service, kind: asp.Filing, *, by: Actor, at: Moment, note: str = "", content: Content | None = None
) -> Filing:
    """Open a filing; a step of what files."""
    return Filing.objects.create(
        service=service,
        keeper=service.keeper,
        kind=kind.value,
        content=asdict(content) if content else {},
        note=note,
        filed_by=by.id,
        filed_by_label=by.label,
        filed_at=at.instant,
    )


def noted(service: Service, filing: Filing | None, verb: str, *, by: Actor, at: Moment, note: str = "") -> None:
    """Keep a step for ever."""
    Step.objects.create(
        service=service,
        filing=filing,
        keeper=service.keeper,
        verb=verb,
        state=service.state,
        by=by.id,
        by_label=by.label,
        at=at.instant,
        note=note,
    )


def content_faults(layer: Layer, content: Content) -> list[FieldError]:
    """What is missing of a service's content, or rests on nothing that carries it."""
    faults = [
        FieldError(field, "required", f"{label}は必須です。")
        for field, label in (("name", "サービス名"), ("summary", "概要"))
        if not getattr(content, field).strip()
    ]
    if layer is Layer.HOSTING and content.rests_on is not None:
        faults.append(FieldError("rests_on", "rests_on_nothing", "ホスティングはほかのサービスを基盤としません。"))
    if layer is not Layer.HOSTING and not _is_registered_hosting(content.rests_on):
        message = "基盤とする登録済みのホスティングサービスを選んでください。"
        faults.append(FieldError("rests_on", "no_hosting", message))
    return faults


def _is_registered_hosting(service: int | None) -> bool:
    return service is not None and selectors.hosting().filter(pk=service).exists()


def _must_have_what_it_needs(wanted: Move, service: Service, note: str, content: Content | None) -> None:
    if wanted.needs_note and not note.strip():
        raise Invalid.of([FieldError("note", "required", f"{wanted.label}には理由・内容が必要です。")])
    if wanted.opens is asp.Filing.CHANGE:
        if content is None:
            raise Invalid.of([FieldError("name", "required", "変更後の内容を入力してください。")])
        faults = content_faults(Layer(service.layer), content)
        if faults:
            raise Invalid.of(faults)


def _filing_of(
    wanted: Move, service: Service, note: str, content: Content | None, by: Actor, at: Moment
) -> Filing | None:
    """The filing that the move opens, or the open one, in which the actor has played no other part."""
    if wanted.opens is not None:
        return opened(service, wanted.opens, by=by, at=at, note=note, content=content)
    filing = selectors.open_filing(service)
    if filing is None:
        return None
    policies.must_be_another(wanted.part, parts(filing), by)
    if wanted.part is Part.REVIEWER:
        filing.reviewed_by, filing.reviewed_by_label = by.id, by.label
        filing.save(update_fields=["reviewed_by", "reviewed_by_label"])
    return filing


def parts(filing: Filing) -> dict[Part, set[str]]:
    """Who has played which part in a filing so far."""
    played: dict[Part, set[str]] = {part: set() for part in Part}
    for verb, person in filing.steps.values_list("verb", "by"):
        played[MOVES[verb].part if verb in MOVES else _ACTS[verb]].add(person)
    return played


def _close(wanted: Move, filing: Filing | None, by: Actor, at: Moment) -> None:
    if wanted.closes is None or filing is None:
        return
    filing.outcome, filing.closed_at = wanted.closes.value, at.instant
    if wanted.part is Part.APPROVER:
        filing.decided_by, filing.decided_by_label = by.id, by.label
    filing.save(update_fields=["outcome", "closed_at", "decided_by", "decided_by_label"])


# --- what single moves need and do -------------------------------------------------------------------------------
Effect = Callable[[Service, Filing | None, Moment], None]


def _nothing(service: Service, filing: Filing | None, at: Moment) -> None:
    """Most moves change the state alone."""


def _papers_are_good(service: Service, filing: Filing | None, at: Moment) -> None:
    assert filing is not None, "a service under review has an open filing"
    unseen = [paper.get_paper_display() for paper in filing.papers.exclude(finding=Finding.GOOD)]
    if unseen:
        raise Conflict("papers_not_good", f"確認が済んでいない書類があります：{'、'.join(unseen)}。")
    _questions_are_answered(service, filing, at)


def _questions_are_answered(service: Service, filing: Filing | None, at: Moment) -> None:
    if filing is not None and filing.questions.filter(answered_at=None).exists():
        raise Conflict("questions_open", "回答のない質問があります。")


def _register(service: Service, filing: Filing | None, at: Moment) -> None:
    """The number is the next of the class and fiscal year; what carries the service must still be registered."""
    _carrier_stands(service)
    year = fiscal_year(at.day)
    RegistrationYear.objects.get_or_create(layer=service.layer, year=year)
    count = RegistrationYear.objects.select_for_update().get(layer=service.layer, year=year)
    count.given += 1
    count.save(update_fields=["given"])
    service.number = asp.registration_number(Layer(service.layer), year, count.given)
    service.registered_on, service.renewal_due_on = at.day, asp.renewal_due(at.day)


def _carrier_stands(service: Service) -> None:
    if service.rests_on_id is None:
        return
    carriers = selectors.hosting().select_for_update(of=("self",))
    if not carriers.filter(pk=service.rests_on_id).exists():
        raise Conflict("carrier_gone", "基盤とするホスティングサービスの登録がありません。変更が必要です。")


def _change(service: Service, filing: Filing | None, at: Moment) -> None:
    assert filing is not None, "a change is filed"
    for name, value in Content(**filing.content).as_columns().items():
        setattr(service, name, value)
    _carrier_stands(service)


def _renew(service: Service, filing: Filing | None, at: Moment) -> None:
    assert service.renewal_due_on is not None, "a published service has its day"
    service.renewal_due_on = asp.renewal_due(service.renewal_due_on)


def _end(service: Service, filing: Filing | None, at: Moment) -> None:
    living = service.carried.exclude(state__in=[state.value for state in asp.FINAL])
    names = [each.name for each in living[:5]]
    if names:
        raise Conflict("carries_others", f"このサービスを基盤とするサービスがあります：{'、'.join(names)}。")
    service.ended_on = at.day


_BEFORE: dict[str, Effect] = {
    "resubmit": _questions_are_answered,
    "pass_review": _papers_are_good,
    "begin_test": _papers_are_good,
    "approve": _register,
    "accept_change": _change,
    "accept_renewal": _renew,
    "end": _end,
}
