"""A signature as it is found on a document, and what may be wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# Each signature is work, and the asking is counted for each.
MOST_SIGNATURES = 8
STRONG_DIGESTS = frozenset({"sha256", "sha384", "sha512"})


class Fault(StrEnum):
    """Why a document may not be relied on, whoever signed it."""

    CHANGED = "document_changed"
    WRONG = "wrong_signature"
    WEAK = "weak_algorithm"
    NOT_COVERED = "not_covered"


@dataclass(frozen=True)
class Signature:
    """Who signed, by the certificate that the signature names, and the first fault found; `claimed_at` is the signer's
    own word."""

    certificate: bytes
    fault: Fault | None = None
    claimed_at: datetime | None = None


class Unreadable(Exception):
    """No signed document of the format, or one that this service does not read. `field` names what is at fault."""

    def __init__(self, code: str, message: str, field: str = "document"):
        super().__init__(message)
        self.code, self.message, self.field = code, message, field
