"""The cast of the room's tests: officers of bodies, three of the centre, services at each stage of their life."""

from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import Moment
from lgwan.choices import Finding, ProviderKind
from lgwan.domain import papers
from lgwan.domain.asp import MOVES, Layer, Part, State
from lgwan.models import Provider, Service
from lgwan.services import applying, moving, providers, reviewing
from lgwan.services.applying import Contact
from lgwan.services.moving import Content
from tests.conftest import CHIYODA, actor

CONTACT = Contact("情報政策課", "見本 花子", "03-0000-0000")
# The way to each state of a published life, and beside it.
WAY = {
    State.APPLIED: (),
    State.REVIEWING: ("begin_review",),
    State.CORRECTING: ("begin_review", "ask_correction"),
    State.TESTING: ("begin_review", "begin_test"),
    State.DECIDING: ("begin_review", "pass"),
    State.REGISTERED: ("begin_review", "pass", "approve"),
    State.PUBLISHED: ("begin_review", "pass", "approve", "publish"),
    State.CHANGING: ("begin_review", "pass", "approve", "publish", "file_change"),
    State.RENEWING: ("begin_review", "pass", "approve", "publish", "file_renewal"),
    State.ENDING: ("begin_review", "pass", "approve", "publish", "file_end"),
    State.ENDED: ("begin_review", "pass", "approve", "publish", "file_end", "end"),
    State.REFUSED: ("begin_review", "pass", "refuse"),
    State.WITHDRAWN: ("withdraw",),
}


def officer(organisation: str = CHIYODA, number: int = 1, kind: str = "MUNICIPALITY") -> Actor:
    """A network officer of a body."""
    return actor(organisation, "NETWORK_OFFICER", kind=kind, number=number)


def reviewer(number: int = 1) -> Actor:
    """A reviewer of the centre."""
    return actor("JLIS-LGWAN", "LGWAN_REVIEWER", kind="JLIS", number=number)


def approver(number: int = 9) -> Actor:
    """An approver of the centre."""
    return actor("JLIS-LGWAN", "LGWAN_APPROVER", kind="JLIS", number=number)


def who(verb: str, applicant: Actor) -> Actor:
    """Who makes a move: the centre's own applications are filed by its first officer and reviewed by its second."""
    return {Part.APPLICANT: applicant, Part.REVIEWER: reviewer(2), Part.APPROVER: approver()}[MOVES[verb].part]


def company(at: Moment, name: str = "見本電算株式会社") -> Provider:
    """A company, which the centre's first officer entered."""
    with acting(LGWAN):
        known = Provider.objects.filter(name=name).first()
    return known or providers.enter(kind=ProviderKind.COMPANY, name=name, by=reviewer(), at=at)


def applied(at: Moment, layer: Layer = Layer.HOSTING, **changes: Any) -> Service:
    """The company's application with every paper."""
    local_body = changes.get("provider", 0) is None
    needed = [paper.code for paper in papers.needed(layer, local_body=local_body)]
    content = Content(f"{layer.value}サービス", "見本のサービス", "", changes.pop("rests_on", None))
    told = {
        "provider": company(at).pk, "layer": layer, "content": content, "contact": CONTACT, "submitted": needed,
        "by": reviewer(), "at": at,
    }  # fmt: skip
    return applying.apply(**told | changes)


def in_state(state: State, at: Moment, layer: Layer = Layer.HOSTING, **changes: Any) -> Service:
    """A service that has come to the state by the table's moves."""
    if layer is not Layer.HOSTING and "rests_on" not in changes:
        changes["rests_on"] = in_state(State.PUBLISHED, at).pk
    service = applied(at, layer, **changes)
    applicant = changes.get("by", reviewer())
    for verb in WAY[state]:
        step(service, verb, applicant, at)
    with acting(LGWAN):
        return Service.objects.get(pk=service.pk)


def step(service: Service, verb: str, applicant: Actor, at: Moment) -> None:
    """One move on the way; `pass` stands for what ends the review of the class."""
    if verb in ("pass", "begin_test"):
        judge_all(service, at)
    passing = ("begin_test", "pass_test") if service.layer == Layer.HOSTING.value else ("pass_review",)
    for each in passing if verb == "pass" else (verb,):
        make(service, each, applicant, at)


def make(service: Service, verb: str, applicant: Actor, at: Moment, **changes: Any) -> Service:
    """A move by whose it is, with what it needs."""
    content = Content("新しい名前", "新しい概要", "", service.rests_on_id) if verb == "file_change" else None
    note = "理由" if MOVES[verb].needs_note else ""
    told = {"service": service.pk, "verb": verb, "by": who(verb, applicant), "at": at, "note": note, "content": content}
    return moving.move(**told | changes)


def judge_all(service: Service, at: Moment, finding: Finding = Finding.GOOD) -> None:
    findings = {paper.code: finding for paper in papers.PAPERS}
    reviewing.judge_papers(service=service.pk, findings=findings, by=reviewer(2), at=at)
