"""Questions about messages between towns. What is seen is what the running scope may see."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.errors import NotFound
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.vault import sealing
from juki.domain.town_messages import OPEN, Side
from juki.models import TownDesk, TownMessage, TownMessageBody


def received_by(by: Actor) -> QuerySet[TownMessage]:
    """What has come to the actor's town, the most pressing first."""
    own = Q(receiver=by.organisation) | Q(receiver_municipality=by.organisation)
    return TownMessage.objects.filter(own).order_by("due_on", "sent_at")


def sent_by(by: Actor) -> QuerySet[TownMessage]:
    """What the actor's town has sent, newest first."""
    own = Q(sender=by.organisation) | Q(sender_municipality=by.organisation)
    return TownMessage.objects.filter(own).order_by("-sent_at")


def overdue(messages: QuerySet[TownMessage], today: date) -> QuerySet[TownMessage]:
    """Those whose receiver is late."""
    return messages.filter(state__in=[state.value for state in OPEN], due_on__lt=today)


def get(message: UUID) -> TownMessage:
    """One message in sight; `NotFound`, also for one between other towns."""
    found = TownMessage.objects.filter(pk=message).first()
    if found is None:
        raise NotFound("town_message_not_found", "該当する通知がありません。")
    return found


def contents(message: TownMessage) -> dict[str, dict[str, Any]]:
    """What a message says and what was answered, by part, opened: under the scope of one of the two towns."""
    rows = list(TownMessageBody.objects.filter(message=message).values_list("part", "sealed"))
    opened = sealing.open_many([bytes(sealed) for _, sealed in rows], [message.pk.bytes] * len(rows))
    return {part: json.loads(value) for (part, _), value in zip(rows, opened, strict=True)}


def sides_of(message: TownMessage, by: Actor) -> frozenset[Side]:
    """On which side of a message the actor stands; a designated city may stand on both."""
    towns = {
        Side.SENDER: (message.sender, message.sender_municipality),
        Side.RECEIVER: (message.receiver, message.receiver_municipality),
    }
    return frozenset(side for side, codes in towns.items() if by.organisation in codes)


def desk_of(office: str) -> TownDesk:
    """What an office has set, or what holds where it set nothing."""
    tenant = municipalities.tenant_of(office)
    found = TownDesk.objects.filter(pk=office).first()
    if found is None:
        found = TownDesk(office=office, prefecture=tenant.prefecture, municipality=tenant.municipality)
        found.clean_fields(exclude=["mayor", "seal"])
    return found
