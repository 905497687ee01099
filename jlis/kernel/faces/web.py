"""Staff views: a permission at the door, refusals as screens."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Forbidden
from jlis.kernel.people.models import Staff

View = Callable[..., HttpResponseBase]
AnyView = TypeVar("AnyView", bound=View)


class ActingRequest(HttpRequest):
    """A request of somebody known: the middleware or a token named the actor. `denial` says what was refused."""

    actor: Actor
    denial: str


class StaffRequest(ActingRequest):
    """A request with the acting member of staff; what `staff_view` functions receive."""

    user: Staff


def staff_view(*, permission: str) -> Callable[[View], View]:
    """Let a view be entered only by signed-in staff who hold the permission (`*`: by any signed-in staff)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            if permission != "*" and not actor.may(permission):
                raise Forbidden("permission_missing", "この画面を使う権限がありません。")
            return view(request, *args, **kwargs)

        entered.permission = permission  # type: ignore[attr-defined]
        return entered

    return decorate


def public_view(view: AnyView) -> AnyView:
    """Mark a view that anybody may enter, so that a test can tell it from one whose permission was forgotten."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view
