"""POST /api/v1/jpki/ocsp/{authority} and GET /api/v1/jpki/revocation-lists/{authority}, for registered parties."""

from collections.abc import Mapping
from typing import IO, Any, cast

from django.http import FileResponse, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from jlis.kernel.errors import FieldError, Invalid, TooLarge
from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.services import revocation_asking

_LARGEST = 64 * 1024
_LONGEST_NUMBER = 4
ON_BEHALF_OF = OpenApiParameter("on_behalf_of", str, description="PF事業者が確認を委託された、SP事業者のコード")


class OcspParser(BaseParser):
    """`Content-Type: application/ocsp-request`."""

    media_type = "application/ocsp-request"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The octets of the request."""
        octets: bytes = stream.read(_LARGEST + 1)
        if len(octets) > _LARGEST:
            raise TooLarge("body_too_large", f"OCSP要求は{_LARGEST >> 10}KBまでです。")
        return octets


class OcspView(HouseView):
    """OCSP (RFC 6960) for a registered party."""

    permission = "jpki.validate"
    parser_classes = (OcspParser,)

    @extend_schema(
        operation_id="ask_ocsp",
        summary="OCSPで失効情報を求める（検証者）",
        description="公開のOCSPレスポンダと同じ応答を返し、応答した電子証明書ごとに件数を数える（不明と答えたものは提供に数えない）。",
        request={"application/ocsp-request": OpenApiTypes.BINARY},
        responses={(200, "application/ocsp-response"): OpenApiTypes.BINARY},
        parameters=[ON_BEHALF_OF],
    )
    def post(self, request: Request, authority: str) -> HttpResponse:
        """Answer an OCSP request."""
        found = revocation_asking.ocsp_answer(
            authority=authority,
            data=cast(bytes, request.data),
            by=self.actor,
            at=now(),
            on_behalf_of=request.query_params.get("on_behalf_of", ""),
        )
        return _octets(found.content, "application/ocsp-response")


class RevocationListView(HouseView):
    """The newest list for a registered party."""

    permission = "jpki.validate"

    @extend_schema(
        operation_id="fetch_revocation_list",
        summary="失効リストを受け取る（検証者）",
        description="公開の失効リストと同じものを返し、件数を数える。`municipality` を省くと全体の失効リスト。",
        responses={(200, "application/pkix-crl"): OpenApiTypes.BINARY},
        parameters=[
            ON_BEHALF_OF,
            OpenApiParameter("municipality", str, description="市区町村コード（6桁）"),
            OpenApiParameter("generation", int, description="認証局の世代の番号。省くと現在の世代。"),
        ],
    )
    def get(self, request: Request, authority: str) -> FileResponse:
        """Hand over the newest list."""
        file = revocation_asking.revocation_list(
            authority=authority,
            municipality=request.query_params.get("municipality", ""),
            generation=_generation(request.query_params.get("generation", "")),
            by=self.actor,
            at=now(),
            on_behalf_of=request.query_params.get("on_behalf_of", ""),
        )
        return FileResponse(file, content_type="application/pkix-crl", headers={"Cache-Control": "no-store"})


def _generation(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise Invalid.of([FieldError("generation", "not_a_number", "世代は番号で指定してください。")])
    return int(text)


def _octets(content: bytes, media_type: str) -> HttpResponse:
    return HttpResponse(content, content_type=media_type, headers={"Cache-Control": "no-store"})
