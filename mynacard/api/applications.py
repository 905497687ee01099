"""POST /api/v1/mynacard/applications, GET /api/v1/mynacard/applications/{id}."""

import base64
import binascii
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.faces.rest.views import HouseView, idempotent
from jlis.kernel.time import now
from mynacard.choices import ApplicationKind, ApplicationState, ReturnReason
from mynacard.choices import Channel as ChannelChoice
from mynacard.domain.applications import Channel
from mynacard.models import Application
from mynacard.selectors import applications as selectors
from mynacard.services import applications
from mynacard.services.applications import Wish
from mynacard.services.photos import GivenPhoto

BY_REST = [(channel.value, channel.label) for channel in ChannelChoice if channel != ChannelChoice.EXPRESS]


class ApplicationDocument(serializers.Serializer):
    """An application. Who applies is named by 申請書ID, or by 住民票コード where a town's own system sends it."""

    form_id = serializers.CharField(required=False, max_length=23, help_text="申請書ID（23桁）")
    resident_code = serializers.CharField(required=False, max_length=11, help_text="住民票コード（市区町村のみ）")
    channel = serializers.ChoiceField(BY_REST, help_text="申請の経路")
    photo = serializers.CharField(required=False, help_text="顔写真（JPEG）のBase64。1歳未満は付けない。")
    photo_taken_on = serializers.DateField(required=False, help_text="撮影日")
    wants_signature = serializers.BooleanField(default=True, help_text="署名用電子証明書を希望する")
    wants_authentication = serializers.BooleanField(default=True, help_text="利用者証明用電子証明書を希望する")
    stay_ends_on = serializers.DateField(required=False, help_text="在留期間の満了日")


class ApplicationAnswer(serializers.Serializer):
    """What became of an application."""

    application = serializers.UUIDField(help_text="受付番号")
    channel = serializers.ChoiceField([choice.lower() for choice in ChannelChoice.values])
    kind = serializers.ChoiceField([choice.lower() for choice in ApplicationKind.values])
    state = serializers.ChoiceField([choice.lower() for choice in ApplicationState.values])
    received_at = serializers.DateTimeField()
    returned_for = serializers.CharField(help_text="返戻の理由", allow_blank=True)
    returned_label = serializers.CharField(help_text="返戻の理由（表示）", allow_blank=True)


class ApplicationsView(HouseView):
    """Applications for cards."""

    permission = "mynacard.apply"

    @extend_schema(
        operation_id="apply_for_card",
        summary="個人番号カードの交付を申請する",
        request=ApplicationDocument,
        responses={201: ApplicationAnswer},
        parameters=[OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take one application. A photo that breaks a rule of form refuses it, naming each rule."""
        asked = ApplicationDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        who = {name: given[name] for name in ("form_id", "resident_code") if given.get(name)}
        if len(who) != 1:
            raise _fault("form_id", "one_of", "申請書IDと住民票コードのどちらか1つを指定してください。")
        take = applications.apply_by_form if "form_id" in who else applications.apply_by_code
        taken = take(**who, wish=_wish(given), by=self.actor, at=now())
        return Response(_document(taken), status=201)


class ApplicationView(HouseView):
    """One application."""

    permission = "mynacard.apply"

    @extend_schema(
        operation_id="see_application", summary="交付申請の状態を確認する", responses={200: ApplicationAnswer}
    )
    def get(self, request: Request, application: UUID) -> Response:
        """What became of it; 404 also for another town's."""
        return Response(_document(selectors.get(application)), headers={"Cache-Control": "no-store"})


def _wish(given: dict[str, Any]) -> Wish:
    return Wish(
        channel=Channel(given["channel"]),
        photo=_photo(given),
        wants_signature=given["wants_signature"],
        wants_authentication=given["wants_authentication"],
        stay_ends_on=given.get("stay_ends_on"),
    )


def _photo(given: dict[str, Any]) -> GivenPhoto | None:
    if not given.get("photo"):
        return None
    if given.get("photo_taken_on") is None:
        raise _fault("photo_taken_on", "required", "撮影日を指定してください。")
    try:
        octets = base64.b64decode(given["photo"], validate=True)
    except binascii.Error:
        raise _fault("photo", "not_base64", "顔写真はBase64で指定してください。") from None
    return GivenPhoto(octets, given["photo_taken_on"])


def _document(application: Application) -> dict[str, Any]:
    reason = application.returned_for
    return {
        "application": str(application.pk),
        "channel": application.channel.lower(),
        "kind": application.kind.lower(),
        "state": application.state.lower(),
        "received_at": timezone.localtime(application.received_at).isoformat(),
        "returned_for": reason.lower(),
        "returned_label": ReturnReason(reason).label if reason else "",
    }


def _fault(field: str, code: str, message: str) -> Invalid:
    return Invalid.of([FieldError(field, code, message)])
