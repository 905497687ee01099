"""Removing what has run out: sessions, tokens, remembered answers."""

from datetime import datetime, timedelta

from oauth2_provider.models import get_access_token_model

from jlis.kernel.faces.rest.models import IdempotencyRecord
from jlis.kernel.isolation.scope import DOOR, SYSTEM, acting
from jlis.kernel.people.sessions import SessionStore

REMEMBERED = timedelta(hours=24)


def remove_expired(*, at: datetime) -> None:
    """Remove expired sessions and tokens, and answers remembered for longer than a day."""
    SessionStore.clear_expired()
    with acting(DOOR):
        get_access_token_model().objects.filter(expires__lt=at).delete()
    with acting(SYSTEM):
        IdempotencyRecord.objects.filter(created_at__lt=at - REMEMBERED).delete()
