"""POST /api/v1/jpki/validations."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from jlis.kernel.errors import TooLarge
from jlis.kernel.faces.rest.parsing import HouseJSONParser, octets_of
from jlis.kernel.faces.rest.views import IDEMPOTENCY_KEY, HouseView, idempotent
from jlis.kernel.time import now
from jpki.api.links import LinksAnswer, links_shown
from jpki.choices import AuthorityCode, Kind
from jpki.domain import kinds
from jpki.engine.signed_documents import Document, Format
from jpki.services import signed_documents, validations
from jpki.services.signed_documents import LARGEST, DocumentAnswer
from jpki.services.validations import Answer, Verdict

# Both parts of a form, and what stands around them.
_LARGEST_BODY = 2 * LARGEST + (1 << 20)


class Asked(serializers.Serializer):
    """What every way of asking has."""

    on_behalf_of = serializers.CharField(
        max_length=20,
        default="",
        allow_blank=True,
        help_text="PF事業者が確認を委託された、SP事業者のコード",
    )


class ValidationDocument(Asked):
    """One certificate (PEM, or its DER in Base64), or a signed document in Base64 with its format."""

    certificate = serializers.CharField(max_length=16_384, required=False)
    document = serializers.CharField(required=False, help_text="署名された文書（Base64）")
    format = serializers.ChoiceField([each.value for each in Format], required=False, help_text="文書の形式")
    content = serializers.CharField(required=False, help_text="内容を含まないCMSの、署名された内容（Base64）")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Either the one or the other."""
        return _one_of_two(attrs)


class ValidationForm(Asked):
    """A signed document as a file."""

    document = serializers.FileField(allow_empty_file=False, help_text=f"署名された文書（{LARGEST >> 20}MBまで）")
    format = serializers.ChoiceField([each.value for each in Format], help_text="文書の形式")
    content = serializers.FileField(required=False, help_text="内容を含まないCMSの、署名された内容")


class CertificateAnswer(serializers.Serializer):
    """Whether it may be relied on, and if not, why and since when. Nothing of it names the holder."""

    status = serializers.ChoiceField([verdict.value for verdict in Verdict])
    reason = serializers.CharField(allow_blank=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField()
    authority = serializers.ChoiceField(AuthorityCode.choices, allow_blank=True)
    generation = serializers.IntegerField(allow_null=True)
    serial = serializers.IntegerField(allow_null=True)
    kind = serializers.ChoiceField(Kind.choices, allow_blank=True)
    type = serializers.ChoiceField([kind.type_name for kind in kinds.Kind], allow_blank=True)
    not_before = serializers.DateTimeField(allow_null=True)
    not_after = serializers.DateTimeField(allow_null=True)
    links = LinksAnswer(allow_null=True)


class SignatureDocument(CertificateAnswer):
    """One signature of a document; `claimed_at` is the signer's own word and proves nothing."""

    claimed_at = serializers.DateTimeField(allow_null=True)


class ValidationAnswer(CertificateAnswer):
    """For a document, the worst of its signatures, and every signature."""

    signatures = SignatureDocument(many=True)


class ValidationsView(HouseView):
    """The check of a received certificate or document."""

    permission = "jpki.validate"
    parser_classes = (HouseJSONParser, MultiPartParser)

    @extend_schema(
        operation_id="validate",
        summary="電子証明書・署名された文書の有効性を確かめる",
        description=(
            "登録された検証者が、電子証明書または署名された文書（CMS、XML署名、PDF）の有効性を確かめる。"
            "文書は、署名の後に変更がなく、署名用電子証明書が確認の時点で有効であれば `good`。"
            "署名が複数あるときは `signatures` に一つずつ答え、文書全体は最も悪いものになる（8つまで）。"
            "文書が主張する署名の日時、文書に含まれる失効情報は使わない。"
            "応答が届かなければ同じ `Idempotency-Key` で送り直す。件数は増えず、最初の応答が返る（`checked_at`）。"
            f"ファイルでは{LARGEST >> 20}MBまで、JSONでは本文全体で5MBまで。"
        ),
        request={"application/json": ValidationDocument, "multipart/form-data": ValidationForm},
        responses={200: ValidationAnswer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Tell status, reason and time."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST_BODY:
            raise TooLarge("body_too_large", f"文書は{LARGEST >> 20}MBまでです。", field="document")
        is_form = (request.content_type or "").startswith("multipart/")
        asked = (ValidationForm if is_form else ValidationDocument)(data=request.data)
        asked.is_valid(raise_exception=True)
        answer = self._answer(asked.validated_data)
        return Response(ValidationAnswer(answer).data, headers={"Cache-Control": "no-store"})

    def _answer(self, given: dict[str, Any]) -> dict[str, object]:
        common: dict[str, Any] = {"by": self.actor, "at": now(), "on_behalf_of": given["on_behalf_of"]}
        if "certificate" in given:
            return _shown(validations.validate(certificate=given["certificate"], **common)) | {"signatures": []}
        return _document_shown(signed_documents.validate(document=_document(given), **common))


def _one_of_two(given: dict[str, Any]) -> dict[str, Any]:
    if ("certificate" in given) == ("document" in given):
        raise serializers.ValidationError({"certificate": "電子証明書か文書の、どちらか一つを送ってください。"})
    if "document" in given and "format" not in given:
        raise serializers.ValidationError({"format": "文書の形式を示してください。"})
    return given


def _document(given: dict[str, Any]) -> Document:
    octets = _octets(given["document"], "document")
    content = _octets(given["content"], "content") if "content" in given else None
    return Document(Format(given["format"]), octets, content)


def _octets(value: Any, field: str) -> bytes:
    if not isinstance(value, str):
        if value.size > LARGEST:
            raise TooLarge("document_too_large", f"文書は{LARGEST >> 20}MBまでです。", field=field)
        octets: bytes = value.read()
        return octets
    return octets_of(value, field)


def _document_shown(found: DocumentAnswer) -> dict[str, object]:
    each = [_shown(signature.answer) | {"claimed_at": signature.claimed_at} for signature in found.signatures]
    return _shown(found.decisive) | {"signatures": each}


def _shown(answer: Answer) -> dict[str, object]:
    found = answer.found
    return {
        "status": found.verdict.value,
        "reason": found.reason,
        "revoked_at": found.since,
        "checked_at": found.checked_at,
        "authority": found.authority,
        "generation": found.generation or None,
        "serial": found.serial or None,
        "kind": found.kind,
        "type": kinds.Kind(found.kind).type_name if found.kind else "",
        "not_before": found.not_before,
        "not_after": found.not_after,
        "links": links_shown(answer.links),
    }
