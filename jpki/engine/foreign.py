"""What others made and sent: whatever a parser stumbles over is the sender's fault, and is told as a refusal.

Every foreign octet of the room is read within `parsing`, and every foreign certificate by `certificate`. The libraries
beneath raise many kinds of errors, some of them only when a part is looked at, so all that is used of a certificate is
looked at here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509

from jpki.engine.issuers import Issuer

LARGEST_CERTIFICATE = 16 * 1024
# Years whose every moment can be shown with any offset.
_FIRST_YEAR, _LAST_YEAR = 1900, 9998


class Malformed(ValueError):
    """The octets are no certificate."""


@contextmanager
def parsing(refusal: Exception) -> Iterator[None]:
    """Turns every error of the parsers within into the refusal; one of its own kind stays as it is."""
    try:
        yield
    except type(refusal):
        raise
    except Exception as error:
        raise refusal from error


@dataclass(frozen=True)
class Presented:
    """A certificate that somebody presents: whole and legible, and nothing more is known of it."""

    certificate: x509.Certificate
    issuer: bytes
    serial: int
    not_before: datetime
    not_after: datetime

    def is_signed_by(self, issuer: Issuer) -> bool:
        """Whether it bears the issuer's name and its signature."""
        if self.issuer != issuer.name:
            return False
        try:
            self.certificate.verify_directly_issued_by(issuer.certificate)
        except Exception:  # another key, another algorithm, or one that nobody knows
            return False
        return True


def certificate(octets: bytes, *, pem: bool = False) -> Presented:
    """A certificate from its DER, or from PEM. Raises Malformed."""
    with parsing(Malformed()):
        if len(octets) > LARGEST_CERTIFICATE:
            raise Malformed
        found = x509.load_pem_x509_certificate(octets) if pem else x509.load_der_x509_certificate(octets)
        return Presented(
            found,
            found.issuer.public_bytes(),
            found.serial_number,
            found.not_valid_before_utc,
            found.not_valid_after_utc,
        )


def instant(claimed: object) -> datetime | None:
    """A time that somebody claims, in UTC; None for one without an offset, and for one that no clock can show."""
    if not isinstance(claimed, datetime) or claimed.tzinfo is None:
        return None
    try:
        told = claimed.astimezone(UTC)
    except (OverflowError, ValueError):
        return None
    return told if _FIRST_YEAR <= told.year <= _LAST_YEAR else None
