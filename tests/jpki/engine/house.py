"""A small certification house for the engine's tests: two authorities, certificates, lists, a responder, OpenSSL."""

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from jpki.engine import certificates, crl, names, profiles
from jpki.engine.algorithms import ALGORITHMS
from jpki.engine.certificates import Request, Template
from jpki.engine.issuers import Issuer
from jpki.engine.key_files import LoadedKey
from jpki.engine.ocsp_answers import Responder
from jpki.engine.public_keys import SubjectKey

PUBLIC_BASE = "http://pki.example.jp"
NOW = datetime.now(UTC).replace(microsecond=0)
HOLDER = {
    "prefecture": "Tokyo-to",
    "municipality": "Chiyoda-ku",
    "name": "見本　花子",
    "name_substitutions": "00000",
    "sex": "2",
    "birth_date": "319800217",
    "address": "東京都千代田区霞が関２丁目１番２号",
    "address_substitutions": "0" * 17,
}


def document(name: str = profiles.HOUSE) -> dict:
    return profiles.placed(profiles.house_document(name), public_base=PUBLIC_BASE)


ARC = document()["arc"]


def new_key(name: str = "rsa2048-sha256") -> LoadedKey:
    return LoadedKey(ALGORITHMS[name], ALGORITHMS[name].generate())


def subject_key(key: LoadedKey) -> SubjectKey:
    return SubjectKey(
        key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


@dataclass(frozen=True)
class Authority:
    """An authority with its key at hand."""

    code: str
    key: LoadedKey
    issuer: Issuer

    @classmethod
    def made(cls, code: str, serial: int = 1, name: str = profiles.HOUSE) -> "Authority":
        profile = profiles.authority(document(name), code)
        key = new_key(profile.algorithm.name)
        to_be_signed = certificates.authority_to_be_signed(
            profile=profile,
            serial=serial,
            not_before=NOW - timedelta(days=400),
            not_after=NOW + timedelta(days=3250),
            subject_key=subject_key(key),
        )
        return cls(code, key, Issuer(certificates.signed(to_be_signed, key)))

    @cached_property
    def profile(self) -> profiles.AuthorityProfile:
        return profiles.authority(document(), self.code)

    def template(self, kind: str = "card") -> Template:
        profile = profiles.certificate(document(), f"{self.code}-{kind}")
        return Template(profile, self.issuer, self.profile.local_name)

    def request(self, serial: int = 1000, key: LoadedKey | None = None, **fields: str) -> Request:
        common_name = "20251027123456" + f"{serial:014d}" if self.code == "sign" else "997794E9AGCIEG13101003A"
        return Request(
            serial=serial,
            not_before=NOW - timedelta(hours=1),
            not_after=NOW + timedelta(days=1500),
            subject_key=subject_key(key or new_key()),
            fields={"common_name": common_name, **HOLDER, **fields},
        )

    def certificate(self, serial: int = 1000, **fields: str) -> bytes:
        return certificates.signed(self.template().to_be_signed(self.request(serial, **fields)), self.key)

    def partition(self, municipality: str = "Chiyoda-ku") -> tuple[names.Pair, ...]:
        pattern = self.template().profile.distribution_point
        return names.filled(pattern, {**HOLDER, "municipality": municipality})

    def crl(self, *serials: int, municipality: str | None = "Chiyoda-ku", number: int = 1, at: datetime = NOW) -> bytes:
        revoked_at, reason = NOW - timedelta(minutes=5), crl.Reason.AFFILIATION_CHANGED
        entries = crl.Entries.joined(*(crl.entry(serial, revoked_at, reason) for serial in sorted(serials)))
        request = crl.CrlRequest(
            number=number,
            this_update=at - timedelta(minutes=1),
            next_update=at + timedelta(days=3),
            entries=entries,
            partition=self.partition(municipality) if municipality else (),
        )
        return crl.build(request, self.issuer, self.key)

    @cached_property
    def responder(self) -> Responder:
        key = new_key("p256-sha256")
        request = Request(
            serial=2,
            not_before=NOW - timedelta(hours=1),
            not_after=NOW + timedelta(days=90),
            subject_key=subject_key(key),
            fields={"common_name": "1-1"},
        )
        return Responder(certificates.signed(self.template("responder").to_be_signed(request), self.key), key)


def pem(octets: bytes) -> str:
    return x509.load_der_x509_certificate(octets).public_bytes(serialization.Encoding.PEM).decode("ascii")


class Outside:
    """OpenSSL's commands in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, octets: bytes) -> str:
        path = self.folder / name
        path.write_bytes(octets)
        return str(path)

    def put_pem(self, name: str, octets: bytes) -> str:
        return self.put(name, pem(octets).encode("ascii"))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["openssl", *arguments], capture_output=True, text=True, cwd=self.folder, check=False, timeout=60
        )
