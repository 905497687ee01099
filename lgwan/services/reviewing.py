"""書類審査: what the reviewer finds of each paper, asks, and is answered."""

from collections.abc import Mapping

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import Moment
from lgwan import policies
from lgwan.choices import Finding, State
from lgwan.domain.asp import Part
from lgwan.models import Filing, Question, Service
from lgwan.selectors import services as selectors
from lgwan.services import moving

_LONGEST = 400


def judge_papers(*, service: int, findings: Mapping[str, Finding], by: Actor, at: Moment) -> int:
    """Write what was found of papers that have been handed in; how many changed. Raises Forbidden, Conflict."""
    by.must("lgwan.review_services")
    with acting(LGWAN):
        _, filing = _under_review(service, by)
        changed = 0
        for paper in filing.papers.select_for_update().exclude(finding=Finding.WANTING):
            found = findings.get(paper.paper, paper.finding)
            if found != paper.finding and found in (Finding.GOOD, Finding.FAULTY):
                paper.finding = found
                paper.save(update_fields=["finding"])
                changed += 1
        if changed:
            moving.noted(filing.service, filing, "judge_papers", by=by, at=at)
            audit.record(action="lgwan.papers_judged", by=by, detail={"service": service, "papers": changed})
        return changed


def ask(*, service: int, text: str, by: Actor, at: Moment) -> Question:
    """Ask the applicant. Raises Forbidden, Conflict outside a review, Invalid."""
    by.must("lgwan.review_services")
    _must_say("text", "質問", text)
    with acting(LGWAN):
        found, filing = _under_review(service, by)
        question = Question.objects.create(
            filing=filing, keeper=found.keeper, text=text, asked_by_label=by.label, asked_at=at.instant
        )
        moving.noted(found, filing, "ask", by=by, at=at)
        audit.record(action="lgwan.question_asked", by=by, detail={"service": service, "question": question.pk})
        return question


def answer(*, question: int, text: str, by: Actor, at: Moment) -> Question:
    """Answer once. Raises Forbidden, NotFound, Conflict for one that is answered, Invalid."""
    by.must("lgwan.apply_services")
    _must_say("text", "回答", text)
    with acting(LGWAN):
        questions = Question.objects.select_for_update(of=("self",)).select_related("filing__service")
        found = questions.filter(pk=question).first()
        if found is None or found.keeper != by.organisation:
            raise NotFound("question_not_found", "該当する質問がありません。")
        policies.must_be_another(Part.APPLICANT, moving.parts(found.filing), by)
        if found.answered_at is not None:
            raise Conflict("answered_already", "この質問はすでに回答されています。")
        if found.filing.closed_at is not None:
            raise Conflict("filing_closed", "この届出の審査は終わっています。")
        found.answer, found.answered_by_label, found.answered_at = text, by.label, at.instant
        found.save(update_fields=["answer", "answered_by_label", "answered_at"])
        moving.noted(found.filing.service, found.filing, "answer", by=by, at=at)
        audit.record(action="lgwan.question_answered", by=by, detail={"question": question})
        return found


def _under_review(service: int, by: Actor) -> tuple[Service, Filing]:
    """The service and its filing, which this person may review: who filed it may not."""
    found = moving.locked(service, by)
    filing = selectors.open_filing(found)
    if filing is None or found.state not in (State.REVIEWING, State.TESTING):
        raise Conflict("not_under_review", "審査中の申込みではありません。")
    policies.must_be_another(Part.REVIEWER, moving.parts(filing), by)
    return found, filing


def _must_say(field: str, label: str, text: str) -> None:
    if not text.strip():
        raise Invalid.of([FieldError(field, "required", f"{label}を入力してください。")])
    if len(text) > _LONGEST:
        raise Invalid.of([FieldError(field, "too_long", f"{label}は{_LONGEST}字までです。")])
