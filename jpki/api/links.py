"""POST /api/v1/jpki/serial-links."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.choices import AuthorityCode, Entitlement, Kind
from jpki.services import serial_links
from jpki.services.serial_links import Links, Numbered


class SerialDocument(serializers.Serializer):
    """A certificate by its number."""

    authority = serializers.ChoiceField(AuthorityCode.choices)
    serial = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    on_behalf_of = serializers.CharField(max_length=20, default="", allow_blank=True)


class NumberedAnswer(serializers.Serializer):
    """A certificate by its number; good when it was told."""

    authority = serializers.ChoiceField(AuthorityCode.choices)
    generation = serializers.IntegerField()
    serial = serializers.IntegerField()
    kind = serializers.ChoiceField(Kind.choices)


class LinksAnswer(serializers.Serializer):
    """Where a number leads. `told` says what was looked up; what was and is null, the holder does not have now."""

    told = serializers.ListField(child=serializers.ChoiceField(Entitlement.choices))
    renewed = NumberedAnswer(allow_null=True)
    other_kind = NumberedAnswer(allow_null=True)
    other_carrier = NumberedAnswer(allow_null=True)


class SerialLinksView(HouseView):
    """The links of a serial number."""

    permission = "jpki.link_serials"

    @extend_schema(
        operation_id="link_serials",
        summary="発行の番号の紐付けを求める",
        description=(
            "古い発行の番号から新しい発行の番号（`renewed`）、署名用と利用者証明用の発行の番号（`other_kind`）、"
            "カード用と移動端末設備用の発行の番号（`other_carrier`）を求める。"
            "登録された検証者が、提供の対象である紐付けだけを受け取る。番号がなければ404。本人への開示の対象になる。"
        ),
        request=SerialDocument,
        responses={200: LinksAnswer},
    )
    def post(self, request: Request) -> Response:
        """Tell where a number leads."""
        asked = SerialDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        found = serial_links.link(**asked.validated_data, by=self.actor, at=now())
        return Response(LinksAnswer(links_shown(found)).data, headers={"Cache-Control": "no-store"})


def links_shown(links: Links | None) -> dict[str, object] | None:
    """As the answer says it; None for a party that is told no links."""
    if links is None:
        return None
    return {
        "told": sorted(each.value for each in links.told),
        "renewed": _numbered(links.renewed),
        "other_kind": _numbered(links.other_kind),
        "other_carrier": _numbered(links.other_carrier),
    }


def _numbered(found: Numbered | None) -> dict[str, object] | None:
    return vars(found) if found else None
