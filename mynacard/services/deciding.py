"""What the person who decides on an application sees: the record it is for, the photo's findings, the express claim."""

from dataclasses import dataclass, field
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import MYNACARD, acting
from jlis.kernel.time import Moment
from juki.selectors.residents import CurrentRecord
from mynacard.models import Application, ApplicationPhoto, Card, ExpressApplication
from mynacard.selectors import applications
from mynacard.services import listing, photos


@dataclass(frozen=True)
class Looked:
    """An application with all that belongs to it; `record` is empty for the agency's officers."""

    application: Application
    record: CurrentRecord | None
    photo: ApplicationPhoto | None
    hints: list[str]
    express: ExpressApplication | None
    cards: list[Card] = field(default_factory=list)


def look(*, application: UUID, by: Actor, at: Moment) -> Looked:
    """One application. NotFound, also for another town's."""
    by.must("mynacard.apply")
    with acting(by.scope):
        found = applications.get(application)
    (row,) = listing.named([found], what="application", by=by)
    with acting(MYNACARD):
        photo, hints = photos.findings_of(application)
        express = ExpressApplication.objects.filter(pk=application).first()
        cards = list(Card.objects.filter(application_id=application).order_by("pk"))
    return Looked(found, row.record, photo, hints, express, cards)
