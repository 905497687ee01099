"""What this room tells the house. Codes only; the subject is the resident."""

from dataclasses import dataclass

from jlis.kernel.outbox.events import Event


@dataclass(frozen=True, kw_only=True)
class CertificateEvent(Event):
    """Something happened to a certificate; ``certificate`` is its row, ``serial`` its number under the authority."""

    certificate: int
    certificate_kind: str
    generation: int
    serial: int


@dataclass(frozen=True, kw_only=True)
class CertificateIssued(CertificateEvent):
    """A certificate was signed and may be put on the card."""

    kind = "jpki.certificate_issued"


@dataclass(frozen=True, kw_only=True)
class CertificateReplaced(CertificateIssued):
    """The same by a 一斉再発行: ``predecessor`` is the row of the certificate that ended with it."""

    kind = "jpki.certificate_replaced"
    predecessor: int


@dataclass(frozen=True, kw_only=True)
class CertificateRevoked(CertificateEvent):
    """A certificate ended before its time; ``cause`` as in the lifecycle's table."""

    kind = "jpki.certificate_revoked"
    cause: str


@dataclass(frozen=True, kw_only=True)
class CertificateSuspended(CertificateEvent):
    """A certificate is on hold."""

    kind = "jpki.certificate_suspended"


@dataclass(frozen=True, kw_only=True)
class CertificateReleased(CertificateEvent):
    """A hold was lifted, which happens only where the authority's policy allows it."""

    kind = "jpki.certificate_released"
