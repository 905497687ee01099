"""The daily inspection: a sample of what was issued and published goes through pkilint, and the findings are kept."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import chain

import structlog
from django.db.models import F

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.choices import Inspected
from jpki.engine import linting
from jpki.engine.linting import LintFinding
from jpki.models import Certificate, CrlPublication, Generation, Inspection, LinkCertificate, OcspAnswer, Responder
from jpki.selectors import certificates, inspections, published

log = structlog.get_logger(__name__)

CERTIFICATES, LISTS, ANSWERS = 50, 20, 20
# A larger list is looked at with so many of its entries.
MOST_ENTRIES = 500
_UNREADABLE = "jpki.unreadable"


@dataclass(frozen=True)
class Sampled:
    """Something to look at. ``number`` is its serial or list number; ``issuer`` is empty where a chain says nothing;
    ``in_part``: a large list without most of its entries."""

    what: Inspected
    authority: str
    number: int
    octets: bytes
    issuer: bytes = b""
    in_part: bool = False


def inspect(*, by: Actor, at: Moment) -> Inspection:
    """Lint the authorities' own certificates and a sample of what was made since the last inspection.

    A second one on the same day takes the place of the first.
    """
    by.must("jpki.operate_authority")
    with acting(JPKI):
        last = inspections.newest()
        since = min(last.held_at, at.instant) if last else at.instant - timedelta(days=1)
        sampled = list(chain(_authorities(at.instant), _issued(since), _lists(), _answers(at.instant)))
    findings = [(each, finding) for each in sampled for finding in _findings(each)]
    grave = sum(finding.grave for _, finding in findings)
    counts = {
        "certificates": sum(each.what not in {Inspected.LIST, Inspected.ANSWER} for each in sampled),
        "lists": sum(each.what == Inspected.LIST for each in sampled),
        "answers": sum(each.what == Inspected.ANSWER for each in sampled),
        "in_part": sum(each.in_part for each in sampled),
        "grave": grave,
        "slight": len(findings) - grave,
    }
    with acting(JPKI):
        row, _ = Inspection.objects.update_or_create(
            day=at.day, defaults=counts | {"held_at": at.instant, "findings": [_kept(*each) for each in findings]}
        )
        audit.record(action="jpki.inspected", by=by, detail=counts)
    if grave:
        log.error("inspection_found", grave=grave, codes=sorted({each.code for _, each in findings if each.grave}))
    return row


def _findings(sampled: Sampled) -> list[LintFinding]:
    looks: dict[Inspected, Callable[[bytes], list[LintFinding]]] = {
        Inspected.LIST: linting.revocation_list,
        Inspected.ANSWER: linting.ocsp_answer,
    }
    try:
        found = looks.get(sampled.what, linting.certificate)(sampled.octets)
        return found + linting.chain(sampled.issuer, sampled.octets) if sampled.issuer else found
    except ValueError:
        return [LintFinding("FATAL", _UNREADABLE, "")]


def _kept(sampled: Sampled, finding: LintFinding) -> dict[str, object]:
    return {"what": sampled.what.value, "authority": sampled.authority, "number": sampled.number} | asdict(finding)


def _authorities(at: datetime) -> Iterator[Sampled]:
    for row in Generation.objects.filter(not_after__gt=at):
        yield Sampled(Inspected.AUTHORITY, row.authority_id, row.serial, bytes(row.certificate))
    for responder in Responder.objects.filter(not_after__gt=at).select_related("generation"):
        yield _under(responder.generation, Inspected.RESPONDER, responder.serial, bytes(responder.certificate))
    for link in LinkCertificate.objects.filter(not_after__gt=at).select_related("signer"):
        yield _under(link.signer, Inspected.LINK, link.serial, bytes(link.certificate))


def _issued(since: datetime) -> Iterator[Sampled]:
    rows = Certificate.objects.select_related("status__generation").filter(
        status__issued_at__gt=since, status__signature__isnull=False
    )
    for row in rows.order_by("?")[:CERTIFICATES]:
        yield _under(row.status.generation, Inspected.CERTIFICATE, row.status.serial, certificates.der(row))


def _under(signer: Generation, what: Inspected, number: int, octets: bytes) -> Sampled:
    return Sampled(what, signer.authority_id, number, octets, bytes(signer.certificate))


def _lists() -> Iterator[Sampled]:
    """The newest lists: the full ones, and a sample of the towns'."""
    rows = CrlPublication.objects.filter(number=F("series__last_number")).select_related("series__generation")
    for row in rows.order_by(F("series__partition").asc(nulls_first=True), "?")[:LISTS]:
        octets = linting.abridged(published.octets(row), MOST_ENTRIES)
        yield Sampled(
            Inspected.LIST, row.series.generation.authority_id, row.number, octets, in_part=row.entries > MOST_ENTRIES
        )


def _answers(at: datetime) -> Iterator[Sampled]:
    """The ready answers that were made last."""
    rows = OcspAnswer.objects.filter(next_update__gt=at).select_related("generation").order_by("-next_update")
    for row in rows[:ANSWERS]:
        yield Sampled(Inspected.ANSWER, row.generation.authority_id, row.serial, bytes(row.content))
