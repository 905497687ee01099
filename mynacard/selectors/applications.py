"""Questions about applications. The scope decides which rows there are."""

from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.errors import NotFound
from mynacard.choices import APPLICATION_LIVE, ApplicationState
from mynacard.models import Application


def get(application: UUID) -> Application:
    """One application. NotFound."""
    found = Application.objects.filter(pk=application).first()
    if found is None:
        raise NotFound("application_not_found", "該当する交付申請がありません。")
    return found


def live_of(resident: UUID) -> Application | None:
    """The application that a resident has under way."""
    return Application.objects.filter(resident_id=resident, state__in=APPLICATION_LIVE).first()


def in_sight(*, state: str = "", channel: str = "") -> QuerySet[Application]:
    """The applications in sight, newest first; narrowed where asked."""
    found = Application.objects.order_by("-received_at", "-pk")
    if state:
        found = found.filter(state=state)
    return found.filter(channel=channel) if channel else found


def waiting_for_a_decision() -> QuerySet[Application]:
    """What nobody has judged yet, the longest waiting first."""
    return Application.objects.filter(state=ApplicationState.RECEIVED).order_by("received_at", "pk")
