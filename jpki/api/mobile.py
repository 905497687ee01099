"""POST /api/v1/jpki/mobile-applications, /api/v1/jpki/mobile-endings: a telephone's certificates, by J-LIS' own app."""

import base64

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.parsing import octets_of
from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.choices import DeviceCause, DeviceState, Platform
from jpki.models import MobileDevice
from jpki.services import mobile_applications, mobile_devices

_NO_STORE = {"Cache-Control": "no-store"}


class SignedDocument(serializers.Serializer):
    """A document that the holder signed, as CMS (RFC 5652) with its content inside, in Base64."""

    signed = serializers.CharField(max_length=131_072, help_text="署名した文書（CMS、Base64）")


class DeviceAnswer(serializers.Serializer):
    """A device by its application's number."""

    application = serializers.UUIDField()
    platform = serializers.ChoiceField(Platform.choices)
    state = serializers.ChoiceField(DeviceState.choices)
    cause = serializers.ChoiceField(DeviceCause.choices, allow_blank=True)


class LoadedAnswer(DeviceAnswer):
    """With both certificates, as Base64 of their DER."""

    signature_certificate = serializers.CharField()
    authentication_certificate = serializers.CharField()
    not_after = serializers.DateTimeField()


class MobileApplicationsView(HouseView):
    """Applications from telephones."""

    permission = "jpki.apply_mobile"

    @extend_schema(
        operation_id="apply_mobile",
        summary="移動端末設備用電子証明書の発行を申請する",
        description=(
            "カードの署名用電子証明書で署名した申請を受け、署名用と利用者証明用の電子証明書を発行する。手数料はない。"
            "署名する内容はUTF-8のJSONで、`what`（`jpki_mobile_application`）、`application`（申請の番号、UUID）、"
            "`signed_at`（ISO 8601）、`platform`（`ANDROID`・`IOS`）、`attestation`（端末の鍵証明のSHA-256）、"
            "`signature_request`・`authentication_request`（PKCS#10のDERをBase64にしたもの。commonNameは申請の番号）。"
            "前の端末はこの発行で終了する。同じ申請をもう一度送ると、同じ電子証明書を返す。"
        ),
        request=SignedDocument,
        responses={201: LoadedAnswer},
    )
    def post(self, request: Request) -> Response:
        """Issue both certificates."""
        loaded = mobile_applications.apply(signed=_octets(request), by=self.actor, at=now())
        answer = _shown(loaded.device) | {
            "signature_certificate": base64.b64encode(loaded.signature).decode(),
            "authentication_certificate": base64.b64encode(loaded.authentication).decode(),
            "not_after": loaded.device.authentication.not_after,
        }
        return Response(LoadedAnswer(answer).data, status=201, headers=_NO_STORE)


class MobileEndingsView(HouseView):
    """Holders who give up a telephone's certificates."""

    permission = "jpki.apply_mobile"

    @extend_schema(
        operation_id="end_mobile",
        summary="移動端末設備用電子証明書の失効を申請する",
        description=(
            "本人が署名した失効の申請を受け、端末の両方の電子証明書を失効させる。カードまたはその端末の署名用電子証明書で署名する。"
            "署名する内容はUTF-8のJSONで、`what`（`jpki_mobile_ending`）、`application`（発行の申請の番号）、`signed_at`。"
        ),
        request=SignedDocument,
        responses={200: DeviceAnswer},
    )
    def post(self, request: Request) -> Response:
        """End the device."""
        device = mobile_devices.end_by_holder(signed=_octets(request), by=self.actor, at=now())
        return Response(DeviceAnswer(_shown(device)).data, headers=_NO_STORE)


def _octets(request: Request) -> bytes:
    given = SignedDocument(data=request.data)
    given.is_valid(raise_exception=True)
    return octets_of(given.validated_data["signed"], "signed")


def _shown(device: MobileDevice) -> dict[str, object]:
    names = ("application", "platform", "state", "cause")
    return {name: getattr(device, name) for name in names}
