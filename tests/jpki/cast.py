"""The cast of the room's tests: keys in memory, the two authorities, residents with certificates."""

from collections import defaultdict
from functools import cache
from pathlib import Path
from tempfile import gettempdir
from uuid import UUID

from cryptography.hazmat.primitives import serialization

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.domain.kinds import Kind
from jpki.engine.algorithms import ALGORITHMS, SignatureAlgorithm
from jpki.engine.key_files import LoadedKey
from jpki.engine.keys import Holder, KeyUnavailable, SigningKey
from jpki.models import Certificate, CertificateStatus
from jpki.selectors import certificates
from jpki.services import issuing
from jpki.services.issuing import Order
from juki.models import Resident
from tests import tokens
from tests.conftest import actor
from tests.juki import factories

PURPOSE = "JUKI-CARD"
HOLDERS = (Holder("sato", "the first passphrase"), Holder("suzuki", "the second passphrase"))
CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = {generation}
public_base = "http://127.0.0.1:8000"
holders = ["sato", "suzuki"]
not_before = 2024-01-01T00:00:00+09:00
"""


@cache
def pooled_token_key(algorithm: str, number: int) -> SigningKey:
    """The same on this process's token."""
    keys = tokens.backend(Path(gettempdir()))
    return keys.generate(f"pool-{algorithm}-{number}", ALGORITHMS[algorithm])


@cache
def pooled_key(algorithm: str, number: int) -> LoadedKey:
    """RSA keys are slow to make: the same ones serve all tests of a process."""
    return LoadedKey(ALGORITHMS[algorithm], ALGORITHMS[algorithm].generate())


class MemoryKeys:
    """A key backend whose keys are drawn from the pool and are gone with the test."""

    _pooled = staticmethod(pooled_key)

    def __init__(self) -> None:
        self._keys: dict[str, SigningKey] = {}
        self._drawn: dict[str, int] = defaultdict(int)

    def generate(self, label: str, algorithm: SignatureAlgorithm, holders: tuple[Holder, ...] = ()) -> SigningKey:
        if label in self._keys:
            raise KeyUnavailable(label)
        self._drawn[algorithm.name] += 1
        self._keys[label] = self._pooled(algorithm.name, self._drawn[algorithm.name])
        return self._keys[label]

    def open(self, label: str) -> SigningKey:
        try:
            return self._keys[label]
        except KeyError as error:
            raise KeyUnavailable(label) from error


class TokenKeysInPool(MemoryKeys):
    """The same with keys on a token."""

    _pooled = staticmethod(pooled_token_key)


def operator(number: int = 1) -> Actor:
    """An officer of the certification centre."""
    return actor("JLIS-JPKI", "CERTIFICATE_OPERATOR", kind="JLIS", number=number)


def card_key(number: int = 0, algorithm: str = "rsa2048-sha256") -> bytes:
    """A card's public key."""
    key = pooled_key(algorithm, 1000 + number)
    return key.public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def resident_of(clerk: Actor, at: Moment, **changes: str) -> Resident:
    """Somebody grown, registered by the clerk's town."""
    factories.with_codes(clerk, at, size=5)
    (taken,) = factories.tell(factories.grown(**changes), by=clerk, at=at)
    with acting(clerk.scope):
        return Resident.objects.get(resident_code=taken.resident_code)


def issued_to(resident: Resident | UUID, kind: Kind, *, by: Actor, at: Moment, **order: object) -> Certificate:
    """A certificate issued at the clerk's counter."""
    pk = resident.pk if isinstance(resident, Resident) else resident
    wanted = Order(resident=pk, kind=kind, public_key=card_key(), **order)  # type: ignore[arg-type]
    return issuing.issue(order=wanted, by=by, at=at, purpose=PURPOSE)


def status_of(certificate: Certificate) -> CertificateStatus:
    """The status as it stands now."""
    with acting(JPKI):
        return CertificateStatus.objects.get(pk=certificate.pk)


def der_of(certificate: Certificate) -> bytes:
    """The certificate itself."""
    with acting(JPKI):
        return certificates.der(certificates.get(certificate.pk))
