"""/api/v1/juki/move-outs: who is awaited elsewhere, and 転出証明書情報 that a town's system holds ready for them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.api.delivered import DELIVERED, count_of
from juki.models import MoveOut
from juki.selectors import move_outs as selectors
from juki.services import move_outs
from juki.services.move_outs import Filed

MOST = 20


class MoveOutDocument(serializers.Serializer):
    """Somebody whose 転入通知 is awaited."""

    move_out = serializers.IntegerField(help_text="転出の番号")
    resident_code = serializers.CharField(help_text="住民票コード")
    municipality = serializers.CharField(help_text="市区町村コード")
    intended_on = serializers.DateField(help_text="転出予定年月日")
    is_held = serializers.BooleanField(help_text="転出証明書情報を登録済みか")
    with_card = serializers.BooleanField(help_text="カードによる特例転入の対象か")


class MoveOutsPage(serializers.Serializer):
    """One page of move-outs."""

    results = MoveOutDocument(many=True)


class PersonDocument(serializers.Serializer):
    """One of those who leave together, with what the town's own record says beside the 本人確認情報."""

    move_out = serializers.IntegerField(help_text="転出の番号")
    with_card = serializers.BooleanField(required=False, default=False)
    items = serializers.DictField(help_text="世帯主・続柄・本籍・筆頭者・保険・年金・児童手当（施行令24条の3）")


class InformationDocument(serializers.Serializer):
    """転出証明書情報 of a household that leaves together; who has a card comes first."""

    destination = serializers.CharField(max_length=400, help_text="転出先。都道府県名から")
    persons = serializers.ListField(child=PersonDocument(), max_length=MOST)


class KeptDocument(serializers.Serializer):
    """That it is held, and how many towns that had asked were answered at once."""

    held = serializers.IntegerField(help_text="登録した人数")
    answered = serializers.IntegerField(help_text="回答した請求の件数")


class HeldDocument(serializers.Serializer):
    """What is held of one person."""

    move_out = serializers.IntegerField()
    destination = serializers.CharField(allow_blank=True, help_text="支援措置の対象者の転出先は伏せる。")
    with_card = serializers.BooleanField()
    held_at = serializers.DateTimeField()
    items = serializers.DictField()


class MoveOutsView(HouseView):
    """Those who left the own town."""

    permission = "juki.keep_move_outs"

    @extend_schema(
        operation_id="list_move_outs",
        summary="転入通知を待つ転出の一覧",
        responses={200: MoveOutsPage},
        parameters=[*PAGE_PARAMETERS, DELIVERED],
    )
    def get(self, request: Request) -> Response:
        """Move-outs whose 転入通知 has not come, newest first, in pages."""
        pages = HousePages(("-id",))
        page = pages.paginate_queryset(selectors.waiting(), request, self) or []
        codes = selectors.codes_of(page)
        answer = pages.get_paginated_response([_document(row, codes.get(row.resident, "")) for row in page])
        for name, value in count_of(len(page)).items():
            answer.headers[name] = value
        return answer


class MoveOutInformationView(HouseView):
    """転出証明書情報 to be held."""

    permission = "juki.keep_move_outs"

    @extend_schema(
        operation_id="hold_move_out_information",
        summary="転出証明書情報を登録する（求められていれば、ただちに送る）",
        request=InformationDocument,
        responses={200: KeptDocument},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Hold it ready for the new town; a town that has asked already is sent it."""
        asked = InformationDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        filed = [Filed(one["move_out"], one["items"], one["with_card"]) for one in told["persons"]]
        answered = move_outs.hold_information(filed=filed, destination=told["destination"], by=self.actor, at=now())
        return Response({"held": len(filed), "answered": answered})

    def row_pointer(self, row: int) -> str:
        """A row stands in the list that `persons` names."""
        return f"/persons/{row - 1}"


class HeldInformationView(HouseView):
    """転出証明書情報 as it is held."""

    permission = "juki.keep_move_outs"

    @extend_schema(
        operation_id="held_move_out_information",
        summary="登録してある転出証明書情報",
        responses={200: HeldDocument},
        parameters=[DELIVERED],
    )
    def get(self, request: Request, move_out: int) -> Response:
        """What the own town holds of one person, as it was registered last; the look is recorded."""
        held = move_outs.held(move_out=move_out, by=self.actor, at=now())
        document = {
            "move_out": held.move_out.pk,
            "destination": held.destination,
            "with_card": held.move_out.with_card,
            "held_at": timezone.localtime(held.held_at).isoformat(),
            "items": held.information.body(),
        }
        return Response(document, headers=count_of(1))


def _document(row: MoveOut, code: str) -> dict[str, Any]:
    return {
        "move_out": row.pk,
        "resident_code": code,
        "municipality": row.office,
        "intended_on": row.intended_on.isoformat(),
        "is_held": row.filing is not None,
        "with_card": row.with_card,
    }
