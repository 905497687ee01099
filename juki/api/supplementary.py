"""POST /api/v1/juki/supplementary-notices: 附票本人確認情報の通知."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import SUPPLEMENTARY_REASONS, Sex
from juki.services import supplementary


class SupplementaryNoticeDocument(serializers.Serializer):
    """One notice of the 本籍地. A change carries only what changed; a removal carries no item of the person."""

    key = serializers.CharField(max_length=128, help_text="通知者が付ける通知キー。団体ごとに一度だけ使える。")
    reason = serializers.ChoiceField(SUPPLEMENTARY_REASONS, help_text="附票の異動事由コード")
    changed_on = serializers.DateField(help_text="異動年月日")
    resident_code = serializers.CharField(help_text="住民票コード（11桁）")
    municipality = serializers.CharField(required=False, help_text="本籍地の市区町村コード。市は区のコードを付ける。")
    name = serializers.CharField(required=False, max_length=200)
    name_kana = serializers.CharField(required=False, max_length=200)
    birth_date = serializers.RegexField(r"^\d{4}-\d{2}-\d{2}$", required=False, help_text="不詳の月・日は 00")
    sex = serializers.ChoiceField(Sex.choices, required=False)
    address = serializers.CharField(required=False, max_length=400, help_text="国外転出者は国名から")


class SupplementaryNoticesDocument(serializers.Serializer):
    """Up to 1,000 notices, in the order in which they are to be taken."""

    notices = SupplementaryNoticeDocument(many=True)


class SupplementaryTaken(serializers.Serializer):
    """What became of one notice."""

    row = serializers.IntegerField()
    notice = serializers.UUIDField(help_text="受付番号")
    key = serializers.CharField()
    version = serializers.IntegerField()
    replayed = serializers.BooleanField()


class SupplementaryAnswer(serializers.Serializer):
    """One result a row, in order."""

    results = SupplementaryTaken(many=True)


class SupplementaryNoticesView(HouseView):
    """Notices of the 附票."""

    permission = "juki.notify_supplementary"

    @extend_schema(
        operation_id="notify_supplementary",
        summary="附票本人確認情報を通知する（1,000件まで）",
        request=SupplementaryNoticesDocument,
        responses={200: SupplementaryAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Tell of up to 1,000 changes of the own 附票. Faults and contradictions refuse the call, row by row."""
        body = request.data
        notices = body.get("notices") if isinstance(body, dict) else body
        taken = supplementary.receive(
            notices=notices if isinstance(notices, list) else [notices], by=self.actor, at=now(), channel="REST"
        )
        return Response({"results": [_document(one) for one in taken]})

    def row_pointer(self, row: int) -> str:
        """A row stands in the list that `notices` names, or in a list."""
        return f"/{row - 1}" if isinstance(self.request.data, list) else f"/notices/{row - 1}"


def _document(taken: supplementary.Taken) -> dict[str, Any]:
    return {
        "row": taken.row,
        "notice": str(taken.notice),
        "key": taken.key,
        "version": taken.version,
        "replayed": taken.replayed,
    }
