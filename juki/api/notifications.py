"""POST /api/v1/juki/notifications."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import CHANGE_REASONS, KanaSource, NotificationStatus, ResidentClass, Sex
from juki.models import Notification
from juki.services import notifications
from juki.services.notifications import Taken

STATUSES = [(value.lower(), label) for value, label in NotificationStatus.choices]


class NoticeDocument(serializers.Serializer):
    """One notification. A correction carries only what changed; a removal carries no item of the person."""

    key = serializers.CharField(max_length=128, help_text="通知者が付ける通知キー。団体ごとに一度だけ使える。")
    sequence = serializers.IntegerField(required=False, help_text="住民ごとの通知順序。1から始まり、欠番は待つ。")
    reason = serializers.ChoiceField(CHANGE_REASONS, help_text="異動事由コード")
    changed_on = serializers.DateField(help_text="異動年月日")
    municipality = serializers.CharField(required=False, help_text="市区町村コード（6桁）。市は区のコードを付ける。")
    resident_code = serializers.CharField(
        required=False, help_text="住民票コード（11桁）。新たに記載する者では省略でき、割当て分から付番する。"
    )
    name = serializers.CharField(required=False, max_length=200)
    name_kana = serializers.CharField(required=False, max_length=200)
    kana_source = serializers.ChoiceField(KanaSource.choices, required=False)
    former_surname = serializers.CharField(required=False, max_length=100, allow_blank=True)
    former_surname_kana = serializers.CharField(required=False, max_length=100, allow_blank=True)
    alias = serializers.CharField(required=False, max_length=200, allow_blank=True)
    address = serializers.CharField(required=False, max_length=400)
    birth_date = serializers.RegexField(r"^\d{4}-\d{2}-\d{2}$", required=False, help_text="不詳の月・日は 00")
    sex = serializers.ChoiceField(Sex.choices, required=False)
    resident_class = serializers.ChoiceField(ResidentClass.choices, required=False)


class NoticesDocument(serializers.Serializer):
    """Many notifications in an object."""

    notifications = NoticeDocument(many=True)


NOTICES = PolymorphicProxySerializer(
    component_name="Notices",
    serializers=[NoticeDocument, NoticeDocument(many=True), NoticesDocument],
    resource_type_field_name=None,
    many=False,
)


class TakenDocument(serializers.Serializer):
    """What became of one notification."""

    row = serializers.IntegerField()
    notification = serializers.UUIDField(help_text="受付番号")
    key = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    resident_code = serializers.CharField(
        help_text="この通知を反映した後の住民票コード。変更したときは新しいコード、保留中は通知のコード。"
    )
    replayed = serializers.BooleanField()
    discrepancy = serializers.DictField(required=False)


class NotificationsAnswer(serializers.Serializer):
    """One result a row, in order."""

    results = TakenDocument(many=True)


class StoredDocument(serializers.Serializer):
    """A notification as it stands now."""

    notification = serializers.UUIDField()
    key = serializers.CharField()
    reason = serializers.CharField()
    changed_on = serializers.DateField()
    status = serializers.ChoiceField(STATUSES)
    received_at = serializers.DateTimeField()


class NotificationsPage(serializers.Serializer):
    """One page of notifications."""

    results = StoredDocument(many=True)


class NotificationsView(HouseView):
    """Notifications of changes."""

    @extend_schema(
        operation_id="list_notifications",
        summary="自団体の通知の一覧",
        responses={200: NotificationsPage},
        parameters=PAGE_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """What became of one's own notifications, newest first, in pages."""
        pages = HousePages(("-received_at", "-id"))
        page = pages.paginate_queryset(Notification.objects.all(), request, self) or []
        return pages.get_paginated_response([_stored(row) for row in page])

    permission = "juki.notify"

    @extend_schema(
        operation_id="notify",
        summary="本人確認情報を通知する（1件または1,000件まで）",
        request=NOTICES,
        responses={200: NotificationsAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Tell of one change, or of up to 1,000: an object, a list, or `{"notifications": […]}`.

        Rows at fault refuse the whole call, naming each row and field; nothing of it is taken.
        """
        taken = notifications.receive(notices=_rows(request.data), by=self.actor, at=now(), channel="REST")
        return Response({"results": [_document(one) for one in taken]})

    def row_pointer(self, row: int) -> str:
        """A row stands alone, in a list, or in the list that `notifications` names."""
        body = self.request.data
        if isinstance(body, list):
            return f"/{row - 1}"
        return f"/notifications/{row - 1}" if _rows(body) != [body] else ""


def _stored(row: Notification) -> dict[str, Any]:
    return {
        "notification": str(row.pk),
        "key": row.key,
        "reason": row.reason,
        "changed_on": row.changed_on.isoformat(),
        "status": row.status.lower(),
        "received_at": timezone.localtime(row.received_at).isoformat(),
    }


def _rows(body: Any) -> list[Any]:
    if isinstance(body, list):
        return body
    if isinstance(body, dict) and isinstance(body.get("notifications"), list) and len(body) == 1:
        return body["notifications"]
    return [body]


def _document(taken: Taken) -> dict[str, Any]:
    document: dict[str, Any] = {
        "row": taken.row,
        "notification": str(taken.notification),
        "key": taken.key,
        "status": taken.status.value.lower(),
        "resident_code": taken.resident_code,
        "replayed": taken.replayed,
    }
    if taken.contradiction:
        verdict = taken.contradiction
        document["discrepancy"] = {"kind": verdict.kind.value, "article": verdict.article, "advice": verdict.advice}
    return document
