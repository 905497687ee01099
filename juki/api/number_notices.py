"""GET /api/v1/juki/individual-numbers: 個人番号 that were given, changed or came along, for the town's own system."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from juki.api.delivered import DELIVERED, count_of
from juki.choices import NumberNoticeKind
from juki.domain.number_notices import MOST
from juki.services import number_notices
from juki.services.number_notices import Told

_LARGEST = 2**63 - 1


class PlaceDocument(serializers.Serializer):
    """Where to go on, and how far."""

    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=_LARGEST)
    limit = serializers.IntegerField(required=False, default=MOST, min_value=1, max_value=MOST)


class NumberDocument(serializers.Serializer):
    """A number. NEW (付番), CHANGED (変更) or MOVED_IN (転入等により、既にある個人番号の者を記載した)."""

    place = serializers.IntegerField(help_text="通知の順序。飛ぶことがある")
    municipality = serializers.CharField(help_text="住民を登録する市区町村コード（市の要求には区のコード）")
    resident_code = serializers.CharField(help_text="住民票コード")
    individual_number = serializers.CharField(help_text="現在の個人番号")
    kind = serializers.ChoiceField(NumberNoticeKind.choices)
    given_on = serializers.DateField(help_text="付番・変更・記載を受け付けた日")


class NumbersPage(serializers.Serializer):
    """One page of numbers."""

    results = NumberDocument(many=True)
    next = serializers.IntegerField(help_text="次の要求の after に指定する番号")
    more = serializers.BooleanField(help_text="続きがあるかもしれない")


class IndividualNumbersView(HouseView):
    """The numbers of the town's residents."""

    permission = "juki.receive_numbers"

    @extend_schema(
        operation_id="receive_individual_numbers",
        summary="付番・変更された個人番号の通知を受ける",
        responses={200: NumbersPage},
        parameters=[
            OpenApiParameter("after", int, description="前の応答の next。初めは省く"),
            OpenApiParameter("limit", int, description=f"1ページの件数（{MOST:,}まで。省くと{MOST:,}）"),
            DELIVERED,
        ],
    )
    def get(self, request: Request) -> Response:
        """Numbers given, changed or brought along since the cursor, in order; the fetch is recorded with all persons.

        Store what came before asking for more: the same cursor gives the same page again. Who is registered in another
        town by now is left out, so that a page may have fewer rows than asked for and still be followed by another.
        """
        asked = PlaceDocument(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = number_notices.fetch(**asked.validated_data, by=self.actor, at=now())
        document = {"results": [_document(told) for told in page.told], "next": page.next, "more": page.more}
        return Response(document, headers=count_of(len(page.told)))


def _document(told: Told) -> dict[str, Any]:
    return {
        "place": told.place,
        "municipality": told.office,
        "resident_code": told.resident_code,
        "individual_number": told.number,
        "kind": told.kind,
        "given_on": told.given_on.isoformat(),
    }
