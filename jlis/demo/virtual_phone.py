"""Virtual telephones: two keys and their certificates in a file of their own, for the demonstration and for tests.

As with virtual cards nothing of it is in the database. A telephone keeps its own PINs, apart from the card's.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from asn1crypto import cms
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

from jlis.demo.cards import write_private
from jlis.demo.virtual_card import WrongPin, new_key
from jlis.kernel.time import Moment
from jpki.domain.kinds import MOBILE_KINDS, Kind
from jpki.domain.mobile_requests import Request

Sign = Callable[[bytes], bytes]
_PINS = {Kind.SIGN_MOBILE: "signature_password", Kind.AUTH_MOBILE: "auth_pin"}


def folder() -> Path:
    """Where the telephones lie."""
    return Path(settings.JLIS_HOME) / "demo" / "phones"


def begin(*, platform: str, auth_pin: str, signature_password: str) -> UUID:
    """A telephone that makes its two keys; returns the number of its application, by which it is known from then on."""
    application = uuid4()
    keys = {kind.value: _pem(new_key()) for kind in sorted(MOBILE_KINDS)}
    document = {
        "application": str(application), "platform": platform, "keys": keys, "certificates": {}, "auth_pin": auth_pin,
        "signature_password": signature_password,
    }  # fmt: skip
    folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(application, document)
    return application


def application(number: UUID, *, at: Moment) -> bytes:
    """The document that the holder signs with the card: what the telephone is, and both keys with their proofs."""
    phone = _read(number)
    return _json(
        Request.APPLICATION,
        number,
        at,
        platform=phone["platform"],
        attestation=hashlib.sha256("".join(phone["keys"].values()).encode()).hexdigest(),
        signature_request=_request(phone, Kind.SIGN_MOBILE),
        authentication_request=_request(phone, Kind.AUTH_MOBILE),
    )


def ending(number: UUID, *, at: Moment) -> bytes:
    """The document by which the holder gives the telephone's certificates up."""
    return _json(Request.ENDING, number, at)


def load(number: UUID, *, signature: bytes, authentication: bytes) -> None:
    """Keep the certificates (DER) beside their keys."""
    phone = _read(number)
    for kind, der in ((Kind.SIGN_MOBILE, signature), (Kind.AUTH_MOBILE, authentication)):
        phone["certificates"][kind.value] = base64.b64encode(der).decode()
    _write(number, phone)


def certificate(number: UUID, kind: Kind) -> bytes:
    """A certificate on the telephone, in DER."""
    return base64.b64decode(_read(number)["certificates"][kind.value])


def sign(number: UUID, kind: Kind, *, pin: str, octets: bytes) -> bytes:
    """Sign with one of its keys: RSASSA-PKCS1-v1_5, SHA-256. Raises WrongPin."""
    phone = _read(number)
    if pin != phone[_PINS[kind]]:
        raise WrongPin(0)
    return _key(phone, kind).sign(octets, padding.PKCS1v15(), hashes.SHA256())


def signed(content: bytes, *, certificate: bytes, sign: Sign) -> bytes:
    """The content as CMS (RFC 5652), signed by whoever holds the certificate's key: a card or a telephone."""
    signer = asn1.Certificate.load(certificate)
    attributes = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [hashlib.sha256(content).digest()]}),
        ]
    )
    number = cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number})
    info = {
        "version": "v1", "sid": cms.SignerIdentifier({"issuer_and_serial_number": number}),
        "digest_algorithm": {"algorithm": "sha256"}, "signed_attrs": attributes,
        "signature_algorithm": {"algorithm": "sha256_rsa"}, "signature": sign(attributes.dump()),
    }  # fmt: skip
    data = cms.SignedData(
        {
            "version": "v1", "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data", "content": content}, "certificates": [signer],
            "signer_infos": [info],
        }
    )  # fmt: skip
    octets: bytes = cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()
    return octets


def _json(what: Request, number: UUID, at: Moment, **told: str) -> bytes:
    told |= {"what": what.value, "application": str(number), "signed_at": at.instant.isoformat()}
    return json.dumps(told).encode()


def _request(phone: dict[str, Any], kind: Kind) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, phone["application"])])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(_key(phone, kind), hashes.SHA256())
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def _key(phone: dict[str, Any], kind: Kind) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(phone["keys"][kind.value].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _path(number: UUID) -> Path:
    return folder() / f"{number}.json"


def _read(number: UUID) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(_path(number).read_text("utf-8"))
    return document


def _write(number: UUID, document: dict[str, Any]) -> None:
    write_private(_path(number), document)
