"""What surrounds every request: its number, its scope, its refusals."""

import re
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from random import getrandbits
from typing import Any, TypeVar, cast

import structlog
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Forbidden, Refused
from jlis.kernel.faces import metrics
from jlis.kernel.faces.rest import problems
from jlis.kernel.faces.web import ActingRequest
from jlis.kernel.isolation.scope import DOOR, scope
from jlis.kernel.people.selectors import actor_of_staff
from jlis.kernel.request_context import set_request_id

log = structlog.get_logger("jlis.request")
Responder = Callable[[HttpRequest], HttpResponse]
Answer = TypeVar("Answer", bound=HttpResponseBase)
_GIVEN_ID = re.compile(r"[0-9a-f-]{36}")


class RequestContextMiddleware:
    """Lets the request begin as the door, and observes it."""

    def __init__(self, get_response: Responder):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return observed(request, self._through_the_door)

    def _through_the_door(self, request: HttpRequest) -> HttpResponse:
        with scope(DOOR):
            response = self.get_response(request)
            _record_denial(request)
        return _as_problem(request, response)


def observed(request: HttpRequest, respond: Callable[[HttpRequest], Answer]) -> Answer | HttpResponse:
    """Number a request, have it answered, log it without a personal field, count it."""
    number = number_of(request.META)
    started = time.perf_counter()
    response = _unspeakable(request) or respond(request)
    response.headers["X-Request-Id"] = number
    route = request.resolver_match.route if request.resolver_match else "unrouted"
    actor = getattr(request, "actor", None)
    note(number, request.method or "", route, response.status_code, started, actor.organisation if actor else "")
    return response


def number_of(environ: Mapping[str, Any]) -> str:
    """The number that the client gave the request, or a new one; it is the present one from now on."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    # It tells requests apart and is no secret: the system's own source would let another thread go on first.
    number = given if _GIVEN_ID.fullmatch(given) else str(uuid.UUID(int=getrandbits(128), version=4))
    set_request_id(number)
    return number


def note(number: str, method: str, route: str, status: int, started: float, organisation: str = "") -> None:
    """Count an answered request and log it; `started` is on the performance counter."""
    seconds = time.perf_counter() - started
    metrics.observe(method, route, status, seconds)
    log.info(
        "request",
        request_id=number,
        method=method,
        route=route,
        status=status,
        milliseconds=round(seconds * 1000, 1),
        organisation=organisation,
    )


def _unspeakable(request: HttpRequest) -> HttpResponse | None:
    """An address with a NUL in it, which no text in the database can hold: refused once here, and not in each view."""
    if "\0" not in request.path and "%00" not in request.META.get("QUERY_STRING", ""):
        return None
    detail = "URLにNUL文字（%00）は使えません。"
    if request.path.startswith("/api/"):
        return problems.response(request, 400, code="nul_character", detail=detail)
    return HttpResponse(f"{detail}\n", status=400, content_type="text/plain; charset=utf-8")


class StaffScopeMiddleware:
    """Makes the signed-in person an actor and lets the view act under their organisation's scope."""

    def __init__(self, get_response: Responder):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", "/pki/", "/oauth/", "/static/")):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if self._is_over(request):
            auth.logout(request)
            return redirect("sign_in")
        if user.needs_second_factor and not request.session.get("second_factor_passed"):
            if request.path not in (reverse("second_factor"), reverse("sign_out")):
                return redirect("second_factor")
            return self.get_response(request)
        user.actor = cast(ActingRequest, request).actor = actor_of_staff(user)
        with scope(user.actor.scope):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal that no form took up becomes a screen of its own."""
        if not isinstance(error, Refused) or request.path.startswith("/api/"):
            return None
        if isinstance(error, Forbidden):
            cast(ActingRequest, request).denial = error.code
        return render(request, "shell/refused.html", {"refusal": error}, status=error.status)

    @staticmethod
    def _is_over(request: HttpRequest) -> bool:
        started = request.session.get("signed_in_at")
        limit = settings.JLIS_SESSION_LIMIT
        return started is None or datetime.now(UTC) - datetime.fromisoformat(started) > limit


def _record_denial(request: HttpRequest) -> None:
    reason, actor = getattr(request, "denial", None), getattr(request, "actor", None)
    if reason and actor:
        route = request.resolver_match.route if request.resolver_match else ""
        audit.denied(action="request.denied", by=actor, reason=f"{reason} {request.method} {route}"[:200])


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """REST clients get a problem document even where Django itself answered with a page."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not request.path.startswith("/api/v1/") or response.status_code < 400 or not is_page:
        return response
    status = response.status_code
    return problems.response(request, status, code=str(status), detail=problems.TITLES.get(status, ""))
