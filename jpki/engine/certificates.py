"""Certificates: the to-be-signed part first, the signature apart, the two joined at the end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jpki.engine import der, extensions, names
from jpki.engine.algorithms import SignatureAlgorithm
from jpki.engine.issuers import Issuer
from jpki.engine.keys import SigningKey
from jpki.engine.profiles import AuthorityProfile, CertificateProfile, Extension
from jpki.engine.public_keys import SubjectKey

_VERSION_3 = der.explicit(0, der.integer(2))
# Version, serial number, algorithm, issuer, validity, subject, and then the subject's key.
_SPKI = 6
_NAMES_ITS_SIGNER = Extension("authority_key_identifier", False, {"form": "key_id"})


class FaultySignature(Exception):
    """A signature just made does not verify: the key or the machine is at fault, nothing may be handed out."""


@dataclass(frozen=True)
class Request:
    """What is to be certified: ``fields`` fill the braces of the profile."""

    serial: int
    not_before: datetime
    not_after: datetime
    subject_key: SubjectKey
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A certificate profile under one issuer, its unchanging parts encoded once. Keep it for many certificates."""

    profile: CertificateProfile
    issuer: Issuer
    local_name: tuple[names.Pair, ...]
    # By prefecture and municipality; None where each subject has its own.
    _kept: dict[tuple[str, str], list[bytes | None]] = field(default_factory=dict, repr=False, compare=False)

    def to_be_signed(self, request: Request) -> bytes:
        """The DER of the TBSCertificate. KeyError when a field that the profile asks for is missing."""
        context = extensions.Context(
            subject_key=request.subject_key,
            fields=request.fields,
            local_name=self.local_name,
            distribution_point=self.profile.distribution_point,
            issuer=self.issuer,
        )
        return _to_be_signed(
            serial=request.serial,
            algorithm=self.issuer.algorithm,
            issuer=self.issuer.name,
            validity=(request.not_before, request.not_after),
            subject=names.name(names.filled(self.profile.subject, request.fields)),
            spki=request.subject_key.spki,
            extensions=b"".join(self._extensions(context)),
        )

    def _extensions(self, context: extensions.Context) -> Iterator[bytes]:
        partition = context.fields.get("prefecture", ""), context.fields.get("municipality", "")
        if partition not in self._kept:
            self._kept[partition] = [self._unchanging(each, context) for each in self.profile.extensions]
        for extension, kept in zip(self.profile.extensions, self._kept[partition], strict=True):
            yield extensions.encoded(extension, context) if kept is None else kept

    @staticmethod
    def _unchanging(extension: Extension, context: extensions.Context) -> bytes | None:
        """What the extension is for every certificate of the context's town."""
        varies = extensions.TYPES[extension.type].varies
        return None if varies == "subject" else extensions.encoded(extension, context)


def authority_to_be_signed(
    *, profile: AuthorityProfile, serial: int, not_before: datetime, not_after: datetime, subject_key: SubjectKey
) -> bytes:
    """The TBSCertificate of an authority that signs itself."""
    context = extensions.Context(
        subject_key=subject_key, fields={}, local_name=profile.local_name, distribution_point=()
    )
    name = names.name(profile.name)
    return _to_be_signed(
        serial=serial,
        algorithm=profile.algorithm,
        issuer=name,
        validity=(not_before, not_after),
        subject=name,
        spki=subject_key.spki,
        extensions=b"".join(extensions.encoded(extension, context) for extension in profile.extensions),
    )


def link_to_be_signed(
    *,
    profile: AuthorityProfile,
    subject: Issuer,
    signer: Issuer,
    serial: int,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """The TBSCertificate of one generation's key under another's (RFC 4210 4.4): new with old, or old with new.

    Issuer and subject are one name. ``profile`` is the subject's.
    """
    context = extensions.Context(
        subject_key=SubjectKey(subject.spki),
        fields={},
        local_name=profile.local_name,
        distribution_point=(),
        issuer=signer,
    )
    said = (*profile.extensions, _NAMES_ITS_SIGNER)
    return _to_be_signed(
        serial=serial,
        algorithm=signer.algorithm,
        issuer=signer.name,
        validity=(not_before, not_after),
        subject=subject.name,
        spki=subject.spki,
        extensions=b"".join(extensions.encoded(extension, context) for extension in said),
    )


def _to_be_signed(
    *,
    serial: int,
    algorithm: SignatureAlgorithm,
    issuer: bytes,
    validity: tuple[datetime, datetime],
    subject: bytes,
    spki: bytes,
    extensions: bytes,
) -> bytes:
    return der.sequence(
        _VERSION_3,
        der.integer(serial),
        algorithm.identifier,
        issuer,
        der.sequence(der.time(validity[0]), der.time(validity[1])),
        subject,
        spki,
        der.explicit(3, der.tlv(0x30, extensions)),
    )


def subject_key_of(to_be_signed: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a TBSCertificate that was made here."""
    _, start, end = der.read(to_be_signed)
    _, begin, _, stop = list(der.children(to_be_signed, start, end))[_SPKI]
    return to_be_signed[begin:stop]


def joined(to_be_signed: bytes, algorithm: SignatureAlgorithm, signature: bytes) -> bytes:
    """The signed object (a certificate or a CRL) of its three parts."""
    return der.sequence(to_be_signed, ending(algorithm, signature))


def ending(algorithm: SignatureAlgorithm, signature: bytes) -> bytes:
    """What follows the to-be-signed in a signed object."""
    return algorithm.identifier + der.bits(signature)


def signature_over(to_be_signed: bytes, key: SigningKey) -> bytes:
    """A signature that has been checked against the public key. Raises FaultySignature."""
    signature = key.sign(to_be_signed)
    if not key.algorithm.verifies(key.public_key, signature, to_be_signed):
        raise FaultySignature
    return signature


def signature_over_digest(digest: bytes, key: SigningKey) -> bytes:
    """The same over what has this digest. Raises FaultySignature."""
    signature = key.sign_digest(digest)
    if not key.algorithm.verifies_digest(key.public_key, signature, digest):
        raise FaultySignature
    return signature


def signed(to_be_signed: bytes, key: SigningKey) -> bytes:
    """Sign and join. Raises FaultySignature."""
    return joined(to_be_signed, key.algorithm, signature_over(to_be_signed, key))
