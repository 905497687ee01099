"""A party's consents on its page: how many, whom it has to ask again, what it was reminded of (P6)."""

from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.models import Consent, ConsentReminder, RelyingParty
from jpki.selectors import consents, relying_parties


@dataclass(frozen=True)
class OfParty:
    """Counts, the due ones by the party's own references, and the reminders. Nobody is named."""

    party: RelyingParty
    in_force: int
    due: list[Consent]
    reminders: list[ConsentReminder]


def see(*, party: int, by: Actor, at: Moment) -> OfParty:
    """Look at a party that the actor may see. Raises Forbidden, NotFound."""
    by.must("jpki.see_statements")
    with acting(by.scope):
        found = relying_parties.get(party)
    with acting(JPKI):
        return OfParty(
            found,
            consents.open_of(found, at.day).count(),
            list(consents.due(found, at.day)),
            list(ConsentReminder.objects.filter(party=found)[:12]),
        )
