"""Specimens: one of everything that a profile document describes, made with keys that are thrown away.

A profile is judged by what comes of it, before the real key has signed anything under it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization

from jpki.engine import certificates, crl, linting, names, ocsp_answers, ocsp_requests, profiles
from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.certificates import Request, Template
from jpki.engine.issuers import Issuer
from jpki.engine.key_files import LoadedKey
from jpki.engine.linting import LintFinding
from jpki.engine.profiles import AuthorityProfile
from jpki.engine.public_keys import SubjectKey

_BEGINS = datetime(2026, 4, 1, tzinfo=UTC)
_FIELDS = {
    "prefecture": "Tokyo-to",
    "municipality": "Chiyoda-ku",
    "common_name": "1-1",
    "name": "見本　花子",
    "name_substitutions": "00000",
    "sex": "2",
    "birth_date": "319800217",
    "address": "東京都千代田区霞が関２丁目１番２号",
    "address_substitutions": "0" * 17,
}


@dataclass(frozen=True)
class Specimen:
    """``kind`` is certificate, list or answer; ``issuer`` is the authority's own certificate."""

    name: str
    kind: str
    octets: bytes
    issuer: bytes

    def findings(self) -> list[LintFinding]:
        """What pkilint says of it, and of it beside its issuer."""
        if self.kind == "list":
            return linting.revocation_list(self.octets)
        if self.kind == "answer":
            return linting.ocsp_answer(self.octets)
        if self.octets == self.issuer:
            return linting.certificate(self.octets)
        return linting.certificate(self.octets) + linting.chain(self.issuer, self.octets)


def of(document: Mapping[str, Any], authority: str) -> Iterator[Specimen]:
    """The authority's certificate, one of each kind that it issues, its full list, one town's, and an answer."""
    profile = profiles.authority(document, authority)
    key = throwaway_key(profile.algorithm.name, 0)
    issuer = Issuer(certificates.signed(_root(profile, key), key))
    yield Specimen(f"{authority} authority", "certificate", issuer.octets, issuer.octets)
    point: tuple[names.Pair, ...] = ()
    for code, entry in document["certificates"].items():
        if entry["authority"] != authority:
            continue
        template = Template(profiles.certificate_from(code, entry), issuer, profile.local_name)
        made = certificates.signed(template.to_be_signed(_request(template)), key)
        yield Specimen(code, "certificate", made, issuer.octets)
        point = names.filled(template.profile.distribution_point, _FIELDS) or point
        if _answers(template):
            yield Specimen(f"{authority} answer", "answer", _answer(template, made, issuer), issuer.octets)
    for partition in ((), point):
        made = crl.build(_list(partition), issuer, key)
        yield Specimen(f"{authority} list {len(partition)}", "list", made, issuer.octets)


def findings(document: Mapping[str, Any], authority: str) -> dict[str, list[LintFinding]]:
    """What is found in an authority's specimens, by the specimen's name; those without a finding are left out.

    KeyError or ValueError when a specimen cannot even be made.
    """
    return _findings(json.dumps(document, sort_keys=True, default=str), authority)


@lru_cache(maxsize=16)
def _findings(document: str, authority: str) -> dict[str, list[LintFinding]]:
    found = {specimen.name: specimen.findings() for specimen in of(json.loads(document), authority)}
    return {name: each for name, each in found.items() if each}


@cache
def throwaway_key(algorithm: str, number: int) -> LoadedKey:
    """A key that nothing real is ever signed with; kept, for RSA keys are slow to make."""
    return LoadedKey(ALGORITHMS[algorithm], ALGORITHMS[algorithm].generate())


def _root(profile: AuthorityProfile, key: LoadedKey) -> bytes:
    return certificates.authority_to_be_signed(
        profile=profile,
        serial=1,
        not_before=_BEGINS,
        not_after=_BEGINS.replace(year=_BEGINS.year + profile.validity_years),
        subject_key=_subject_key(key),
    )


def _request(template: Template) -> Request:
    return Request(
        serial=2,
        not_before=_BEGINS,
        not_after=_BEGINS + timedelta(days=90),
        subject_key=_subject_key(throwaway_key(template.profile.key_algorithm.name, 1)),
        fields=_FIELDS,
    )


def _list(partition: tuple[names.Pair, ...]) -> crl.CrlRequest:
    reasons = enumerate(crl.Reason, 3)
    entries = crl.Entries.joined(*(crl.entry(serial, _BEGINS, reason) for serial, reason in reasons))
    return crl.CrlRequest(1, _BEGINS, _BEGINS + timedelta(days=3), entries, partition)


def _answers(template: Template) -> bool:
    purposes = [each.settings["purposes"] for each in template.profile.extensions if each.type == "extended_key_usage"]
    return purposes == [["ocsp_signing"]]


def _answer(template: Template, certificate: bytes, issuer: Issuer) -> bytes:
    responder = ocsp_answers.Responder(certificate, throwaway_key(template.profile.key_algorithm.name, 1))
    singles = [
        ocsp_answers.Single(
            ocsp_requests.cert_id_der(hash_name, issuer.name_hash(hash_name), issuer.key_hash(hash_name), 3),
            status,
            _BEGINS,
            _BEGINS + timedelta(hours=1),
        )
        for hash_name in ("sha1", "sha256")
        for status in (ocsp_answers.GOOD, ocsp_answers.revoked(_BEGINS, crl.Reason.SUPERSEDED), ocsp_answers.UNKNOWN)
    ]
    return responder.answer(singles, produced_at=_BEGINS)


def _subject_key(key: LoadedKey) -> SubjectKey:
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return SubjectKey(key.public_key.public_bytes(encoding, form))
