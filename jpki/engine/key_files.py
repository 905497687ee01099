"""Keys in encrypted files: the backend for machines without a token.

One JSON file per key. The PKCS#8 key is sealed with AES-256-GCM under a random data key; the data key is wrapped once
under the deployment's operating secret (daily work) and once under the passphrases of all the holders of the ceremony
together (recovery when the operating secret is lost: nobody can do it alone). The label is bound to each ciphertext,
so a file that is renamed or swapped does not open.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jpki.engine import custody
from jpki.engine.algorithms import ALGORITHMS, PrivateKey, PublicKey, SignatureAlgorithm
from jpki.engine.keys import Holder, KeyUnavailable, SigningKey

LABEL = re.compile(r"[a-z0-9][a-z0-9.-]{0,80}")
_SHORTEST_SECRET = 16


@dataclass(frozen=True)
class LoadedKey:
    """A private key in this process's memory."""

    algorithm: SignatureAlgorithm
    private_key: PrivateKey

    @property
    def public_key(self) -> PublicKey:
        return self.private_key.public_key()

    def sign(self, data: bytes) -> bytes:
        return self.algorithm.sign(self.private_key, data)

    def sign_digest(self, digest: bytes) -> bytes:
        return self.algorithm.sign_digest(self.private_key, digest)

    def __repr__(self) -> str:
        return f"LoadedKey({self.algorithm.name})"


@dataclass(frozen=True)
class KeyFiles:
    """All keys of one deployment: ``directory`` holds the files, ``secret`` (at least 16 octets) opens them."""

    directory: Path
    secret: bytes

    def __repr__(self) -> str:
        return f"KeyFiles({str(self.directory)!r})"

    def generate(self, label: str, algorithm: SignatureAlgorithm, holders: tuple[Holder, ...] = ()) -> SigningKey:
        private_key = algorithm.generate()
        data_key = os.urandom(32)
        document: dict[str, object] = {
            "version": 1,
            "label": label,
            "algorithm": algorithm.name,
            "key": custody.seal(data_key, _pkcs8(private_key), f"key:{label}"),
            "operation": self._wrap(data_key, label),
        }
        if holders:
            document["holders"] = custody.for_holders(holders, data_key, f"holders:{label}")
        self._write_new(label, document)
        return LoadedKey(algorithm, private_key)

    def open(self, label: str) -> SigningKey:
        document = self._read(label)
        salt, wrapped = document["operation"]["salt"], document["operation"]["wrapped"]
        data_key = custody.unseal(self._operating_key(custody.octets(salt)), wrapped, f"operation:{label}")
        return self._loaded(document, data_key)

    def recover(self, label: str, holders: Iterable[Holder]) -> SigningKey:
        """Open a key with the passphrases of all its holders and wrap it anew under this deployment's secret."""
        document = self._read(label)
        if "holders" not in document:
            raise KeyUnavailable(f"{label}: this key was made without holders")
        data_key = custody.by_holders(document["holders"], holders, f"holders:{label}")
        key = self._loaded(document, data_key)
        document["operation"] = self._wrap(data_key, label)
        self._replace(label, document)
        return key

    def _wrap(self, data_key: bytes, label: str) -> dict[str, str]:
        salt = os.urandom(16)
        wrapped = custody.seal(self._operating_key(salt), data_key, f"operation:{label}")
        return {"salt": custody.text(salt), "wrapped": wrapped}

    def _operating_key(self, salt: bytes) -> bytes:
        if len(self.secret) < _SHORTEST_SECRET:
            raise KeyUnavailable("the operating secret is shorter than 16 octets")
        return HKDF(hashes.SHA256(), 32, salt, b"key file, operation").derive(self.secret)

    def _loaded(self, document: dict, data_key: bytes) -> LoadedKey:
        pkcs8 = custody.unseal(data_key, document["key"], f"key:{document['label']}")
        private_key = serialization.load_der_private_key(pkcs8, None)
        algorithm = ALGORITHMS[document["algorithm"]]
        if not algorithm.fits(private_key):
            raise KeyUnavailable(f"{document['label']}: the key is not of type {algorithm.name}")
        return LoadedKey(algorithm, private_key)  # type: ignore[arg-type]

    def _path(self, label: str) -> Path:
        if not LABEL.fullmatch(label):
            raise KeyUnavailable(f"not a key label: {label!r}")
        return self.directory / f"{label}.json"

    def _read(self, label: str) -> dict:
        try:
            document = json.loads(self._path(label).read_text("utf-8"))
        except FileNotFoundError as error:
            raise KeyUnavailable(f"no key named {label}") from error
        except ValueError as error:
            raise KeyUnavailable(f"{label}: the key file is damaged") from error
        if document.get("label") != label:
            raise KeyUnavailable(f"{label}: the file holds another key")
        return document

    def _write_new(self, label: str, document: dict) -> None:
        path = self._path(label)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyUnavailable(f"a key named {label} exists already") from error
        custody.write_durably(descriptor, document)

    def _replace(self, label: str, document: dict) -> None:
        path = self._path(label)
        beside = path.with_suffix(".new")
        custody.write_durably(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), document)
        beside.replace(path)


def _pkcs8(private_key: PrivateKey) -> bytes:
    return private_key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
