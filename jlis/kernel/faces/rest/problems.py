"""Errors as RFC 9457 problem details, with Japanese titles and one entry per field at fault."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from jlis.kernel.errors import FieldError, Forbidden, Refused, TooLarge
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
    422: "この内容では処理できません",
    429: "要求が多すぎます",
    500: "障害が起きました",
    503: "現在利用できません",
}
# Calls are counted by the minute.
WINDOW = 60
# What the framework has in English alone.
_UNTRANSLATED = {
    "invalid": "値の形が違います。",
    "max_length": "要素が多すぎます。",
    "min_length": "要素が足りません。",
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
    if not isinstance(error, exceptions.APIException):
        return None
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = 'Bearer realm="jlis"'
        status = 401
    else:
        status = error.status_code
    if isinstance(error, exceptions.Throttled):
        seconds = int(getattr(error, "wait", None) or WINDOW) + 1
        headers["Retry-After"] = str(seconds)
        error.detail = exceptions.ErrorDetail(f"{seconds}秒待ってから呼び出してください。", code="throttled")
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
    found = error.errors
    if error.field and not found:
        found = [FieldError(error.field, error.code, error.message)]
    errors = [_fault(each, context["view"].row_pointer) for each in found]
    if isinstance(error, Forbidden):
        _note_denial(context, error.code)
    return problem(error.status, code=error.code, detail=error.message, errors=errors)


def _fault(error: FieldError, row_pointer: Callable[[int], str]) -> dict[str, Any]:
    """One fault; its pointer (RFC 6901) leads to the value in the body as it was sent, empty for the body itself."""
    row = {"row": error.row} if error.row else {}
    field = {"field": error.field} if error.field else {}
    pointer = row_pointer(error.row) if error.row else ""
    pointer += f"/{error.field.replace('.', '/')}" if error.field else ""
    return row | field | {"pointer": pointer, "code": error.code, "message": error.message}


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
        # The place within a list is no name of a field.
        names = [name for name in path.split("/") if name and not name.isdigit()]
        code, message = getattr(detail, "code", "invalid"), str(detail)
        yield {
            "pointer": path,
            "field": names[-1] if names else "",
            "code": code,
            "message": _UNTRANSLATED.get(code, "この値は使えません。") if message.isascii() else message,
        }


def _note_denial(context: dict[str, Any], reason: str) -> None:
    # Written by the middleware once the refused act's transaction is rolled back.
    context["request"]._request.denial = reason


def _answer(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    set_rollback()
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)
