"""Reading OCSP requests (RFC 6960 4.1): one certificate or many, any of the SHA hashes, with or without a nonce."""

from dataclasses import dataclass

from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.x509 import ocsp

from jpki.engine import der
from jpki.engine.foreign import parsing

MOST_CERTIFICATES = 64
# RFC 9654 2.1: a nonce has 1 to 128 octets.
_LONGEST_NONCE = 128
_NONCE = "1.3.6.1.5.5.7.48.1.2"
# RFC 5280 4.1.2.2: no certificate has a longer one; octets.
_LONGEST_SERIAL = 20

_HASH_OIDS = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
_HASH_NAMES = {oid: name for name, oid in _HASH_OIDS.items()}


class MalformedRequest(ValueError):
    """Answer with the status malformedRequest."""


@dataclass(frozen=True)
class CertId:
    """The certificate asked about; ``encoded`` is the client's own DER, which the answer repeats octet by octet."""

    hash_name: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    encoded: bytes


@dataclass(frozen=True)
class OcspRequest:
    """A parsed request. ``usual`` tells that an answer made ahead of the asking fits it: one certificate, no nonce,
    and the question written as `cert_id_der` writes it.
    """

    cert_ids: tuple[CertId, ...]
    nonce: bytes | None
    usual: bool


def cert_id_der(hash_name: str, issuer_name_hash: bytes, issuer_key_hash: bytes, serial: int) -> bytes:
    """The question with the hash's parameters written as NULL, as nearly every client writes them."""
    return der.sequence(
        der.sequence(der.oid(_HASH_OIDS[hash_name]), der.NULL),
        der.octets(issuer_name_hash),
        der.octets(issuer_key_hash),
        der.integer(serial),
    )


def parse(data: bytes) -> OcspRequest:
    """Raises MalformedRequest on anything that is not a request for 1 to 64 certificates."""
    with parsing(MalformedRequest()):
        try:
            request = _one(data)
        except NotImplementedError:  # more than one certificate
            request = _many(data)
        if any(each.serial.bit_length() > 8 * _LONGEST_SERIAL for each in request.cert_ids):
            raise MalformedRequest("a serial longer than any certificate's")
        return request


def _one(data: bytes) -> OcspRequest:
    request = ocsp.load_der_ocsp_request(data)
    asked = request.hash_algorithm.name, request.issuer_name_hash, request.issuer_key_hash, request.serial_number
    encoded = cert_id_der(*asked)
    if encoded not in data:
        return _many(data)
    nonce = _nonce(request.extensions)
    return OcspRequest((CertId(*asked, encoded),), nonce, usual=nonce is None)


def _nonce(extensions: x509.Extensions) -> bytes | None:
    nonce = None
    for extension in extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            nonce = _checked_nonce(extension.value.nonce)
        elif extension.critical:
            raise MalformedRequest("an unknown critical extension")
    return nonce


def _checked_nonce(nonce: bytes) -> bytes:
    if not 0 < len(nonce) <= _LONGEST_NONCE:
        raise MalformedRequest("a nonce of a wrong length")
    return nonce


def _many(data: bytes) -> OcspRequest:
    request = asn1_ocsp.OCSPRequest.load(data, strict=True)["tbs_request"]
    asked = list(request["request_list"])
    if not 0 < len(asked) <= MOST_CERTIFICATES:
        raise MalformedRequest("too few or too many certificates")
    cert_ids = tuple(_cert_id(entry["req_cert"]) for entry in asked)
    # One that comes this way is written in another form than the answers made ahead repeat.
    return OcspRequest(cert_ids, _asn1_nonce(request["request_extensions"]), usual=False)


def _cert_id(asked: asn1_ocsp.CertId) -> CertId:
    algorithm = asked["hash_algorithm"]["algorithm"].dotted
    return CertId(
        _HASH_NAMES[algorithm],
        asked["issuer_name_hash"].native,
        asked["issuer_key_hash"].native,
        asked["serial_number"].native,
        asked.dump(),
    )


def _asn1_nonce(extensions: asn1_ocsp.TBSRequestExtensions) -> bytes | None:
    nonce = None
    for extension in extensions:
        if extension["extn_id"].dotted == _NONCE:
            nonce = _checked_nonce(extension["extn_value"].parsed.native)
        elif extension["critical"].native:
            raise MalformedRequest("an unknown critical extension")
    return nonce
