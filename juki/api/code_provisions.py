"""POST /api/v1/juki/code-provisions: 符号の取得のための住民票コードの提供."""

from base64 import b64encode

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from juki.choices import CodeProvisionResult
from juki.domain.link_sealing import SUITE
from juki.services import code_provisions
from juki.services.code_provisions import Asked


class CodeRequestDocument(serializers.Serializer):
    """Whose 符号 is wanted: 個人番号, or for マイナポータル the resident whom it has identified."""

    request = serializers.CharField(
        max_length=64, help_text="要求番号。団体ごとに一度だけ使え、再送には同じ答えを返す。"
    )
    individual_number = serializers.CharField(required=False, max_length=12, default="")
    resident = serializers.UUIDField(required=False, default=None, allow_null=True)


class CodeRequestAnswer(serializers.Serializer):
    """The code as the network system alone can open it; never the code itself."""

    provision = serializers.UUIDField(help_text="受付番号")
    request = serializers.CharField()
    result = serializers.ChoiceField(CodeProvisionResult.choices)
    key = serializers.IntegerField(allow_null=True, help_text="封印に使った公開鍵の番号")
    sealed = serializers.CharField(allow_blank=True, help_text=f"封印した住民票コード（Base64。HPKE {SUITE}）")
    provided_at = serializers.DateTimeField()
    replayed = serializers.BooleanField()


class CodeProvisionsView(HouseView):
    """Requests for a 符号. A POST, so that no number stands in an address."""

    permission = "juki.request_code"

    @extend_schema(
        operation_id="request_code",
        summary="符号の取得のための住民票コードの提供を求める",
        request=CodeRequestDocument,
        responses={200: CodeRequestAnswer},
        parameters=[
            OpenApiParameter(
                "X-Delivered-Count", int, OpenApiParameter.HEADER, response=[200], description="提供した人数。0を含む"
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Answer with the code sealed to the network system; the same request again, with the same answer."""
        given = CodeRequestDocument(data=request.data)
        given.is_valid(raise_exception=True)
        answered = code_provisions.provide(asked=Asked(**given.validated_data), by=self.actor, at=now())
        found = answered.provision
        return Response(
            {
                "provision": str(found.pk),
                "request": found.request,
                "result": found.result,
                "key": found.key_id,
                "sealed": b64encode(bytes(found.envelope)).decode(),
                "provided_at": timezone.localtime(found.provided_at).isoformat(),
                "replayed": answered.replayed,
            },
            headers={
                "X-Delivered-Count": str(int(found.result == CodeProvisionResult.PROVIDED)),
                "Cache-Control": "no-store",
            },
        )
