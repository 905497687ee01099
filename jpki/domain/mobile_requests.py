"""What a holder signs to put certificates on a telephone, and to take them off again: a JSON document inside a CMS.

``what`` says which of the two it is, so that nothing that was signed for somebody else is taken for it; ``signed_at``
and the application's number make it good once. The telephone's number is nowhere in it.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from jlis.kernel.errors import FieldError
from jpki.domain.devices import Platform

_SHA256 = re.compile(r"[0-9a-f]{64}")
LARGEST = 24 * 1024


class Request(StrEnum):
    """Which document it is."""

    APPLICATION = "jpki_mobile_application"
    ENDING = "jpki_mobile_ending"


@dataclass(frozen=True)
class Ending:
    """The holder gives up what an application brought."""

    application: UUID
    signed_at: datetime


@dataclass(frozen=True)
class MobileApplication(Ending):
    """Both keys of a telephone, each within its PKCS#10; ``attestation`` is the SHA-256 of the key storage's own."""

    platform: Platform
    attestation: str
    signature_request: bytes
    authentication_request: bytes


class Faulty(ValueError):
    """The document cannot be taken; every field at fault."""

    def __init__(self, faults: list[FieldError]):
        super().__init__([fault.field for fault in faults])
        self.faults = faults


def read_application(content: bytes) -> MobileApplication:
    """Raises Faulty."""
    return MobileApplication(
        **_fields(
            content,
            Request.APPLICATION,
            application=_number,
            signed_at=_instant,
            platform=_platform,
            attestation=_digest,
            signature_request=_octets,
            authentication_request=_octets,
        )
    )


def read_ending(content: bytes) -> Ending:
    """Raises Faulty."""
    return Ending(**_fields(content, Request.ENDING, application=_number, signed_at=_instant))


def _fields(content: bytes, what: Request, **readers: Callable[[str], Any]) -> dict[str, Any]:
    document = _document(content)
    if document.get("what") != what.value:
        raise Faulty([FieldError("what", "another_document", f"whatが{what.value}の文書ではありません。")])
    read, faults = {}, []
    for field, reader in readers.items():
        try:
            read[field] = reader(_text(document.get(field)))
        except ValueError as error:
            faults.append(FieldError(field, "unreadable", f"{field}: {error}。"))
    if unknown := sorted(set(map(str, document)) - readers.keys() - {"what"}):
        faults.append(FieldError(unknown[0][:40], "unknown_field", "この文書にない項目です。"))
    if faults:
        raise Faulty(faults)
    return read


def _document(content: bytes) -> dict[str, Any]:
    try:
        if len(content) > LARGEST:
            raise ValueError("too long")
        document = json.loads(content.decode("utf-8"))
        # half of a surrogate pair can be read, and never be shown
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Faulty([FieldError("signed", "not_json", "署名された内容がJSONの文書ではありません。")])
    return document


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("文字列を入れてください")
    return value


def _number(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError("UUIDではありません") from error


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError("ISO 8601の日時ではありません") from error
    if instant.tzinfo is None:
        raise ValueError("日時に時差がありません")
    return instant


def _platform(text: str) -> Platform:
    try:
        return Platform(text)
    except ValueError as error:
        raise ValueError("ANDROIDかIOSを入れてください") from error


def _digest(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise ValueError("SHA-256を16進の小文字64桁で入れてください")
    return text


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise ValueError("Base64として読めません") from error
