"""/api/v1/konbini/sessions: what a store operator's centre asks, from the card on the reader to the print."""

import base64
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.errors import Refused
from jlis.kernel.faces.papers import pdf_response
from jlis.kernel.faces.rest.problems import MEDIA_TYPE, problem
from jlis.kernel.faces.rest.views import HouseView, idempotent
from jlis.kernel.time import TOKYO, now
from konbini.choices import CertificateKind, TransactionState
from konbini.domain.transactions import PrintResult
from konbini.models import Transaction
from konbini.services import prints, requests, sessions
from konbini.services.requests import Wanted

KEY = [OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER)]


class OpeningDocument(serializers.Serializer):
    """A card on a kiosk's reader."""

    kiosk = serializers.CharField(max_length=16, help_text="端末番号")
    certificate = serializers.CharField(max_length=16_384, help_text="利用者証明用電子証明書（DERのBase64、またはPEM）")


class SessionDocument(serializers.Serializer):
    """What the card must sign, and until when."""

    id = serializers.UUIDField()
    challenge = serializers.CharField(help_text="Base64。カードの利用者証明用の鍵で署名する（SHA-256）")
    expires_at = serializers.DateTimeField()


class ProofDocument(serializers.Serializer):
    """The card's signature over the challenge."""

    signature = serializers.CharField(max_length=2_048, help_text="Base64")


class MenuLine(serializers.Serializer):
    """A certificate that the holder may have."""

    kind = serializers.ChoiceField(CertificateKind.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    fee_yen = serializers.IntegerField()


class MenuDocument(serializers.Serializer):
    """What the holder may have."""

    office = serializers.CharField(help_text="市区町村コード")
    household_size = serializers.IntegerField()
    whole_household = serializers.BooleanField(help_text="世帯全員の証明書を取得できるか")
    menu = MenuLine(many=True)


class WantedDocument(serializers.Serializer):
    """What the resident chose, and what the kiosk has taken for it."""

    kind = serializers.ChoiceField(CertificateKind.choices)
    whole_household = serializers.BooleanField(default=False)
    shows = serializers.ListField(child=serializers.CharField(max_length=20), default=list, max_length=8)
    paid_yen = serializers.IntegerField(min_value=0)


class TransactionDocument(serializers.Serializer):
    """A request as it is kept; `paper` is where its PDF is fetched until the print has been told."""

    transaction = serializers.UUIDField()
    state = serializers.ChoiceField(TransactionState.choices)
    fee_yen = serializers.IntegerField()
    paper = serializers.CharField()


class PrintDocument(serializers.Serializer):
    """The kiosk's word on the print."""

    transaction = serializers.UUIDField()
    result = serializers.ChoiceField([result.value for result in PrintResult])


class SessionsView(HouseView):
    """Opening."""

    permission = "konbini.relay"

    @extend_schema(
        operation_id="open_kiosk_session",
        summary="端末での手続を始める",
        request=OpeningDocument,
        responses={201: SessionDocument},
    )
    def post(self, request: Request) -> Response:
        """Begin with the card's authentication certificate."""
        asked = OpeningDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        opened = sessions.open_session(**asked.validated_data, by=self.actor, at=now())
        document = {
            "id": str(opened.pk),
            "challenge": base64.b64encode(bytes(opened.challenge)).decode(),
            "expires_at": opened.expires_at.astimezone(TOKYO).isoformat(),
        }
        return Response(document, status=201)


class SessionView(HouseView):
    """Ending."""

    permission = "konbini.relay"

    @extend_schema(operation_id="close_kiosk_session", summary="端末での手続を終える", responses={204: None})
    def delete(self, request: Request, session: UUID) -> Response:
        """The resident took the card."""
        sessions.close(session=session, by=self.actor, at=now())
        return Response(status=204)


class ProofView(HouseView):
    """The signed challenge."""

    permission = "konbini.relay"

    @extend_schema(
        operation_id="prove_card_holder",
        summary="カードの署名で本人を確認し、取得できる証明書を得る",
        request=ProofDocument,
        responses={200: MenuDocument},
    )
    def post(self, request: Request, session: UUID) -> Response:
        """Whoever signed it may have what the answer lists. A challenge is good once."""
        asked = ProofDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        proof = sessions.prove(session=session, by=self.actor, at=now(), **asked.validated_data)
        if proof.menu is None:
            return _kept(proof.refusal)
        lines = [
            {"kind": kind, "label": CertificateKind(kind).label, "fee_yen": fee}
            for kind, fee in proof.menu.fees.items()
        ]
        menu = proof.menu
        document = {"office": menu.office, "household_size": menu.household_size}
        return Response(document | {"whole_household": menu.whole_household, "menu": lines})


class RequestsView(HouseView):
    """A request for one paper."""

    permission = "konbini.relay"

    @extend_schema(
        operation_id="request_certificate",
        summary="証明書の作成を求める",
        request=WantedDocument,
        responses={201: TransactionDocument},
        parameters=KEY,
    )
    @idempotent
    def post(self, request: Request, session: UUID) -> Response:
        """Have a paper made. Without one, nothing is charged and the kiosk gives the money back."""
        asked = WantedDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        wanted = Wanted(data["kind"], data["whole_household"], frozenset(data["shows"]), data["paid_yen"])
        outcome = requests.issue(session=session, wanted=wanted, by=self.actor, at=now())
        return _kept(outcome.refusal) if outcome.refusal else Response(_document(outcome.transaction), status=201)


class PaperView(HouseView):
    """The paper."""

    permission = "konbini.relay"

    @extend_schema(
        operation_id="fetch_certificate",
        summary="印刷する証明書（PDF）を受け取る",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, session: UUID, transaction: UUID) -> HttpResponse:
        """The PDF, until its print has been told."""
        paper = requests.waiting_paper(session=session, transaction=transaction, by=self.actor, at=now())
        return pdf_response(paper, name=f"{transaction}.pdf")


class PrintsView(HouseView):
    """The print."""

    permission = "konbini.relay"

    @extend_schema(
        operation_id="tell_print",
        summary="印刷の結果を知らせる",
        request=PrintDocument,
        responses={200: TransactionDocument},
        parameters=KEY,
    )
    @idempotent
    def post(self, request: Request, session: UUID) -> Response:
        """Printed: the fee is counted, once. Failed: nothing is, and the kiosk gives the money back."""
        asked = PrintDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        told = prints.tell(
            session=session,
            transaction=asked.validated_data["transaction"],
            result=PrintResult(asked.validated_data["result"]),
            by=self.actor,
            at=now(),
        )
        return Response(_document(told))


def _document(made: Transaction) -> dict[str, Any]:
    paper = f"/api/v1/konbini/sessions/{made.session_id}/papers/{made.pk}"
    return {
        "transaction": str(made.pk),
        "state": made.state,
        "fee_yen": made.fee_yen,
        "paper": paper if made.state == TransactionState.ISSUED else "",
    }


def _kept(refusal: Refused | None) -> Response:
    """A refusal that is kept with its request: an answer, so that the transaction stands."""
    assert refusal is not None, "without a menu or a paper there is a reason"
    body = problem(refusal.status, code=refusal.code, detail=refusal.message)
    return Response(body, status=refusal.status, content_type=MEDIA_TYPE)
