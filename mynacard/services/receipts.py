"""The receipt of a sitting: what was done, told from its rows, as often as it is asked for. No PIN is in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import TOKYO, Moment
from jpki.choices import Kind
from juki.selectors import affairs, residents, supplementary
from mynacard.domain.pins import LABELS
from mynacard.domain.sittings import DEEDS, PROOF_LABELS, RESET_LABEL, RESET_STATUTE, VISITOR_LABELS, Proof, Visitor
from mynacard.models import CertificateSitting, SittingDeed
from mynacard.selectors import sittings
from mynacard.services.counter import PURPOSE


@dataclass(frozen=True)
class Line:
    """One thing done, in the words of paper and screen."""

    deed: str
    what: str
    serial: str
    validity: str
    statute: str


@dataclass(frozen=True)
class Receipt:
    """A sitting as its holder gets it. ``only_ends``: nothing was issued and no PIN was set."""

    number: str
    card: int
    card_number: str
    name: str
    on: date
    office: str
    lines: Sequence[Line]
    proof: str
    visitor: str
    ground: str
    yen: int | None
    only_ends: bool


def draw(*, sitting: int, by: Actor, at: Moment, purpose: str = PURPOSE) -> Receipt:
    """The receipt of one of the office's sittings, written down. Raises Forbidden, NotFound (also another town's)."""
    by.must("mynacard.see_cards")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    with acting(by.scope):
        found = sittings.sitting(sitting)
    with acting(MYNACARD):
        # The office's own paper: it is made out again after the holder has gone to another town.
        deeds = list(found.deeds.select_related("certificate"))
        receipt = _receipt(found, deeds)
        detail = {"sitting": sitting}
        audit.record(action="mynacard.receipt_drawn", by=by, purpose=purpose, subject=found.resident_id, detail=detail)
    return receipt


def _receipt(found: CertificateSitting, deeds: Sequence[SittingDeed]) -> Receipt:
    charge = found.charge
    return Receipt(
        number=found.number,
        card=found.card_id,
        card_number=found.card.card_number,
        name=_name(found),
        on=found.on,
        office=municipalities.address_of(found.office),
        lines=[_line(deed) for deed in deeds],
        proof=PROOF_LABELS[Proof(found.proof)],
        visitor=VISITOR_LABELS[Visitor(found.visitor)],
        ground=charge.get_ground_display() if charge else "",
        yen=charge.yen if charge else None,
        only_ends=not any(deed.pin or DEEDS[deed.deed].issues for deed in deeds),
    )


def _name(found: CertificateSitting) -> str:
    versions = supplementary.history if found.by_supplementary else residents.history
    for record in versions(found.resident_id):
        if record.version == found.version:
            return record.name
    raise NotFound("resident_not_found", "該当する住民がいません。")


def _line(done: SittingDeed) -> Line:
    if done.pin or done.certificate is None:
        return Line(RESET_LABEL, LABELS[done.pin], "", "", RESET_STATUTE)
    deed, status = DEEDS[done.deed], done.certificate
    first, last = (format_era(each.astimezone(TOKYO).date()) for each in (status.not_before, status.not_after))
    validity = f"{first}から{last}まで" if deed.issues else ""
    return Line(deed.label, str(Kind(done.kind).label), str(status.serial), validity, deed.statute)
