"""A registered party's OCSP requests and lists, counted: what stands in the open is the same, and asks no name."""

from typing import IO

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.isolation.scope import PUBLIC, acting
from jlis.kernel.time import Moment
from jpki.domain.relying_parties import Channel
from jpki.engine import ocsp_answers
from jpki.engine.ocsp_answers import Told
from jpki.selectors import authorities, published
from jpki.selectors.metering import ASKED
from jpki.services import asking, ocsp
from jpki.services.asking import Asking


def ocsp_answer(*, authority: str, data: bytes, by: Actor, at: Moment, on_behalf_of: str = "") -> ocsp.Answer:
    """The answer to an OCSP request, each certificate that it tells of counted; of one unknown nothing is provided.

    Raises Forbidden with the reason as its code.
    """
    by.must("jpki.validate")
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    party.must_be_told_status(authority)
    answer = ocsp.answer(authority=authority, data=data, at=at.instant)
    audit.record_many(
        [_counted(each, authority, party) for each in ocsp_answers.told(answer.content)], by=by, purpose=""
    )
    return answer


def _counted(told: Told, authority: str, party: Asking) -> Act:
    method = party.method(Channel.OCSP, authority if told.is_known else "")
    # a serial may have more figures than JSON keeps
    return Act(ASKED, detail={"method": method, "authority": authority, "serial": str(told.serial)})


def revocation_list(
    *,
    authority: str,
    municipality: str = "",
    generation: int | None = None,
    by: Actor,
    at: Moment,
    on_behalf_of: str = "",
) -> IO[bytes]:
    """The newest list of a town by its code, or the full one, to be closed by the caller; counted. ``generation``: by
    its number, else that which the public address shows. Raises Forbidden, NotFound."""
    by.must("jpki.validate")
    party = asking.who_asks(by=by, at=at, on_behalf_of=on_behalf_of)
    party.must_be_told_status(authority)
    with acting(PUBLIC):
        issuer = (
            authorities.current(authority, at.instant)
            if generation is None
            else authorities.numbered(authority, generation)
        )
        found = published.opened(published.newest_list(issuer, municipality))
    method = party.method(Channel.CRL, authority)
    detail = {"method": method, "authority": authority, "generation": issuer.number, "list": municipality}
    audit.record(action=ASKED, by=by, detail=detail)
    return found
