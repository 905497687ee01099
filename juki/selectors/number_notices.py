"""Questions about number notices. What is seen is what the running scope may see."""

from uuid import UUID

from juki.models import NumberNotice


def made_by(notification: UUID) -> NumberNotice | None:
    """What a notification has the office told of, if anything."""
    return NumberNotice.objects.filter(notification=notification).first()
