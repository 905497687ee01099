"""The short way to what nobody signs in for: numbered, logged and counted like every request, and nothing else.

Session, accounts, messages and forms take most of the time of an answer that is ready beforehand (bench/ocsp.py).
The views are those of the whole address list; only what surrounds them is less.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from types import MappingProxyType
from typing import Any, NamedTuple

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import set_urlconf

from jlis.kernel.faces.middleware import note, number_of, observed

# What is answered here is no page: nothing may be loaded by it, and nobody frames it.
_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PLAIN = "text/plain; charset=utf-8"


class AtOnce(NamedTuple):
    """The shortest way to what is posted at one address: octets that are at hand for the octets that came, or None.

    `route` and `headers` are those of the view that answers everything else there.
    """

    route: str
    headers: Mapping[str, str]
    answer: Callable[[bytes], bytes | None]


class PublicFace:
    """A WSGI application for one list of addresses (`urlconf`), whose views take on the public scope themselves."""

    def __init__(self, urlconf: str, at_once: Mapping[str, AtOnce] = MappingProxyType({})):
        self._urlconf = urlconf
        self._at_once = at_once
        self._views = _Views()
        self._views.load_middleware()
        # The same promises that the middleware of the other addresses makes.
        self._headers = [
            ("Content-Security-Policy", _POLICY),
            ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
            ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", settings.X_FRAME_OPTIONS),
        ]
        seconds = settings.SECURE_HSTS_SECONDS
        self._over_tls = [("Strict-Transport-Security", f"max-age={seconds}")] if seconds else []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer. A connection that has grown old is let go at the beginning, as Django's own signals would do."""
        close_old_connections()
        content = self._answered_at_once(environ, start_response)
        if content is not None:
            return [content]
        request = WSGIRequest(environ)
        request.urlconf = self._urlconf
        response = observed(request, self._views.get_response)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        headers = [*response.items(), *self._headers]
        if self._over_tls and request.is_secure():
            headers += self._over_tls
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        if isinstance(response, FileResponse):
            return response  # which the server closes
        return [] if request.method == "HEAD" else [response.content]

    def _answered_at_once(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> bytes | None:
        """No view, but numbered, logged and counted all the same. What was read can be read again by the view.

        A fault here is left to the view as well, which meets it under Django's guard.
        """
        way = self._at_once.get(environ["PATH_INFO"])
        length = environ.get("CONTENT_LENGTH") or ""
        if way is None or environ["REQUEST_METHOD"] != "POST" or not (length.isdecimal() and len(length) <= 3):
            return None
        started = time.perf_counter()
        data = environ["wsgi.input"].read(int(length))
        try:
            content = way.answer(data)
        except Exception:
            content = None
        if content is None:
            environ["wsgi.input"] = BytesIO(data)
            return None
        number = number_of(environ)
        headers = [*way.headers.items(), ("X-Request-Id", number), ("Content-Length", str(len(content)))]
        headers += self._headers
        if self._over_tls and WSGIRequest(environ).is_secure():
            headers += self._over_tls
        start_response("200 OK", headers)
        note(number, "POST", way.route, 200, started)
        return content


class _Views(BaseHandler):
    """Django's way to a view and back, with no middleware but its own guard, which makes an answer of an exception."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]

    def get_response(self, request: HttpRequest) -> HttpResponse | FileResponse:
        try:
            response = super().get_response(request)
        finally:
            # The list of addresses belongs to the thread, which may do something else next.
            set_urlconf(None)
        assert isinstance(response, HttpResponse | FileResponse), "nothing else is streamed here"
        return response


def nothing_there(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The plain 404 of these addresses."""
    return HttpResponse("該当するものがありません。\n", status=404, content_type=_PLAIN)


def crashed(request: HttpRequest) -> HttpResponse:
    """The plain 500 of these addresses."""
    return HttpResponse("障害が起きました。\n", status=500, content_type=_PLAIN)
