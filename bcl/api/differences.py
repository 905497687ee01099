"""POST and GET /api/v1/bcl/differences, GET /api/v1/bcl/copy-digest."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bcl.domain.ordering import Missing
from bcl.domain.relations import relations
from bcl.domain.rows import CHOICES, LABELS, LENGTHS, Operation
from bcl.services import copies, differences
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now

STATUSES = [("applied", "反映済み"), ("held", "順序待ち"), ("contained", "一括登録に含まれている")]
MUNICIPALITY = OpenApiParameter(
    "municipality", str, description="市区町村コード（6桁）。市は区のコードを付ける。省くと自団体。"
)


def _text(name: str, **rest: Any) -> serializers.CharField:
    return serializers.CharField(max_length=LENGTHS.get(name, 12), help_text=LABELS[name], **rest)


def _optional(name: str) -> serializers.CharField:
    return _text(name, required=False, allow_blank=True)


class DifferenceDocument(serializers.Serializer):
    """One difference: the whole row as it stands after the change. DELETE carries the 宛名番号 alone."""

    sequence = serializers.IntegerField(min_value=1, help_text="順序番号。団体ごとに1から続き、欠番は待つ。")
    operation = serializers.ChoiceField([each.value for each in Operation], required=False)
    number = _text("number")
    resident_code = _optional("resident_code")
    household = _optional("household")
    relation = serializers.ChoiceField([(r.code, r.label) for r in relations().values()], required=False)
    householder = _optional("householder")
    name = _optional("name")
    name_kana = _optional("name_kana")
    former_surname = _optional("former_surname")
    alias = _optional("alias")
    birth_date = serializers.RegexField(r"^\d{4}-\d{2}-\d{2}$", required=False, help_text="不詳の月・日は 00")
    sex = serializers.ChoiceField(CHOICES["sex"], required=False)
    address = _optional("address")
    became_resident_on = _optional("became_resident_on")
    address_since = _optional("address_since")
    notified_on = _optional("notified_on")
    former_address = _optional("former_address")
    honseki = _optional("honseki")
    koseki_head = _optional("koseki_head")
    protected = serializers.ChoiceField(CHOICES["protected"], required=False, help_text="支援措置。PUT では必須。")
    moving_out_on = _optional("moving_out_on")
    removed_on = _optional("removed_on")
    removal = serializers.ChoiceField(CHOICES["removal"], required=False, allow_blank=True)


class DifferencesDocument(serializers.Serializer):
    """Many differences, of one of several wards."""

    municipality = serializers.CharField(required=False, max_length=6)
    differences = DifferenceDocument(many=True)


DIFFERENCES = PolymorphicProxySerializer(
    component_name="Differences",
    serializers=[DifferenceDocument(many=True), DifferencesDocument],
    resource_type_field_name=None,
    many=False,
)


class MissingDocument(serializers.Serializer):
    """A run of numbers to be sent again, both ends included."""

    first = serializers.IntegerField()
    last = serializers.IntegerField()


class TakenDifference(serializers.Serializer):
    """What became of one difference."""

    row = serializers.IntegerField()
    sequence = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    replayed = serializers.BooleanField()


class DifferencesAnswer(serializers.Serializer):
    """One result a row, in order; how far the copy has come, and what has to be sent again."""

    results = TakenDifference(many=True)
    applied_through = serializers.IntegerField()
    missing = MissingDocument(many=True)


class ReceptionDocument(serializers.Serializer):
    """How far the differences have come."""

    municipality = serializers.CharField()
    loaded_at = serializers.DateTimeField(allow_null=True)
    applied_through = serializers.IntegerField()
    received_highest = serializers.IntegerField()
    held = serializers.IntegerField()
    missing = MissingDocument(many=True)


class DigestDocument(serializers.Serializer):
    """The digest of the whole copy, for comparison with the town's own register."""

    municipality = serializers.CharField()
    applied_through = serializers.IntegerField()
    rows = serializers.IntegerField()
    sha256 = serializers.CharField()


class DifferencesView(HouseView):
    """Differences of a town's copy."""

    permission = "bcl.send_copy"

    @extend_schema(
        operation_id="send_differences",
        summary="副本の差分を送る（1,000件まで）",
        request=DIFFERENCES,
        responses={200: DifferencesAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Take differences in the sender's order: what lies beyond a gap waits, and `missing` names the gap.

        Rows at fault refuse the whole call, naming each row and field; nothing of it is taken.
        """
        rows, office = _body(request.data)
        received = differences.receive(
            differences=rows, office=office or self.actor.organisation, by=self.actor, at=now(), channel="REST"
        )
        results = [
            {"row": each.row, "sequence": each.sequence, "status": each.status.lower(), "replayed": each.replayed}
            for each in received.results
        ]
        answer = {"results": results, "applied_through": received.through, "missing": _missing(received.missing)}
        return Response(answer)

    @extend_schema(
        operation_id="reception_of_differences",
        summary="副本の受信状況（欠けている順序番号）",
        responses={200: ReceptionDocument},
        parameters=[MUNICIPALITY],
    )
    def get(self, request: Request) -> Response:
        """How far the differences have come, and what has to be sent again."""
        office = request.query_params.get("municipality") or self.actor.organisation
        standing = copies.reception(office=office, by=self.actor)
        stream = standing.stream
        return Response(
            {
                "municipality": stream.office,
                "loaded_at": stream.loaded_at and stream.loaded_at.isoformat(),
                "applied_through": stream.through,
                "received_highest": stream.highest,
                "held": standing.waiting,
                "missing": _missing(standing.missing),
            }
        )

    def row_pointer(self, row: int) -> str:
        """A row stands in a list, or in the list that `differences` names."""
        return f"/{row - 1}" if isinstance(self.request.data, list) else f"/differences/{row - 1}"


class CopyDigestView(HouseView):
    """The digest of a whole copy."""

    permission = "bcl.send_copy"

    @extend_schema(
        operation_id="copy_digest",
        summary="副本全体の要約値",
        responses={200: DigestDocument},
        parameters=[MUNICIPALITY],
    )
    def get(self, request: Request) -> Response:
        """SHA-256 over the SHA-256 of each row, in the order of 宛名番号 as text.

        A row is its items in the order of the CSV file's columns, parted by U+001F, in UTF-8.
        """
        office = request.query_params.get("municipality") or self.actor.organisation
        found = copies.digest(office=office, by=self.actor, at=now())
        document = {"municipality": office, "applied_through": found.through, "rows": found.rows}
        return Response(document | {"sha256": found.sha256})


def _body(body: Any) -> tuple[list[Any], str]:
    if isinstance(body, list):
        return body, ""
    if isinstance(body, dict) and isinstance(body.get("differences"), list):
        unknown = [name for name in body if name not in ("differences", "municipality")]
        office = body.get("municipality", "")
        if not unknown and isinstance(office, str):
            return body["differences"], office
    message = "差分の一覧、または differences にその一覧を持つ組で送ってください。"
    raise Invalid.of([FieldError("differences", "not_a_list", message)])


def _missing(runs: list[Missing]) -> list[dict[str, int]]:
    return [run._asdict() for run in runs]
