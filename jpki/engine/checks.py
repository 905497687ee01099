"""The checks of a certificate's own fields before it is signed. What is found is told field by field."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from jpki.engine import names
from jpki.engine.certificates import Request
from jpki.engine.issuers import Issuer
from jpki.engine.profiles import CertificateProfile
from jpki.engine.public_keys import UnfitKey

# RFC 5280 4.1.2.2 allows 20 octets; ours are small numbers that a bigint column holds.
_LARGEST_SERIAL = 2**63 - 1
_PRINTABLE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")


@dataclass(frozen=True)
class Finding:
    """One field that may not be signed as it stands."""

    field: str
    problem: str


def findings(request: Request, *, profile: CertificateProfile, issuer: Issuer) -> list[Finding]:
    """Everything that is wrong with the request; an empty list when it may be signed."""
    return list(chain(_serial(request), _validity(request, issuer), _key(request, profile), _texts(request, profile)))


def _serial(request: Request) -> Iterator[Finding]:
    if not 0 < request.serial <= _LARGEST_SERIAL:
        yield Finding("serial", "must be positive and fit 63 bits")


def _validity(request: Request, issuer: Issuer) -> Iterator[Finding]:
    if request.not_before.tzinfo is None or request.not_after.tzinfo is None:
        yield Finding("validity", "must name instants, not local times")
        return
    if request.not_before >= request.not_after:
        yield Finding("not_after", "must lie after the beginning")
    if request.not_before < issuer.not_before or request.not_after > issuer.not_after:
        yield Finding("validity", "reaches beyond the authority's own certificate")


def _key(request: Request, profile: CertificateProfile) -> Iterator[Finding]:
    try:
        request.subject_key.check(profile.key_algorithm)
    except UnfitKey as unfit:
        yield Finding("public_key", str(unfit))


def _texts(request: Request, profile: CertificateProfile) -> Iterator[Finding]:
    try:
        subject = names.filled(profile.subject, request.fields)
        point = names.filled(profile.distribution_point, request.fields)
    except KeyError as missing:
        yield Finding(missing.args[0], "is missing")
        return
    for attribute, text in subject + point:
        yield from _text(attribute, text, names.LONGEST[attribute])
        if attribute in {"C", "serialNumber"} and not set(text) <= _PRINTABLE:
            yield Finding(attribute, "holds a character outside PrintableString")
    for extension in profile.extensions:
        for entry in extension.settings.get("names", ()):
            if entry["field"] not in request.fields:
                yield Finding(entry["field"], "is missing")
            else:
                yield from _text(entry["field"], request.fields[entry["field"]], entry["longest"])


def _text(field: str, text: str, longest: int) -> Iterator[Finding]:
    if not text:
        yield Finding(field, "is empty")
    if len(text) > longest:
        yield Finding(field, f"is longer than {longest} characters")
    # U+3000 between family and given name is a separator, and no fault
    if not text.replace("\u3000", "").isprintable() and any(_forbidden(character) for character in text):
        yield Finding(field, "holds a control character or a code point without a character")


def _forbidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Cn", "Zl", "Zp"}
