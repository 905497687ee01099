"""The public face of the PKI: certificates of the authorities, lists, OCSP. Nobody signs in, no person is in it.

What comes in may be anything: the answer is a list, an OCSP response or a plain 4xx, never a crash.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from hashlib import sha256
from multiprocessing.util import Finalize
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from jlis.kernel.errors import NotFound
from jlis.kernel.faces.web import public_view
from jlis.kernel.isolation.scope import PUBLIC, acting
from jlis.kernel.time import now
from jpki.selectors import authorities, published
from jpki.services import ocsp

_CERTIFICATE = "application/pkix-cert"
_LIST = "application/pkix-crl"
_OCSP = "application/ocsp-response"
POSTED = {"Content-Type": _OCSP, "Cache-Control": "no-store"}
# A list and an answer are fetched anew within the minute in which the register's change must show.
_FRESH = 60
_A_DAY = 86_400
_LARGEST_REQUEST = 64 * 1024

View = Callable[..., HttpResponseBase]

if settings.JLIS_SERVES_WEB:
    # What a worker of the web server has signed and not yet written down, it writes down at its end. The worker is a
    # process of `multiprocessing`, where atexit's functions are not called.
    Finalize(None, ocsp.write_down_uses, exitpriority=1)


def _open_to_all(view: View) -> View:
    """No session, no transaction around the view; what is not there is a plain 404."""

    @wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            return HttpResponseNotFound("該当するものがありません。\n", content_type="text/plain; charset=utf-8")

    return public_view(transaction.non_atomic_requests(entered))


@_open_to_all
@require_safe
def practice_statement(request: HttpRequest) -> HttpResponse:
    """What the certificates' policy points at."""
    return _static(request, render_to_string("jpki/cps.txt").encode("utf-8"), "text/plain; charset=utf-8", _A_DAY)


@_open_to_all
@require_safe
def authority_certificate(request: HttpRequest, authority: str, generation: int | None = None) -> HttpResponse:
    """The authority's own certificate: the current generation's, or a numbered one's."""
    with acting(PUBLIC):
        found = _generation(authority, generation)
    return _static(request, found.issuer.octets, _CERTIFICATE, _A_DAY if generation else 3600)


@_open_to_all
@require_safe
def link_certificate(request: HttpRequest, authority: str, generation: int, signer: int) -> HttpResponse:
    """A generation's key as another generation's key certifies it."""
    with acting(PUBLIC):
        found = authorities.link(_generation(authority, generation), signer)
    return _static(request, bytes(found.certificate), _CERTIFICATE, _A_DAY, found.created_at)


@_open_to_all
@require_safe
def revocation_list(
    request: HttpRequest, authority: str, municipality: str = "", generation: int | None = None
) -> HttpResponseBase:
    """The newest list: of one town, or the full one."""
    at = now().instant
    with acting(PUBLIC):
        found = published.newest_list(_generation(authority, generation), municipality)
        fresh = max(0, min(_FRESH, int((found.next_update - at).total_seconds())))
        described = HttpResponse(content_type=_LIST, headers={"Content-Length": str(found.size)})
        response = _cached(request, described, found.sha256, fresh, found.this_update)
        if response is described and request.method == "GET":
            headers = {name: value for name, value in described.items() if name != "Content-Type"}
            return FileResponse(published.opened(found), content_type=_LIST, headers=headers)
    return response


@csrf_exempt
@_open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def ocsp_responder(request: HttpRequest, authority: str, encoded: str = "") -> HttpResponse:
    """RFC 6960 appendix A: POST with the request as body, GET with its Base64 in the path."""
    data = request.read(_LARGEST_REQUEST + 1) if request.method == "POST" else _from_path(encoded)
    at = now().instant
    found = ocsp.answer(authority=authority, data=data[:_LARGEST_REQUEST], at=at)
    if request.method == "POST" or found.this_update is None or found.next_update is None:
        return HttpResponse(found.content, headers=POSTED)
    fresh = max(0, min(_FRESH, int((found.next_update - at).total_seconds())))
    response = _static(request, found.content, _OCSP, fresh, found.this_update)
    response.headers["Expires"] = http_date(at.timestamp() + fresh)
    return response


def remembered_ocsp(authority: str, data: bytes) -> bytes | None:
    """What `ocsp_responder` would answer to a POST, where this process remembers it."""
    found = ocsp.remembered(authority=authority, data=data, at=now().instant)
    return found.content if found else None


def _generation(authority: str, number: int | None) -> authorities.LivingGeneration:
    if number is not None:
        return authorities.numbered(authority, number)
    return authorities.current(authority, now().instant)


def _from_path(encoded: str) -> bytes:
    text = unquote(encoded).replace(" ", "+")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _static(
    request: HttpRequest,
    content: bytes,
    content_type: str,
    seconds: int,
    made_at: datetime | None = None,
) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    return _cached(request, response, sha256(content).hexdigest(), seconds, made_at)


def _cached(
    request: HttpRequest, response: HttpResponse, digest: str, seconds: int, made_at: datetime | None
) -> HttpResponse:
    """What any cache may keep for some seconds, with ETag and Last-Modified."""
    etag = quote_etag(digest)
    modified = int(made_at.timestamp()) if made_at else None
    response.headers["ETag"] = etag
    if modified is not None:
        response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = f"public, max-age={seconds}, no-transform, must-revalidate"
    return get_conditional_response(request, etag=etag, last_modified=modified, response=response) or response
