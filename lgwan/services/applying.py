"""申込み: a service with its contact and its checklist, and what its applicant mends while it is under review."""

from collections.abc import Iterable
from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid, NotFound
from jlis.kernel.isolation.scope import LGWAN, acting
from jlis.kernel.time import Moment
from lgwan import policies
from lgwan.choices import Finding, State
from lgwan.domain import asp, papers
from lgwan.domain.asp import Part
from lgwan.models import Filing, FilingPaper, Provider, Service, ServiceContact
from lgwan.services import moving, providers
from lgwan.services.moving import Content


@dataclass(frozen=True)
class Contact:
    """Whom the centre asks."""

    department: str
    name: str
    telephone: str
    mail: str = ""


def apply(
    *,
    provider: int | None,
    layer: asp.Layer,
    content: Content,
    contact: Contact,
    by: Actor,
    at: Moment,
    submitted: Iterable[str] = (),
) -> Service:
    """Apply for a service of a provider, or of the actor's own body; `submitted` are the papers handed in, by code.

    Raises Forbidden, NotFound for a provider that another body keeps, Invalid.
    """
    by.must("lgwan.apply_services")
    with acting(LGWAN):
        found = providers.own(by=by, at=at) if provider is None else _kept(provider, by)
        needed = papers.needed(layer, local_body=found.is_local_body)
        _must_be_whole(layer, content, contact, set(submitted) - {paper.code for paper in needed})
        service = Service.objects.create(
            provider=found,
            keeper=by.organisation,
            layer=layer.value,
            state=State.APPLIED,
            applied_on=at.day,
            **content.as_columns(),
        )
        ServiceContact.objects.create(service=service, keeper=service.keeper, **vars(contact))
        filing = moving.opened(service, asp.Filing.APPLICATION, by=by, at=at)
        _list_papers(filing, needed, set(submitted))
        moving.noted(service, filing, "apply", by=by, at=at)
        audit.record(action="lgwan.service_applied", by=by, detail={"service": service.pk, "layer": layer.value})
        return service


def hand_in(*, service: int, codes: Iterable[str], by: Actor, at: Moment) -> int:
    """Hand in papers that are wanting or were faulty, while the application is not decided; how many."""
    by.must("lgwan.apply_services")
    with acting(LGWAN):
        found = moving.locked(service, by)
        policies.must_keep(found.keeper, by)
        filing = _application(found)
        policies.must_be_another(Part.APPLICANT, moving.parts(filing), by)
        wanting = filing.papers.filter(finding__in=[Finding.WANTING, Finding.FAULTY])
        count = wanting.filter(paper__in=list(codes)).update(finding=Finding.SUBMITTED)
        if count:
            moving.noted(found, filing, "hand_in", by=by, at=at)
            audit.record(action="lgwan.papers_handed_in", by=by, detail={"service": service, "papers": count})
        return count


def change_contact(*, service: int, contact: Contact, by: Actor, at: Moment) -> None:
    """Another contact, at any time and without a decision. Raises Forbidden, NotFound, Invalid."""
    by.must("lgwan.apply_services")
    with acting(LGWAN):
        found = moving.locked(service, by)
        policies.must_keep(found.keeper, by)
        faults = _contact_faults(contact)
        if faults:
            raise Invalid.of(faults)
        ServiceContact.objects.filter(pk=service).update(**vars(contact))
        audit.record(action="lgwan.contact_changed", by=by, detail={"service": service})


def _kept(provider: int, by: Actor) -> Provider:
    found = Provider.objects.filter(pk=provider, keeper=by.organisation).first()
    if found is None:
        raise NotFound("provider_not_found", "この団体が届出を行う提供者ではありません。", field="provider")
    return found


def _must_be_whole(layer: asp.Layer, content: Content, contact: Contact, unknown: set[str]) -> None:
    faults = moving.content_faults(layer, content) + _contact_faults(contact)
    if unknown:
        faults.append(FieldError("submitted", "unknown_paper", "この区分では提出しない書類が含まれています。"))
    if faults:
        raise Invalid.of(faults)


def _contact_faults(contact: Contact) -> list[FieldError]:
    named = (("department", "担当部署"), ("name", "担当者"), ("telephone", "電話番号"))
    return [
        FieldError(f"contact_{field}", "required", f"{label}は必須です。")
        for field, label in named
        if not getattr(contact, field).strip()
    ]


def _list_papers(filing: Filing, needed: list[papers.Paper], submitted: set[str]) -> None:
    FilingPaper.objects.bulk_create(
        FilingPaper(
            filing=filing,
            keeper=filing.keeper,
            paper=paper.code,
            finding=Finding.SUBMITTED if paper.code in submitted else Finding.WANTING,
        )
        for paper in needed
    )


def _application(service: Service) -> Filing:
    filing = service.filings.filter(closed_at=None, kind=asp.Filing.APPLICATION).first()
    if filing is None:
        raise Conflict("no_application", "審査中の申込みがありません。")
    return filing
