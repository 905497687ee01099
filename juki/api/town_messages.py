"""POST and GET /api/v1/juki/town-messages: a town's system writes to another town, and asks what became of it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import TownMessageState
from juki.domain.town_messages import KINDS
from juki.models import TownMessage
from juki.services import town_notices

WRITTEN = [(kind.value, facts.label) for kind, facts in KINDS.items() if facts.may_be_written]
STATES = [(value.lower(), label) for value, label in TownMessageState.choices]


class TownNoticeDocument(serializers.Serializer):
    """A notice to another town. What it says is sealed, and read by the two towns alone."""

    kind = serializers.ChoiceField(WRITTEN)
    receiver = serializers.CharField(max_length=6, help_text="宛先の市区町村コード（6桁）。政令指定都市は区")
    key = serializers.CharField(max_length=128, help_text="通知者が付ける通知キー。団体ごとに一度だけ使える。")
    items = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="通知する事項")


class TownMessageDocument(serializers.Serializer):
    """A message as it stands."""

    message = serializers.UUIDField(help_text="受付番号")
    kind = serializers.CharField()
    receiver = serializers.CharField()
    key = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    sent_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="処理期限")
    replayed = serializers.BooleanField()


class TownMessagesView(HouseView):
    """Messages that the own town sends."""

    permission = "juki.write_town_messages"

    @extend_schema(
        operation_id="find_town_message",
        summary="送った市町村間の通知の状態",
        parameters=[OpenApiParameter("key", str, OpenApiParameter.QUERY, required=True, description="通知キー")],
        responses={200: TownMessageDocument},
    )
    def get(self, request: Request) -> Response:
        """What became of the notice that was sent under a key."""
        return Response(_document(town_notices.sent_under(key=request.query_params.get("key", ""), by=self.actor)))

    @extend_schema(
        operation_id="write_town_message",
        summary="附票への記載事項・戸籍の届出をほかの市区町村に通知する",
        request=TownNoticeDocument,
        responses={200: TownMessageDocument},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Send one notice; the sender supplies the 本籍地, which the network keeps nowhere."""
        asked = TownNoticeDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        posted = town_notices.write(**asked.validated_data, by=self.actor, at=now(), channel="REST")
        return Response(_document(posted.message, posted.replayed))


def _document(message: TownMessage, replayed: bool = False) -> dict[str, Any]:
    return {
        "message": str(message.pk),
        "kind": message.kind,
        "receiver": message.receiver,
        "key": message.key,
        "state": message.state.lower(),
        "sent_at": timezone.localtime(message.sent_at).isoformat(),
        "due_on": message.due_on.isoformat(),
        "replayed": replayed,
    }
