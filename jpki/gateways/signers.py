"""Signing many at once: a key signs some thousand times a second on one core, so bulk work takes all of them.

Workers are fresh processes (forkserver) that hold neither Django nor a database connection, and open the key
themselves: a file, or a session of their own on the token, which then signs for all of them at once.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol

from jpki.engine.certificates import signature_over
from jpki.engine.key_files import KeyFiles
from jpki.engine.keys import KeyBackend, SigningKey
from jpki.engine.token_keys import TokenKeys
from jpki.gateways import key_store

_FEW = 64
_SLICE = 250


class Signing(Protocol):
    """Signatures under way."""

    def result(self) -> list[bytes]:
        """Wait for the signatures, in the order given. Raises FaultySignature."""


class Signers(Protocol):
    """Something that signs lists of octets with a named key."""

    def sign(self, label: str, to_be_signed: Sequence[bytes]) -> Signing: ...


@contextmanager
def signers(expected: int, *, processes: int | None = None) -> Iterator[Signers]:
    """Signers fit for so many signatures; a daemon (a worker of a task queue) may not start processes of its own."""
    count = processes if processes is not None else os.cpu_count() or 1
    backend = key_store.backend()
    is_daemon = multiprocessing.current_process().daemon
    if expected <= _FEW or count < 2 or is_daemon or not isinstance(backend, KeyFiles | TokenKeys):
        yield _Here()
        return
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(count, context, initializer=_begin, initargs=(backend,)) as pool:
        for _ in range(count):
            pool.submit(os.getpid)  # they begin while the first part is being prepared
        yield _Pool(pool)


class _Here:
    def sign(self, label: str, to_be_signed: Sequence[bytes]) -> Signing:
        key = key_store.opened(label)
        return _Done([signature_over(each, key) for each in to_be_signed])


class _Done:
    def __init__(self, signatures: list[bytes]) -> None:
        self._signatures = signatures

    def result(self) -> list[bytes]:
        return self._signatures


class _Pool:
    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def sign(self, label: str, to_be_signed: Sequence[bytes]) -> Signing:
        slices = [to_be_signed[start : start + _SLICE] for start in range(0, len(to_be_signed), _SLICE)]
        return _Slices([self._pool.submit(_signatures, label, list(each)) for each in slices])


class _Slices:
    def __init__(self, futures: list[Future[list[bytes]]]) -> None:
        self._futures = futures

    def result(self) -> list[bytes]:
        return [signature for future in self._futures for signature in future.result()]


# What follows runs in the pool's processes.
_keys: dict[str, SigningKey] = {}
_backend: list[KeyBackend] = []


def _begin(backend: KeyBackend) -> None:
    _backend[:] = [backend]


def _signatures(label: str, to_be_signed: list[bytes]) -> list[bytes]:
    if label not in _keys:
        _keys[label] = _backend[0].open(label)
    return [signature_over(each, _keys[label]) for each in to_be_signed]
