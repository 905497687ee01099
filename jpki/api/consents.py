"""POST and GET /api/v1/jpki/consents, …/consent-texts, …/consents/{id}/withdrawal, …/consents/confirmations."""

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.faces.rest.parsing import octets_of
from jlis.kernel.faces.rest.views import HouseView
from jlis.kernel.time import now
from jpki.choices import ConsentEnding, ConsentItem
from jpki.domain.consents import Item
from jpki.services import consents
from jpki.services.consents import Wish
from jpki.services.holder_signing import LARGEST

_SIGNED = "内容を含むCMS（DERのBase64）"


class OfParty(serializers.Serializer):
    """What every call has."""

    on_behalf_of = serializers.CharField(
        max_length=20, default="", allow_blank=True, help_text="PF事業者が委託された、SP事業者のコード"
    )


class WishDocument(OfParty):
    """What the holder is asked to agree to."""

    items = serializers.ListField(child=serializers.ChoiceField(ConsentItem.choices), max_length=len(Item))
    reference = serializers.CharField(max_length=64, help_text="検証者が同意ごとに付ける受付番号")


class SignedWish(WishDocument):
    """The same, signed."""

    signed = serializers.CharField(max_length=2 * LARGEST, help_text=_SIGNED)


class SignedWithdrawal(OfParty):
    """The words of withdrawal, signed."""

    signed = serializers.CharField(max_length=2 * LARGEST, help_text=_SIGNED)


class ConfirmationsDocument(OfParty):
    """Whom the party has asked once more, and when."""

    consents = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)
    asked_on = serializers.DateField()


class WordsAnswer(serializers.Serializer):
    """The words to be signed: UTF-8, line feeds alone."""

    text = serializers.CharField()


class ConsentAnswer(serializers.Serializer):
    """A consent. It names nobody but by the party's own reference."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    items = serializers.ListField(child=serializers.ChoiceField(ConsentItem.choices))
    given_on = serializers.DateField()
    last_day = serializers.DateField()
    asked_on = serializers.DateField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.ChoiceField(ConsentEnding.choices, allow_blank=True)


class ConsentsAnswer(serializers.Serializer):
    """A party's own consents."""

    consents = ConsentAnswer(many=True)


class ConfirmationsAnswer(serializers.Serializer):
    """How many were the party's own, in force, and asked earlier than that."""

    confirmed = serializers.IntegerField()


class ConsentTextsView(HouseView):
    """The words of a consent."""

    permission = "jpki.latest_items"

    @extend_schema(
        operation_id="word_consent",
        summary="同意の文を作る",
        description="利用者が署名用電子証明書で署名する同意の文を作る。文は当日と翌日の間だけ受け付けられる。",
        request=WishDocument,
        responses={200: WordsAnswer},
    )
    def post(self, request: Request) -> Response:
        """The words that are to be signed today."""
        asked = WishDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        text = consents.words(wish=_wish(asked.validated_data), by=self.actor, at=now())
        return Response({"text": text}, headers={"Cache-Control": "no-store"})


class ConsentsView(HouseView):
    """Signed consents taken, and the party's own."""

    permission = "jpki.latest_items"

    @extend_schema(
        operation_id="give_consent",
        summary="署名された同意を登録する",
        description=(
            "利用者が署名した同意を登録する。同じ受付番号で同じ同意を送れば同じ結果になる。"
            "同じ利用者からの前の同意は置き換わる。期間は10年で、いつでも取り消せる。"
        ),
        request=SignedWish,
        responses={201: ConsentAnswer},
    )
    def post(self, request: Request) -> Response:
        """Take one."""
        asked = SignedWish(data=request.data)
        asked.is_valid(raise_exception=True)
        given = consents.give(
            wish=_wish(asked.validated_data),
            signed=octets_of(asked.validated_data["signed"], "signed"),
            by=self.actor,
            at=now(),
        )
        return Response(ConsentAnswer(given).data, status=201, headers={"Cache-Control": "no-store"})

    @extend_schema(
        operation_id="list_consents",
        summary="登録した同意を確かめる",
        description="検証者自身の、有効な同意。`due=true` では、1年に1度の本人への確認の時期が来たものだけ。",
        parameters=[
            OpenApiParameter("on_behalf_of", str, description="SP事業者のコード"),
            OpenApiParameter("due", bool, description="確認の時期が来たものだけ"),
        ],
        responses={200: ConsentsAnswer},
    )
    def get(self, request: Request) -> Response:
        """The party's own."""
        found = consents.of_party(
            by=self.actor,
            at=now(),
            on_behalf_of=request.query_params.get("on_behalf_of", ""),
            due_alone=request.query_params.get("due", "") == "true",
        )
        return Response(ConsentsAnswer({"consents": found}).data, headers={"Cache-Control": "no-store"})


class WithdrawalView(HouseView):
    """A consent cancelled by its holder."""

    permission = "jpki.latest_items"

    @extend_schema(
        operation_id="withdraw_consent",
        summary="署名された取消しを登録する",
        description="利用者が署名した取消しを登録する。直ちに有効になる。取り消されたものをもう一度取り消しても同じ。",
        request=SignedWithdrawal,
        responses={200: ConsentAnswer},
    )
    def post(self, request: Request, consent: UUID) -> Response:
        """Cancel one."""
        asked = SignedWithdrawal(data=request.data)
        asked.is_valid(raise_exception=True)
        ended = consents.withdraw(
            consent=consent,
            signed=octets_of(asked.validated_data["signed"], "signed"),
            on_behalf_of=asked.validated_data["on_behalf_of"],
            by=self.actor,
            at=now(),
        )
        return Response(ConsentAnswer(ended).data, headers={"Cache-Control": "no-store"})


class ConfirmationsView(HouseView):
    """The yearly question, reported."""

    permission = "jpki.latest_items"

    @extend_schema(
        operation_id="confirm_consents",
        summary="本人への確認を報告する",
        description="1年に1度、利用者に同意を続けるかを確認したことを報告する。",
        request=ConfirmationsDocument,
        responses={200: ConfirmationsAnswer},
    )
    def post(self, request: Request) -> Response:
        """Write it down."""
        asked = ConfirmationsDocument(data=request.data)
        asked.is_valid(raise_exception=True)
        count = consents.report_asked(**asked.validated_data, by=self.actor, at=now())
        return Response({"confirmed": count})


def _wish(given: dict) -> Wish:
    return Wish([Item(item) for item in given["items"]], given["reference"], given["on_behalf_of"])
