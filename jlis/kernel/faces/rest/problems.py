"""Errors as RFC 9457 problem details, with Japanese titles and one entry per field at fault."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from jlis.kernel.errors import Forbidden, Refused, TooLarge
from jlis.kernel.request_context import request_id

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "入力に誤りがあります",
    401: "認証が必要です",
    403: "許可されていません",
    404: "該当するものがありません",
    405: "この方法では呼び出せません",
    406: "求められた形式では応答できません",
    409: "現在の状態では処理できません",
    413: "大きすぎます",
    415: "受け付けられない形式です",
    422: "前の要求と矛盾しています",
    429: "要求が多すぎます",
    500: "障害が起きました",
    503: "現在利用できません",
}


def problem(status: int, *, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The members of a problem document."""
    body: dict[str, Any] = {
        "type": f"/api/docs/problems/#{code}",
        "title": TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{request_id()}" if request_id() else "",
    }
    if errors:
        body["errors"] = errors
    return body


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as a problem; None lets a programming error become a 500."""
    if isinstance(error, Refused):
        return _answer(_from_refusal(error, context), error.status, {})
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        error = TooLarge("body_too_large", "本文が大きすぎます。件数を分けて送ってください。")
        return _answer(_from_refusal(error, context), error.status, {})
    if isinstance(error, exceptions.ParseError):
        error = exceptions.ParseError(
            f"本文がJSONとして読めません（{str(error.detail).removeprefix('JSON parse error - ')}）。"
        )
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = 'Bearer realm="jlis"'
        status = 401
    else:
        status = error.status_code
    if isinstance(error, exceptions.Throttled) and (wait := getattr(error, "wait", None)):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(error, exceptions.PermissionDenied):
        _note_denial(context, str(error.detail))
    return _answer(_from_framework(error, status), status, headers)


def response(request: HttpRequest, status: int, *, code: str, detail: str) -> JsonResponse:
    """A problem for errors that never reach REST views (no such address, a crash)."""
    return JsonResponse(
        problem(status, code=code, detail=detail), status=status, content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip


def _from_refusal(error: Refused, context: dict[str, Any]) -> dict[str, Any]:
    errors = [
        {key: value for key, value in (
            ("row", each.row), ("field", each.field), ("pointer", _pointer(each.field, each.row)),
            ("code", each.code), ("message", each.message)) if value not in (None, "")}
        for each in error.errors
    ]  # fmt: skip
    if error.field and not errors:
        errors = [{"field": error.field, "pointer": f"/{error.field}", "code": error.code, "message": error.message}]
    if isinstance(error, Forbidden):
        _note_denial(context, error.code)
    return problem(error.status, code=error.code, detail=error.message, errors=errors)


def _pointer(field: str, row: int | None) -> str:
    path = field.replace(".", "/")
    return f"/{row - 1}/{path}" if row else f"/{path}"


def _from_framework(error: exceptions.APIException, status: int) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return problem(400, code="invalid", detail="入力に誤りがあります。", errors=list(_field_errors(error.detail)))
    codes = error.get_codes()
    return problem(status, code=codes if isinstance(codes, str) else "refused", detail=str(error.detail))


def _field_errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _field_errors(inner, path if name == "non_field_errors" else f"{path}/{name}")
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from _field_errors(inner, f"{path}/{place}" if nested else path)
    else:
        yield {
            "pointer": path or "/",
            "field": path.rsplit("/", 1)[-1],
            "code": getattr(detail, "code", "invalid"),
            "message": str(detail),
        }


def _note_denial(context: dict[str, Any], reason: str) -> None:
    # Written by the middleware once the refused act's transaction is rolled back.
    context["request"]._request.denial = reason


def _answer(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    set_rollback()
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
