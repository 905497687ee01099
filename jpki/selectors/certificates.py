"""Questions about certificates. The scope decides which rows there are: another town's certificate does not exist."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from jlis.kernel.errors import NotFound
from jpki.domain.lifecycle import State
from jpki.engine import certificates as engine
from jpki.models import Certificate, CertificateStatus
from jpki.selectors import authorities


def get(pk: int) -> Certificate:
    """One certificate with its status. NotFound."""
    found = Certificate.objects.select_related("status__generation").filter(pk=pk).first()
    if found is None:
        raise NotFound("certificate_not_found", "該当する電子証明書がありません。")
    return found


def numbered(serial: int, *, authority: str = "") -> Certificate:
    """One certificate by its serial number, and its authority where both have used the number. NotFound."""
    rows = Certificate.objects.select_related("status__generation").filter(status__serial=serial)
    if authority:
        rows = rows.filter(status__generation__authority_id=authority)
    found = list(rows[:2])
    if not found:
        raise NotFound("certificate_not_found", "該当する電子証明書がありません。")
    if len(found) > 1:
        raise NotFound("authority_needed", "両方の認証局にこの番号があります。認証局を指定してください。")
    return found[0]


def of_resident(resident: UUID) -> Sequence[Certificate]:
    """Every certificate of a resident, the newest first."""
    return list(
        Certificate.objects.select_related("status__generation", "profile")
        .filter(resident_id=resident)
        .order_by("-status_id")
    )


def der(certificate: Certificate) -> bytes:
    """The certificate itself. NotFound while it has not been signed."""
    status = certificate.status
    if status.signature is None:
        raise NotFound("certificate_not_signed", "この電子証明書はまだ署名されていません。")
    algorithm = authorities.generation(status.generation_id).issuer.algorithm
    return engine.joined(bytes(certificate.to_be_signed), algorithm, bytes(status.signature))


def public_key(certificate: Certificate) -> bytes:
    """The certified key, as SubjectPublicKeyInfo in DER. NotFound while it has not been signed."""
    key = x509.load_der_x509_certificate(der(certificate)).public_key()
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def is_expired(certificate: Certificate, at: datetime) -> bool:
    """Whether its time is over; a certificate keeps the state it had when that came."""
    return certificate.status.not_after < at


def state_label(certificate: Certificate, at: datetime) -> str:
    """The state in words; what was valid to its end has expired."""
    relied_on = certificate.status.state in {State.VALID, State.SUSPENDED}
    return "期間満了" if relied_on and is_expired(certificate, at) else certificate.status.get_state_display()


def standing(generation: int, serial: int) -> CertificateStatus | None:
    """What is known of a serial number of a generation; names nobody."""
    wanted = ("state", "kind", "reason", "suspended_at", "revoked_at")
    return CertificateStatus.objects.filter(generation_id=generation, serial=serial).only(*wanted).first()


def kin(authority: str, serial: int, at: datetime) -> tuple[Certificate, list[Certificate]]:
    """A certificate, and all of its holder's that are good at an instant, the newest first. NotFound."""
    found = numbered(serial, authority=authority)
    good = (
        Certificate.objects.select_related("status__generation")
        .filter(resident_id=found.resident_id, status__state=State.VALID, status__not_before__lte=at)
        .filter(status__not_after__gte=at)
        .order_by("-status_id")
    )
    return found, list(good)
