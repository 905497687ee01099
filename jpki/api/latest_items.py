"""POST /api/v1/jpki/latest-items."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.choices import ConsentItem
from jpki.services import latest_items
from jpki.services.latest_items import LARGEST_CALL, Result, Told
from juki.api.delivered import DELIVERED, count_of


class SerialsDocument(serializers.Serializer):
    """Serial numbers of signature certificates that holders have shown."""

    serials = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=LARGEST_CALL
    )
    on_behalf_of = serializers.CharField(max_length=20, default="", allow_blank=True)


class ItemsAnswer(serializers.Serializer):
    """The items agreed to; what was not is not there."""

    name = serializers.CharField(required=False)
    address = serializers.CharField(required=False)
    birth_date = serializers.CharField(required=False)
    sex = serializers.CharField(required=False)


class TellAnswer(serializers.Serializer):
    """One row, in the order asked."""

    serial = serializers.IntegerField()
    result = serializers.ChoiceField([result.value for result in Result])
    items = ItemsAnswer()
    withheld = serializers.ListField(child=serializers.ChoiceField(ConsentItem.choices))
    new_serial = serializers.IntegerField(allow_null=True)
    issued_at = serializers.DateTimeField(allow_null=True)


class LatestItemsAnswer(serializers.Serializer):
    """A row for each number."""

    results = TellAnswer(many=True)


class LatestItemsView(HouseView):
    """The latest items of holders who have agreed."""

    permission = "jpki.latest_items"

    @extend_schema(
        operation_id="provide_latest_items",
        summary="最新の利用者情報の提供を求める",
        description=(
            f"署名用電子証明書の発行の番号（{LARGEST_CALL:,}件まで）により、本人が同意した情報だけを受け取る。"
            "`PROVIDED` 新しい電子証明書の情報が変わっていて、提供した。`UNCHANGED` 同意した情報は変わらない。"
            "`NO_CERTIFICATE` 失効し、新しい電子証明書がまだない。`NO_CONSENT` 有効な同意がない。"
            "移動端末設備用の番号に答えるのは、カードと端末の紐付けの提供を受ける検証者に対してだけ。"
            "提供しない情報は `withheld` に名前だけが並ぶ。本人への開示の対象になる。"
        ),
        parameters=[DELIVERED],
        request=SerialsDocument,
        responses={200: LatestItemsAnswer},
    )
    def post(self, request: Request) -> Response:
        """Tell what was agreed to."""
        asked = SerialsDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        told = latest_items.provide(**asked.validated_data, by=self.actor, at=now())
        answer = LatestItemsAnswer({"results": [_shown(each) for each in told.rows]})
        return Response(answer.data, headers=count_of(told.persons))


def _shown(told: Told) -> dict[str, object]:
    return {
        "serial": told.serial,
        "result": told.result.value,
        "items": {item.value.lower(): value for item, value in told.items.items()},
        "withheld": [item.value for item in told.withheld],
        "new_serial": told.new_serial,
        "issued_at": told.issued_at,
    }
