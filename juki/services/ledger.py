"""Audit acts, events and messages to other towns of one call, written together at its end (J1, J6)."""

from dataclasses import dataclass, field

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.audit.services import Act
from jlis.kernel.outbox import publishing
from jlis.kernel.outbox.events import Event
from jlis.kernel.time import Moment
from juki.services import honseki_notices, posting
from juki.services.posting import Letter

PURPOSE = "JUKI-COUNTER"


@dataclass
class Ledger:
    """What is to be written when all of the call's rows are."""

    acts: list[Act] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def write(self, by: Actor, at: Moment) -> None:
        """Write them with the running transaction."""
        audit.record_many(self.acts, by=by, purpose=PURPOSE)
        publishing.publish_many(self.events)
        posting.post([*self.letters, *honseki_notices.letters_after(self.acts, at)], by=by, at=at)
