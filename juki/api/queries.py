"""POST /api/v1/juki/queries."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from juki.choices import Sex
from juki.domain.items import LABELS
from juki.selectors.residents import FourItems
from juki.services import queries


class FourItemsDocument(serializers.Serializer):
    """The four items (氏名, 生年月日, 性別, 住所); two at least."""

    name = serializers.CharField(required=False, max_length=200)
    name_kana = serializers.CharField(required=False, max_length=200)
    birth_date = serializers.CharField(required=False, max_length=40, help_text="西暦または和暦。不詳の月・日は 00")
    sex = serializers.ChoiceField(Sex.choices, required=False)
    address = serializers.CharField(required=False, max_length=400)


class QueryDocument(serializers.Serializer):
    """An immediate query: why, what, and about whom."""

    purpose = serializers.CharField(max_length=32, help_text="事務区分コード")
    fields = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=40),
        allow_empty=False,
        help_text=f"提供を受ける項目: {', '.join(LABELS)}",
    )
    items = FourItemsDocument(required=False)
    resident_code = serializers.CharField(required=False, max_length=11, default="")
    individual_number = serializers.CharField(required=False, max_length=12, default="")


# It keeps nothing of what it reads; a serializer for each call would copy every field first.
_READER = QueryDocument()


class QueryAnswer(serializers.Serializer):
    """MATCHED (一致), NOT_FOUND (不一致) or SEVERAL (複数候補), with the items asked for."""

    result = serializers.ChoiceField(["MATCHED", "NOT_FOUND", "SEVERAL"])
    persons = serializers.ListField(
        child=serializers.DictField(),
        help_text="支援措置対象者には protection がある。WITHHELD（住所等は null）か BY_LAW（法令により提供）",
    )
    more = serializers.BooleanField(help_text=f"候補が{queries.MOST_CANDIDATES}人を超え、全員は示していない")


class QueriesView(HouseView):
    """Immediate queries. A POST, so that no person stands in an address."""

    permission = "juki.query"

    @extend_schema(
        operation_id="query",
        summary="本人確認情報の提供を受ける（即時）",
        request=QueryDocument,
        responses={200: QueryAnswer},
        parameters=[
            OpenApiParameter(
                "X-Delivered-Count", int, OpenApiParameter.HEADER, response=[200], description="提供した人数。0を含む"
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Give the asked items of whoever matches; the answer's header names how many persons were delivered."""
        data = _READER.run_validation(request.data)
        provided = queries.provide(
            purpose=data["purpose"],
            fields=data["fields"],
            items=FourItems(**data["items"]) if data.get("items") else None,
            resident_code=data["resident_code"],
            individual_number=data["individual_number"],
            by=self.actor,
            at=now(),
        )
        return Response(
            {"result": provided.result, "persons": provided.persons, "more": provided.more},
            headers={"X-Delivered-Count": str(len(provided.persons)), "Cache-Control": "no-store"},
        )
