"""The cast of the fees' tests: last month's charges at Chiyoda's counter, and the persons who report and bill."""

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from jpki.domain.fee_reports import month_of, preceding
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import Certificate, CertificateCharge
from jpki.services import charges
from tests.conftest import actor
from tests.jpki.cast import PURPOSE

CLERK = actor("131016", "COUNTER_CLERK", number=1)
CHIEF = actor("131016", "SUPERVISOR", number=2)
CENTRE = actor("JLIS-JPKI", "CERTIFICATE_OPERATOR", kind="JLIS")


def last_month(at: Moment) -> Moment:
    """Noon of the fifth of the month before."""
    return Moment.of(preceding(month_of(at.day)).replace(day=5))


def charged(certificate: Certificate, ground: Ground, *, by: Actor = CLERK, at: Moment) -> CertificateCharge:
    """One certificate's act, with its fee."""
    issued = {Kind(certificate.kind): certificate.pk}
    return charges.record(issued=issued, office=certificate.office, ground=ground, by=by, at=at, purpose=PURPOSE)
