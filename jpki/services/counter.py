"""What the counter sees of a resident's certificates."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import NotFound
from jlis.kernel.time import Moment
from jpki.models import Certificate
from jpki.selectors import certificates
from juki.models import IdentityRecord
from juki.selectors import affairs, supplementary

# 個人番号カード及び電子証明書に関する事務
PURPOSE = "JUKI-CARD"


def see(*, resident: UUID, by: Actor, at: Moment, purpose: str) -> tuple[IdentityRecord, list[Certificate]]:
    """The resident's record and certificates, newest first. NotFound, also for another town's resident."""
    by.must("jpki.see_certificates")
    affairs.require(purpose, organisation=by.organisation, day=at.day)
    record = supplementary.answering(resident, day=at.day)
    if record is None:
        raise NotFound("resident_not_found", "該当する住民がいません。")
    found = list(certificates.of_resident(resident))
    detail = {"count": len(found)} | ({"protected": 1} if record.is_protected else {})
    audit.record(action="jpki.certificates_seen", by=by, purpose=purpose, subject=resident, detail=detail)
    return record, found
