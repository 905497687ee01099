"""What every staff screen shows around its content."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from jlis.kernel.domain.eras import format_era
from jlis.kernel.faces import navigation


def context(request: HttpRequest) -> dict[str, Any]:
    """The shell's template context: product name, banner, and for a signed-in person navigation and last sign-in."""
    actor = getattr(request, "actor", None)
    shown: dict[str, Any] = {
        "product_name": settings.JLIS_PRODUCT_NAME,
        "environment_banner": settings.JLIS_BANNER,
        "actor": actor,
        "session_seconds": settings.SESSION_COOKIE_AGE,
    }
    if actor is not None and getattr(request, "user", None) is not None and request.user.is_authenticated:
        shown["navigation"] = navigation.shown_to(actor, request.path)
        shown["last_login_text"] = _last_login(request.user.previous_login)
    return shown


def _last_login(instant: datetime | None) -> str:
    if instant is None:
        return "初めてのログイン"
    local = timezone.localtime(instant)
    return f"{format_era(local.date())} {local:%H時%M分}"
