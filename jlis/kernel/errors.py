"""What a service refuses, and why. The faces turn these into screens and RFC 9457 problem details.

A refusal has a code for programs and a sentence for people; nobody decides by reading the sentence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One fault of one input field; `row` is the 1-based row or line of a batch."""

    field: str
    code: str
    message: str
    row: int | None = None


class Refused(Exception):
    """An act that was asked for and is not done. Nothing of it has happened."""

    status = 400

    def __init__(self, code: str, message: str, *, field: str = "", errors: Sequence[FieldError] = ()):
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.errors = list(errors)


class Invalid(Refused):
    """The input itself is at fault; `errors` names each field."""

    status = 400

    @classmethod
    def of(cls, errors: Sequence[FieldError]) -> "Invalid":
        """An `Invalid` for one or more field errors."""
        return cls("invalid", "入力に誤りがあります。", errors=errors)


class Forbidden(Refused):
    """The actor lacks the permission, or the purpose does not allow the field."""

    status = 403


class NotFound(Refused):
    """Not there for this actor; never tells whether it exists for another."""

    status = 404

    def __init__(self, code: str = "not_found", message: str = "該当するものがありません。", **keywords: Any):
        super().__init__(code, message, **keywords)


class Conflict(Refused):
    """The state of the thing does not allow the act now."""

    status = 409


class Unprocessable(Refused):
    """Understood and well formed, but contradicts what was said before under the same key."""

    status = 422


class TooLarge(Refused):
    """More rows or bytes than one call may carry."""

    status = 413
