"""/api/v1/juki/town-messages/…: what other towns have told or asked, what it says, and the town's answer."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.api.delivered import DELIVERED, count_of
from juki.api.town_messages import STATES
from juki.choices import TownMessageKind
from juki.domain.town_messages import MOVES
from juki.models import TownMessage
from juki.selectors import town_messages as selectors
from juki.services import town_answers, town_messages

VERBS = [(verb, move.label) for verb, move in MOVES.items() if move.at_the_counter or verb in ("answer", "enter")]
BOX = OpenApiParameter("box", str, enum=["received", "sent"], description="受信（省くとこちら）か送信か")
STATE = OpenApiParameter("state", str, enum=[state for state, _ in STATES], description="状態")
KIND = OpenApiParameter("kind", str, enum=list(TownMessageKind.values), description="種別")


class EnvelopeDocument(serializers.Serializer):
    """What the network knows of a message. What it says is read one by one."""

    message = serializers.UUIDField(help_text="受付番号")
    kind = serializers.ChoiceField(TownMessageKind.choices)
    sender = serializers.CharField(help_text="発信元の市区町村コード")
    receiver = serializers.CharField(help_text="宛先の市区町村コード")
    sequence = serializers.IntegerField(help_text="相手ごとの順序番号")
    state = serializers.ChoiceField(STATES)
    sent_at = serializers.DateTimeField()
    due_on = serializers.DateField(help_text="処理期限")


class EnvelopesPage(serializers.Serializer):
    """One page of messages."""

    results = EnvelopeDocument(many=True)


class OpenedDocument(EnvelopeDocument):
    """A message opened: what it says, what was answered, whether a 支援措置 covers the person that it is about."""

    contents = serializers.DictField(help_text="通知の内容。支援措置の対象者の住所は伏せる。")
    answer = serializers.DictField(allow_null=True, help_text="回答の内容（転出証明書情報など）")
    is_protected = serializers.BooleanField(help_text="支援措置の対象者についての通知か")
    note = serializers.CharField(help_text="最後の処理に付された理由")


class AnswerDocument(serializers.Serializer):
    """An answer: the move, its reason where one is needed, and the members where a 住民票 was asked for."""

    verb = serializers.ChoiceField(VERBS)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=400)
    members = serializers.ListField(
        child=serializers.DictField(child=serializers.CharField(allow_blank=True)), required=False, default=list
    )
    whole_household = serializers.BooleanField(required=False, default=False)


class TownMessageBoxView(HouseView):
    """The own town's messages."""

    permission = "juki.see_town_messages"

    @extend_schema(
        operation_id="list_town_messages",
        summary="市町村間の通知の一覧",
        responses={200: EnvelopesPage},
        parameters=[*PAGE_PARAMETERS, BOX, STATE, KIND],
    )
    def get(self, request: Request) -> Response:
        """Messages that came (or were sent), newest first, in pages, without what they say."""
        sent = request.query_params.get("box") == "sent"
        found = selectors.sent_by(self.actor) if sent else selectors.received_by(self.actor)
        if state := request.query_params.get("state"):
            found = found.filter(state=state.upper())
        if kind := request.query_params.get("kind"):
            found = found.filter(kind=kind)
        pages = HousePages(("-id",))
        page = pages.paginate_queryset(found, request, self) or []
        return pages.get_paginated_response([envelope(row) for row in page])


class TownMessageView(HouseView):
    """One message."""

    permission = "juki.see_town_messages"

    @extend_schema(
        operation_id="open_town_message",
        summary="市町村間の通知を開く（受け取る側が開くと受領になる）",
        responses={200: OpenedDocument},
        parameters=[DELIVERED],
    )
    def get(self, request: Request, message: UUID) -> Response:
        """What it says and what was answered, 転出証明書情報 among it; the look is recorded."""
        opened = town_messages.open_message(message=message, by=self.actor, at=now())
        told = {
            "contents": opened.body,
            "answer": opened.answer,
            "is_protected": opened.is_covered,
            "note": opened.steps[-1].note if opened.steps else "",
        }
        delivered = len((opened.answer or {}).get("persons", [])) or 1
        return Response(envelope(opened.message) | told, headers=count_of(delivered))


class TownMessageAnswersView(HouseView):
    """The town's answer."""

    permission = "juki.handle_town_messages"

    @extend_schema(
        operation_id="answer_town_message",
        summary="市町村間の通知に回答する・処理を記録する",
        request=AnswerDocument,
        responses={200: EnvelopeDocument},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, message: UUID) -> Response:
        """Answer it, settle it, send back what does not agree with the 戸籍, or take one's own message back."""
        asked = AnswerDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        moved = town_answers.give(
            message=message, verb=given["verb"], note=given["note"], members=given["members"],
            whole=given["whole_household"], by=self.actor, at=now(),
        )  # fmt: skip
        return Response(envelope(moved))


def envelope(message: TownMessage) -> dict[str, Any]:
    """A message without what it says."""
    return {
        "message": str(message.pk),
        "kind": message.kind,
        "sender": message.sender,
        "receiver": message.receiver,
        "sequence": message.sequence,
        "state": message.state.lower(),
        "sent_at": timezone.localtime(message.sent_at).isoformat(),
        "due_on": message.due_on.isoformat(),
    }
