"""Reading bodies: JSON in UTF-8 and nothing else; what cannot be read is told with its place, in Japanese."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from jlis.kernel.errors import FieldError, Invalid


class HouseJSONParser(BaseParser):
    """RFC 8259, strictly: no NaN, no half of a surrogate pair, no nesting without an end."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The body's values; `Invalid` for what is no JSON, `RequestDataTooBig` for more than one call may carry."""
        assert parser_context is not None
        octets: bytes = parser_context["request"]._request.body
        try:
            read = json.loads(octets.decode("utf-8"), parse_constant=_refuse_constant)
            if b"\\u" in octets:
                json.dumps(read, ensure_ascii=False).encode("utf-8")
        except UnicodeDecodeError as error:
            raise _unreadable(f"{error.start + 1}バイト目が UTF-8 ではありません") from error
        except UnicodeEncodeError as error:
            raise _unreadable("文字にならない符号（サロゲートの片方）があります") from error
        except json.JSONDecodeError as error:
            raise _unreadable(f"{error.lineno}行{error.colno}列") from error
        except RecursionError as error:
            raise _unreadable("入れ子が深すぎます") from error
        except ValueError as error:
            raise _unreadable("数値として扱えない値があります") from error
        return read


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _unreadable(why: str) -> Invalid:
    message = f"本文がJSONとして読めません（{why}）。"
    return Invalid("not_json", message, errors=[FieldError("", "not_json", message)])


def octets_of(text: str, field: str) -> bytes:
    """What a field of JSON carries as Base64, line breaks allowed. Raises Invalid naming the field."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        raise Invalid.of([FieldError(field, "not_base64", "Base64として読めません。")]) from error
