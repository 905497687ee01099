"""What an act of issue costs: decided with the issue, in its transaction, and tallied from then on."""

from collections.abc import Mapping

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Invalid
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jpki.choices import Issued
from jpki.domain import fees
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import CertificateCharge, ChargeTally


def record(
    *,
    issued: Mapping[Kind, int],
    office: str,
    ground: Ground,
    entered_yen: int | None = None,
    by: Actor,
    at: Moment,
    purpose: str,
) -> CertificateCharge:
    """Record the fee of one act that issued these certificates (their ids by kind). Raises Forbidden, Invalid."""
    by.must("jpki.issue")
    if fault := fees.fault(ground, at.day, entered_yen):
        raise Invalid.of([fault])
    place = municipalities.tenant_of(office)
    with acting(JPKI):
        charge = CertificateCharge.objects.create(
            prefecture=place.prefecture,
            municipality=place.municipality,
            office=place.office,
            day=at.day,
            issued=_issued(issued).value,
            ground=ground.value,
            yen=fees.yen(ground, at.day, entered_yen),
            signature_id=issued.get(Kind.SIGN_CARD),
            authentication_id=issued.get(Kind.AUTH_CARD),
            decided_at=at.instant,
        )
        ChargeTally.objects.create(
            prefecture=place.prefecture,
            municipality=place.municipality,
            office=place.office,
            day=at.day,
            issued=charge.issued,
            is_paid=charge.yen > 0,
            acts=1,
            yen=charge.yen,
        )
        detail = {"charge": charge.pk, "ground": charge.ground, "yen": charge.yen, "issued": charge.issued}
        audit.record(action="jpki.fee_decided", by=by, purpose=purpose, detail=detail)
    return charge


def _issued(issued: Mapping[Kind, int]) -> Issued:
    if Kind.SIGN_CARD not in issued:
        return Issued.AUTH
    return Issued.BOTH if Kind.AUTH_CARD in issued else Issued.SIGN
