"""明細: what a relying party asked in a month, for the centre and for the party itself."""

from dataclasses import dataclass
from datetime import date

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jpki.choices import PartyKind
from jpki.models import RelyingParty
from jpki.selectors import metering, relying_parties
from jpki.selectors.metering import Line


@dataclass(frozen=True)
class Statement:
    """A party's month. A provider's says what its platform asked for it; the platform is who is billed."""

    party: RelyingParty
    month: date
    lines: list[Line]
    links: int
    latest_items: int

    @property
    def total(self) -> int | None:
        """In yen; None where a line has no price."""
        return metering.total(self.lines)


def of_party(*, party: int, month: date, by: Actor) -> Statement:
    """A month of a party that the actor may see. Raises Forbidden, NotFound."""
    by.must("jpki.see_statements")
    with acting(by.scope):
        relying_parties.get(party)
    with acting(JPKI):
        found = relying_parties.get(party)
        asks, provider = found.organisation_id or "", ""
        if found.kind == PartyKind.PROVIDER and found.platform is not None:
            asks, provider = found.platform.organisation_id or "", asks
        # one that was never accepted has no body, and asked nothing
        if not asks or (found.kind == PartyKind.PROVIDER and not provider):
            return Statement(found, month, [], 0, 0)
        lines = metering.lines(asks, month, provider=provider)
        links = metering.links(asks, month, provider=provider)
        return Statement(found, month, lines, links, metering.latest_items(asks, month, provider=provider))
