"""POST /api/v1/jpki/validations."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.services import validations
from jpki.services.validations import Validation, Verdict


class ValidationDocument(serializers.Serializer):
    """One certificate: PEM, or its DER in Base64."""

    certificate = serializers.CharField(max_length=16_384)


class ValidationAnswer(serializers.Serializer):
    """Whether it may be relied on, and if not, why and since when."""

    status = serializers.ChoiceField([verdict.value for verdict in Verdict])
    reason = serializers.CharField(allow_blank=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField()
    authority = serializers.CharField(allow_blank=True)
    generation = serializers.IntegerField(allow_null=True)
    serial = serializers.IntegerField(allow_null=True)
    not_after = serializers.DateTimeField(allow_null=True)


class ValidationsView(HouseView):
    """The check of a received certificate."""

    permission = "jpki.validate"

    @extend_schema(
        operation_id="validate",
        summary="電子証明書の有効性を確かめる",
        request=ValidationDocument,
        responses={200: ValidationAnswer},
    )
    def post(self, request: Request) -> Response:
        """Tell status, reason and time of a certificate."""
        asked = ValidationDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        found = validations.validate(certificate=asked.validated_data["certificate"], by=self.actor, at=now())
        return Response(ValidationAnswer(_shown(found)).data, headers={"Cache-Control": "no-store"})


def _shown(found: Validation) -> dict[str, object]:
    return {
        "status": found.verdict.value,
        "reason": found.reason,
        "revoked_at": found.since,
        "checked_at": found.checked_at,
        "authority": found.authority,
        "generation": found.generation or None,
        "serial": found.serial or None,
        "not_after": found.not_after,
    }
