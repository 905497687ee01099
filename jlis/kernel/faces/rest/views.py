"""The base of every REST view: authenticated first, then acting under the client's own scope."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, ClassVar, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import connection
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Conflict, FieldError, Invalid, Unprocessable
from jlis.kernel.faces.rest.authentication import MachineUser
from jlis.kernel.faces.rest.models import IdempotencyRecord
from jlis.kernel.faces.rest.uploads import ReceivedFile
from jlis.kernel.isolation.scope import enter


class HouseView(APIView):
    """A REST view. `permission` names what a token must carry, or maps methods to it."""

    permission: ClassVar[str | dict[str, str]] = ""
    received: ReceivedFile | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate as the door, then take on the client's scope for the rest of the request."""
        super().initial(request, *args, **kwargs)
        enter(self.actor.scope)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """A file that came with the call is not needed any more."""
        if self.received is not None:
            self.received.file.close()
        return super().finalize_response(request, response, *args, **kwargs)

    @property
    def actor(self) -> Actor:
        """The client that calls."""
        return cast(MachineUser, self.request.user).actor

    def row_pointer(self, row: int) -> str:
        """Where a row of the body stands in it (RFC 6901)."""
        return f"/{row - 1}"


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="同じキーの要求は一度だけ行い、二度目からは最初の応答をそのまま返す（24時間、128文字まで）",
)


def idempotent(method: Callable[..., Response]) -> Callable[..., HttpResponse]:
    """Honour `Idempotency-Key` on a method: the first answer is stored with the act and replayed to the byte.

    The key's advisory lock is held until the act commits: a second use while the first runs gets 409, the same key
    with another body 422. A killed process leaves neither lock nor record, so the sender may simply send again.
    """

    @wraps(method)
    def wrapper(view: HouseView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return method(view, request, *args, **kwargs)
        if len(key) > 128:
            raise Invalid.of([FieldError("Idempotency-Key", "too_long", "キーは128文字までです。")])
        client = view.actor.id
        digest = _digest(request)  # what cannot be read is refused before it takes the key
        _lock(client, key)
        known = IdempotencyRecord.objects.filter(client=client, key=key).first()
        if known:
            return _replay(known, digest)
        answer = method(view, request, *args, **kwargs)
        first = IdempotencyRecord(
            client=client,
            organisation=view.actor.organisation,
            key=key,
            request_sha256=digest,
            status=answer.status_code,
            content_type=answer.content_type or "application/json",
            headers={name: value for name, value in answer.headers.items() if name != "Content-Type"},
            body=JSONRenderer().render(answer.data),
            created_at=datetime.now(UTC),
        )
        first.save(force_insert=True)
        return _as_given(first)

    return wrapper


def _digest(request: Request) -> str:
    body = request.data
    if isinstance(body, ReceivedFile):
        content = body.sha256.encode()
    else:
        content = _form(body) if isinstance(body, MultiValueDict) else request._request.body
    return hashlib.sha256(request.get_full_path().encode() + b"\0" + content).hexdigest()


def _form(body: MultiValueDict) -> bytes:
    """A form's fields and files, whatever stands between them: the boundary is another each time."""
    return repr([(name, [_value(each) for each in values]) for name, values in sorted(body.lists())]).encode()


def _value(told: Any) -> str:
    if not isinstance(told, UploadedFile):
        return str(told)
    digest = hashlib.sha256()
    for chunk in told.chunks():
        digest.update(chunk)
    told.seek(0)
    return digest.hexdigest()


def _lock(client: str, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 5011))", [f"{client} {key}"])
        if not cursor.fetchone()[0]:
            raise Conflict("key_in_use", "同じキーの要求を処理中です。しばらくしてから送り直してください。")


def _replay(known: IdempotencyRecord, digest: str) -> HttpResponse:
    if known.request_sha256 != digest:
        raise Unprocessable("key_reused", "このキーは別の内容で使用済みです。新しいキーで送ってください。")
    response = _as_given(known)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _as_given(record: IdempotencyRecord) -> HttpResponse:
    return HttpResponse(
        bytes(record.body), status=record.status, content_type=record.content_type, headers=record.headers
    )
