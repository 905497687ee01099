"""Telephones: two key pairs, the application that the holder signs with the card, and the app that hands it on."""

import base64
import json
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.engine.key_files import LoadedKey
from jpki.models import Certificate, CertificateStatus, MobileDevice
from jpki.services import mobile_applications
from jpki.services.mobile_applications import Loaded
from tests.conftest import client_of
from tests.jpki import cast
from tests.jpki.signing import Pen, signed_cms

PERMISSION = "jpki.apply_mobile"
CARD_KEY = 1000


@dataclass
class Phone:
    """A telephone; `number` draws its keys from the pool."""

    number: int = 0
    application: UUID = field(default_factory=uuid4)

    def key(self, use: int) -> LoadedKey:
        return cast.pooled_key("rsa2048-sha256", 3000 + 2 * self.number + use)

    def request(self, use: int, *, name: str = "", key: LoadedKey | None = None) -> bytes:
        """PKCS#10 for the first (signature) or second (authentication) key."""
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or str(self.application))])
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        made = builder.sign((key or self.key(use)).private_key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)

    def document(self, at: Moment, **changes: object) -> dict[str, object]:
        """What the holder signs."""
        told: dict[str, object] = {
            "what": "jpki_mobile_application", "application": str(self.application),
            "signed_at": at.instant.isoformat(), "platform": "ANDROID", "attestation": f"{self.number:064x}",
            "signature_request": text(self.request(0)), "authentication_request": text(self.request(1)),
        }  # fmt: skip
        return {name: value for name, value in (told | changes).items() if value is not None}


def text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def signed(document: object, certificate: Certificate, key: LoadedKey | None = None) -> bytes:
    """The document as CMS, signed with the card's key unless another is given."""
    pen = Pen(cast.der_of(certificate), (key or cast.pooled_key("rsa2048-sha256", CARD_KEY)).sign)
    return signed_cms(pen, json.dumps(document).encode())


def ending(application: UUID, at: Moment) -> dict[str, str]:
    """The holder's wish to give a telephone up."""
    return {"what": "jpki_mobile_ending", "application": str(application), "signed_at": at.instant.isoformat()}


def app(*permissions: str) -> Actor:
    """J-LIS' own application, which hands applications on."""
    return client_of("JLIS-JPKI", *(permissions or (PERMISSION,)), kind="JLIS")


def loaded(certificate: Certificate, at: Moment, phone: Phone | None = None, **changes: object) -> Loaded:
    """A telephone with its certificates, on the word of the card's signature certificate."""
    by = app()
    with acting(by.scope):
        return mobile_applications.apply(
            signed=signed((phone or Phone()).document(at, **changes), certificate), by=by, at=at
        )


def again(device: MobileDevice) -> MobileDevice:
    """The device as it stands now."""
    with acting(JPKI):
        return MobileDevice.objects.select_related("signature", "authentication").get(pk=device.pk)


def states(device: MobileDevice) -> tuple[str, str, str]:
    """The device's state and those of its certificates: signature, authentication."""
    with acting(JPKI):
        found = again(device)
        statuses = CertificateStatus.objects.in_bulk([found.signature_id, found.authentication_id])
    return found.state, statuses[found.signature_id].state, statuses[found.authentication_id].state
