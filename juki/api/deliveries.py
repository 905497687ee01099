"""/api/v1/juki/deliveries: packages for an office, their content, and what became of them."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import DeliveryKind, DeliveryState
from juki.models import DeliveryTarget
from juki.selectors import deliveries as selectors
from juki.services import deliveries

STATES = [(value.lower(), label) for value, label in DeliveryState.choices]
_VERBS = {"received": "receive", "applied": "apply", "failed": "fail"}
MUNICIPALITY = OpenApiParameter(
    "municipality", str, description="市区町村コード（6桁）。市は区のコードを付ける。省くと自団体。"
)


class DeliveryDocument(serializers.Serializer):
    """A package at one office."""

    delivery = serializers.UUIDField()
    municipality = serializers.CharField()
    kind = serializers.ChoiceField([(value.lower(), label) for value, label in DeliveryKind.choices])
    name = serializers.CharField()
    version = serializers.CharField()
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    note = serializers.CharField()
    due_on = serializers.DateField()
    published_at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    reminded_at = serializers.DateTimeField(allow_null=True)


class DeliveriesPage(serializers.Serializer):
    """One page of packages."""

    results = DeliveryDocument(many=True)


class ReportDocument(serializers.Serializer):
    """What became of a package: `received` with the SHA-256 of what arrived, `applied`, or `failed` with a reason."""

    status = serializers.ChoiceField(list(_VERBS))
    sha256 = serializers.CharField(required=False, default="", max_length=64)
    reason = serializers.CharField(required=False, default="", max_length=deliveries.LONGEST_REASON)


class DeliveriesView(HouseView):
    """The packages that are put up for an office."""

    permission = "juki.receive_deliveries"

    @extend_schema(
        operation_id="list_deliveries",
        summary="自団体への配信の一覧",
        responses={200: DeliveriesPage},
        parameters=[
            *PAGE_PARAMETERS, OpenApiParameter("state", str, enum=[state for state, _ in STATES], description="状態")
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Packages with their state at one's own offices, newest first, in pages."""
        found = selectors.in_sight()
        if state := request.query_params.get("state"):
            found = found.filter(state=state.upper())
        pages = HousePages(("-id",))
        page = pages.paginate_queryset(found, request, self) or []
        return pages.get_paginated_response([_document(row) for row in page])


class DeliveryContentView(HouseView):
    """The content of a package."""

    permission = "juki.receive_deliveries"

    @extend_schema(
        operation_id="delivery_content",
        summary="配信の内容を受け取る",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
        parameters=[MUNICIPALITY],
    )
    def get(self, request: Request, delivery: UUID) -> HttpResponse:
        """The file as it was put up. Report its receipt with the SHA-256 that you compute over it."""
        office = request.query_params.get("municipality") or self.actor.organisation
        package = deliveries.fetch(package_id=delivery, office=office, by=self.actor, at=now()).package
        answer = HttpResponse(bytes(package.content), content_type="application/octet-stream")
        answer.headers["Content-Disposition"] = f'attachment; filename="{package.file_name}"'
        answer.headers["ETag"] = f'"{package.sha256}"'
        return answer


class DeliveryReportsView(HouseView):
    """What became of a package at an office."""

    permission = "juki.receive_deliveries"

    @extend_schema(
        operation_id="report_delivery",
        summary="配信の受領・適用を報告する",
        request=ReportDocument,
        responses={200: DeliveryDocument},
        parameters=[MUNICIPALITY, IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, delivery: UUID) -> Response:
        """Report; a receipt counts only with the digest of what was put up."""
        asked = ReportDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        target = deliveries.report(
            package_id=delivery,
            office=request.query_params.get("municipality") or self.actor.organisation,
            verb=_VERBS[told["status"]],
            sha256=told["sha256"],
            reason=told["reason"],
            by=self.actor,
            at=now(),
        )
        return Response(_document(target))


def _document(row: DeliveryTarget) -> dict[str, Any]:
    package = row.package
    return {
        "delivery": str(package.pk),
        "municipality": row.office,
        "kind": package.kind.lower(),
        "name": package.name,
        "version": package.version,
        "file_name": package.file_name,
        "size": package.size,
        "sha256": package.sha256,
        "note": package.note,
        "due_on": package.due_on.isoformat(),
        "published_at": timezone.localtime(package.published_at).isoformat(),
        "state": row.state.lower(),
        "reminded_at": row.reminded_at and timezone.localtime(row.reminded_at).isoformat(),
    }
