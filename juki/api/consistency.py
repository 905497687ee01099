"""/api/v1/juki/consistency-checks: 整合性確認 of a town's register with the nation's."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.faces.rest.paging import PAGE_PARAMETERS, HousePages
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from juki.choices import ConsistencyKind, ConsistencyState
from juki.domain.consistency import ITEMS, Question, Wanted
from juki.models import ConsistencyCheck, ConsistencyDifference
from juki.services import consistency

STATES = [(value.lower(), label) for value, label in ConsistencyState.choices]
KINDS = [(value.lower(), label) for value, label in ConsistencyKind.choices]
WANTED = [each.value.lower() for each in Wanted]
_HOW = (
    "住民の行は、住民票コードと通知の項目（" + "・".join(ITEMS) + "）を U+001F で区切った UTF-8 の文字列とし、"
    "その SHA-256 を住民の要約値とする。住民票コードの SHA-256 の16進の先頭4桁を末端の節とし、末端の節の要約値は"
    "住民票コード順に並べた要約値の列の SHA-256、上の節の要約値は、住民のいる子について末尾の1桁（ASCII）と要約値を"
    "並べた列の SHA-256 とする。住民のいない節に要約値はない。基準日に現存する住民だけを数える。"
)


class OpeningDocument(serializers.Serializer):
    """The digest of the town's whole register (the root), and of how many residents."""

    municipality = serializers.CharField(required=False, max_length=6, help_text="市は区のコードを付ける")
    sha256 = serializers.RegexField(r"^([0-9a-f]{64})?$", allow_blank=True, help_text="根の要約値。住民がいなければ空")
    count = serializers.IntegerField(min_value=0)


class QuestionDocument(serializers.Serializer):
    """What is to be told next: children of `nodes`, residents at `nodes`, or items of `resident_codes`."""

    wants = serializers.ChoiceField(WANTED)
    nodes = serializers.ListField(child=serializers.CharField(), required=False)
    resident_codes = serializers.ListField(child=serializers.CharField(), required=False)


class CheckDocument(serializers.Serializer):
    """A check by counts. `told` is how many digests the town sent."""

    check = serializers.UUIDField()
    municipality = serializers.CharField()
    day = serializers.DateField()
    state = serializers.ChoiceField(STATES)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    town_count = serializers.IntegerField()
    nation_count = serializers.IntegerField()
    told = serializers.IntegerField()
    only_in_town = serializers.IntegerField()
    only_in_nation = serializers.IntegerField()
    items_differ = serializers.IntegerField()


class StepDocument(CheckDocument):
    """A check and its next step; `question` is null once it has ended."""

    step = serializers.IntegerField()
    question = QuestionDocument(allow_null=True)


class DifferenceRow(serializers.Serializer):
    """Who differs, and where both hold the resident, in which items."""

    kind = serializers.ChoiceField(KINDS)
    resident_code = serializers.CharField()
    items = serializers.ListField(child=serializers.ChoiceField(ITEMS))
    waiting = serializers.BooleanField(help_text="順序待ちか不整合の通知がある")


class OpenedDocument(StepDocument):
    """A check with its differences."""

    differences = DifferenceRow(many=True)


class ToldDigest(serializers.Serializer):
    """A node with its digest; nodes without residents are left out."""

    node = serializers.CharField()
    sha256 = serializers.CharField()


class ToldPerson(serializers.Serializer):
    """A resident with the digest of the line."""

    resident_code = serializers.CharField()
    sha256 = serializers.CharField()


class ToldItems(serializers.Serializer):
    """A resident with the digest of each item: SHA-256 over 住民票コード, the item's name and its value, as a line."""

    resident_code = serializers.CharField()
    items = serializers.DictField(child=serializers.CharField())


class AnswerDocument(serializers.Serializer):
    """The answer to a step, under the name of what was wanted."""

    step = serializers.IntegerField()
    digests = ToldDigest(many=True, required=False)
    persons = ToldPerson(many=True, required=False)
    items = ToldItems(many=True, required=False)


class ChecksPage(serializers.Serializer):
    """One page of checks."""

    results = CheckDocument(many=True)


class ConsistencyChecksView(HouseView):
    """The checks of an office."""

    permission = "juki.check_consistency"

    @extend_schema(
        operation_id="list_consistency_checks",
        summary="自団体の整合性確認の一覧",
        responses={200: ChecksPage},
        parameters=PAGE_PARAMETERS,
    )
    def get(self, request: Request) -> Response:
        """One's own checks by counts, newest first, in pages."""
        pages = HousePages(("-started_at", "-id"))
        page = pages.paginate_queryset(ConsistencyCheck.objects.all(), request, self) or []
        return pages.get_paginated_response([_check(row) for row in page])

    @extend_schema(
        operation_id="start_consistency_check",
        summary="整合性確認を始める",
        description=_HOW,
        request=OpeningDocument,
        responses={201: StepDocument},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Begin; where the digests are equal the check has ended at once."""
        told = request.data if isinstance(request.data, dict) else {}
        office = told.get("municipality") or self.actor.organisation
        if not isinstance(office, str):
            raise Invalid.of([FieldError("municipality", "not_text", "市区町村コードは文字列で指定してください。")])
        step = consistency.start(office=office, told=told, by=self.actor, at=now())
        return Response(_step(step.check, step.question), status=201)


class ConsistencyCheckView(HouseView):
    """One check."""

    permission = "juki.check_consistency"

    @extend_schema(
        operation_id="consistency_check",
        summary="整合性確認の経過と違い",
        responses={200: OpenedDocument},
    )
    def get(self, request: Request, check: UUID) -> Response:
        """How far it has come, what is to be told next, and who was found to differ."""
        opened = consistency.open_check(check_id=check, by=self.actor, at=now())
        document = _step(opened.check, opened.question) | {"differences": [_row(row) for row in opened.rows]}
        return Response(
            document, headers={"X-Delivered-Count": str(len(opened.rows)), "Cache-Control": "no-store"}
        )  # fmt: skip


class ConsistencyStepsView(HouseView):
    """The steps of a check."""

    permission = "juki.check_consistency"

    @extend_schema(
        operation_id="answer_consistency_check",
        summary="整合性確認の問いに答える",
        request=AnswerDocument,
        responses={200: StepDocument},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request, check: UUID) -> Response:
        """Tell what the step's question wants; the answer names the next one."""
        number, told = _answer(request.data)
        step = consistency.answer(check_id=check, step=number, told=told, by=self.actor, at=now())
        return Response(_step(step.check, step.question), headers={"Cache-Control": "no-store"})

    def row_pointer(self, row: int) -> str:
        """A row stands in the list that was wanted."""
        name = next((name for name in WANTED if name in self.request.data), "")
        return f"/{name}/{row - 1}"


def _answer(body: Any) -> tuple[int, Any]:
    names = [name for name in WANTED if isinstance(body, dict) and name in body]
    if len(names) != 1 or set(body) != {"step", names[0]}:
        message = f"step と、{'・'.join(WANTED)} のうち尋ねられたものを送ってください。"
        raise Invalid.of([FieldError("", "form", message)])
    number = body["step"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise Invalid.of([FieldError("step", "not_a_number", "段階は整数です。")])
    return number, body[names[0]]


def _check(row: ConsistencyCheck) -> dict[str, Any]:
    return {
        "check": str(row.pk),
        "municipality": row.office,
        "day": row.day.isoformat(),
        "state": row.state.lower(),
        "started_at": timezone.localtime(row.started_at).isoformat(),
        "finished_at": row.finished_at and timezone.localtime(row.finished_at).isoformat(),
    } | {
        name: getattr(row, name)
        for name in ("town_count", "nation_count", "told", "only_in_town", "only_in_nation", "items_differ")
    }


def _step(row: ConsistencyCheck, question: Question | None) -> dict[str, Any]:
    return _check(row) | {"step": row.step, "question": _question(question) if question else None}


def _question(question: Question) -> dict[str, Any]:
    named = {"nodes": list(question.nodes)} if question.nodes else {"resident_codes": list(question.resident_codes)}
    return {"wants": question.wants.value.lower()} | named


def _row(row: ConsistencyDifference) -> dict[str, Any]:
    return {
        "kind": row.kind.lower(), "resident_code": row.resident_code, "items": row.items, "waiting": row.is_waiting
    }  # fmt: skip
