"""Keys on a token or in an HSM, over PKCS#11: made there, used there, and never outside.

Keys are made sensitive and not extractable, so nobody who has the PIN can carry one away; a copy is the HSM's own
matter. What the two holders of a ceremony hold is the security officer's PIN: it lies in a file that only both open,
and with it they give the token a new PIN when the deployment's own was lost or got about (`recover`).

A process logs in once, after it was forked: what a child inherits of a session is left alone and the library is begun
anew. Of what is signed only the hash travels, so a list of forty megabytes costs the token what a certificate costs.
"""

import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pkcs11
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

from jpki.engine import custody, der
from jpki.engine.algorithms import ALGORITHMS, PublicKey, SignatureAlgorithm
from jpki.engine.key_files import LABEL
from jpki.engine.keys import Holder, KeyUnavailable, SigningKey

_HASH_OIDS = {"sha256": "2.16.840.1.101.3.4.2.1", "sha384": "2.16.840.1.101.3.4.2.2"}
_PAUSES = (0.05, 0.1, 0.2)
# It signs: a key of an authority opens and wraps nothing.
_SIGNS = pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY
_STAYS = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}


@dataclass(frozen=True)
class TokenKeys:
    """All keys of one token. ``folder`` holds what is sealed for the ceremonies' holders; ``officer_pin`` is given at
    ceremonies alone."""

    module: str
    token: str
    pin: str = field(repr=False)
    folder: Path
    officer_pin: str = field(default="", repr=False)

    def generate(self, label: str, algorithm: SignatureAlgorithm, holders: tuple[Holder, ...] = ()) -> SigningKey:
        path = self._custody_path(label)
        with _reported(label):
            if _login(self).private_key(label) is not None:
                raise KeyUnavailable(f"a key named {label} exists already")
        if holders:
            self._keep_for(holders, label, path)
        with _reported(label):
            public, _ = _generated(_login(self).session, label, algorithm)
            return TokenKey(self, label, algorithm, _public_key(public))

    def open(self, label: str) -> SigningKey:
        self._custody_path(label)
        with _reported(label):
            login = _login(self)
            public = login.object(pkcs11.ObjectClass.PUBLIC_KEY, label)
            if public is None or login.private_key(label) is None:
                raise KeyUnavailable(f"no key named {label}")
            public_key = _public_key(public)
        for algorithm in ALGORITHMS.values():
            if algorithm.fits(public_key):
                return TokenKey(self, label, algorithm, public_key)
        raise KeyUnavailable(f"{label}: a key of no type known here")

    def recover(self, label: str, holders: Iterable[Holder]) -> SigningKey:
        """With the passphrases of all its holders give the token this deployment's PIN, and open the key."""
        try:
            document = json.loads(self._custody_path(label).read_text("utf-8"))
        except FileNotFoundError as error:
            raise KeyUnavailable(f"{label}: this key was made without holders") from error
        officer_pin = custody.by_holders(document, holders, f"officer:{label}").decode("utf-8")
        with _reported(label), self._as_officer(officer_pin) as session:
            session.init_pin(self.pin)
        return self.open(label)

    def _keep_for(self, holders: tuple[Holder, ...], label: str, path: Path) -> None:
        if not self.officer_pin:
            raise KeyUnavailable("a ceremony needs the security officer's PIN, to seal it for the holders")
        with _reported(label), self._as_officer(self.officer_pin):
            pass  # it is the one: what is sealed below will be of use
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        document = custody.for_holders(holders, self.officer_pin.encode("utf-8"), f"officer:{label}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise KeyUnavailable(f"a key named {label} exists already") from error
        custody.write_durably(descriptor, document)

    @contextmanager
    def _as_officer(self, officer_pin: str) -> Iterator[Any]:
        """The officer comes in only where nobody else of this process is."""
        with _lock:
            _log_out()
            with _token(self).open(rw=True, so_pin=officer_pin) as session:
                yield session

    def _custody_path(self, label: str) -> Path:
        if not LABEL.fullmatch(label):
            raise KeyUnavailable(f"not a key label: {label!r}")
        return self.folder / f"{label}.holders.json"


@dataclass(frozen=True)
class TokenKey:
    """A key on a token. It outlives a lost session and a fork: each signature asks for this process's login."""

    backend: TokenKeys
    label: str
    algorithm: SignatureAlgorithm
    public_key: PublicKey

    def sign(self, data: bytes) -> bytes:
        return self.sign_digest(self.algorithm.digest([data]))

    def sign_digest(self, digest: bytes) -> bytes:
        try:
            return self._signature(digest)
        except pkcs11.PKCS11Error:
            _forget()  # the token was away, or begun anew: one more try with a login of its own
        with _reported(self.label):
            return self._signature(digest)

    def _signature(self, hashed: bytes) -> bytes:
        key = _login(self.backend).private_key(self.label)
        if key is None:
            raise KeyUnavailable(f"no key named {self.label}")
        if self.algorithm.curve is None:
            return key.sign(_digest_info(self.algorithm, hashed), mechanism=pkcs11.Mechanism.RSA_PKCS)
        both = key.sign(hashed, mechanism=pkcs11.Mechanism.ECDSA)
        half = len(both) // 2
        return encode_dss_signature(int.from_bytes(both[:half], "big"), int.from_bytes(both[half:], "big"))


def _digest_info(algorithm: SignatureAlgorithm, hashed: bytes) -> bytes:
    """RFC 8017 9.2: what PKCS#1 v1.5 pads and signs."""
    return der.sequence(der.sequence(der.oid(_HASH_OIDS[algorithm.hash.name]), der.NULL), der.octets(hashed))


def _generated(session: Any, label: str, algorithm: SignatureAlgorithm) -> tuple[Any, Any]:
    named = {"label": label, "id": label.encode("ascii"), "store": True}
    known = named | {"private_template": _STAYS, "capabilities": _SIGNS}
    if algorithm.curve is None:
        return session.generate_keypair(pkcs11.KeyType.RSA, algorithm.rsa_bits, **known)
    curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(algorithm.curve.name)}
    return session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True).generate_keypair(**known)


def _public_key(public: Any) -> PublicKey:
    if public.key_type is pkcs11.KeyType.RSA:
        modulus, exponent = public[pkcs11.Attribute.MODULUS], public[pkcs11.Attribute.PUBLIC_EXPONENT]
        return rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")).public_key()
    return serialization.load_der_public_key(encode_ec_public_key(public))  # type: ignore[return-value]


@contextmanager
def _reported(label: str) -> Iterator[None]:
    """What the token says, told as the kind of fault that it is and never with a PIN."""
    try:
        yield
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise KeyUnavailable(f"{label}: the token refuses ({type(error).__name__})") from error


# --- this process's login -----------------------------------------------------------------------------------------


class _Login:
    """One session, and the keys that were looked up in it."""

    def __init__(self, backend: TokenKeys) -> None:
        self.session = _token(backend).open(rw=True, user_pin=backend.pin)
        self._keys: dict[str, Any] = {}

    def private_key(self, label: str) -> Any:
        """The private key of this name, or None."""
        if label not in self._keys:
            found = self.object(pkcs11.ObjectClass.PRIVATE_KEY, label)
            if found is None:
                return None
            self._keys[label] = found
        return self._keys[label]

    def object(self, kind: pkcs11.ObjectClass, label: str) -> Any:
        found = list(self.session.get_objects({pkcs11.Attribute.CLASS: kind, pkcs11.Attribute.LABEL: label}))
        return found[0] if found else None


_lock = threading.RLock()
_logins: dict[tuple[str, str, str], _Login] = {}
_inherited: list[_Login] = []
_modules: set[str] = set()
_to_begin_anew: set[str] = set()


def _login(backend: TokenKeys) -> _Login:
    place = backend.module, backend.token, backend.pin
    with _lock:
        if place not in _logins:
            _logins[place] = _Login(backend)
        return _logins[place]


def _token(backend: TokenKeys) -> Any:
    """The token. One that is not seen is looked for again: an HSM may be coming back, and SoftHSM does not see a token
    that another process is just writing to, or fails of it in general."""
    for pause in _PAUSES:
        try:
            return _library(backend.module).get_token(token_label=backend.token)
        except (pkcs11.NoSuchToken, pkcs11.GeneralError):
            time.sleep(pause)
            _forget()
    return _library(backend.module).get_token(token_label=backend.token)


def _library(module: str) -> Any:
    library = pkcs11.lib(module)
    if module in _to_begin_anew:
        _to_begin_anew.discard(module)
        library.reinitialize()
    _modules.add(module)
    return library


def _log_out() -> None:
    for login in _logins.values():
        login.session.close()
    _forget()


def _forget() -> None:
    """Leave every session alone and begin the library anew with the next login."""
    with _lock:
        _inherited.extend(_logins.values())
        _logins.clear()
        _to_begin_anew.update(_modules)


def _after_fork() -> None:
    """In the child: a lock may have been held, and the parent's session is neither ours to use nor to close."""
    global _lock
    _lock = threading.RLock()
    _forget()


os.register_at_fork(after_in_child=_after_fork)
