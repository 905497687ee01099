"""The scope of a piece of work: which database role it assumes, and for which organisation.

The scope is a context variable. The database backend of this package reads it at each BEGIN and
assumes the role with it (`SET LOCAL`), so a connection that goes back to a pool carries nothing.
Outside a scope a transaction keeps the login role, which may do nothing at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from jlis.kernel.isolation.preparing import PreparingCursor


@dataclass(frozen=True)
class Scope:
    """A database role with the organisation (6-digit code) and the purpose (affair code) it acts for."""

    role: str
    org: str = ""
    purpose: str = ""

    def for_purpose(self, purpose: str) -> "Scope":
        """The same scope, acting for a declared affair."""
        return replace(self, purpose=purpose)

    @property
    def prefecture(self) -> int | None:
        """The only prefecture whose rows a local role may see; None for roles that are not local."""
        return int(self.org[:2]) if self.role in _LOCAL and self.org[:2].isdecimal() else None


_LOCAL = ("jlis_municipal", "jlis_city", "jlis_prefectural")
DOOR = Scope("jlis_door")
SYSTEM = Scope("jlis_system")
PUBLIC = Scope("jlis_public")
REGISTRY = Scope("jlis_registry")
NUMBERS = Scope("jlis_numbers")
AUDITOR = Scope("jlis_auditor")
JPKI = Scope("jlis_jpki")
MYNACARD = Scope("jlis_mynacard")
BCL = Scope("jlis_bcl")
KONBINI = Scope("jlis_konbini")
LGWAN = Scope("jlis_lgwan")

_current: ContextVar[Scope | None] = ContextVar("jlis_scope", default=None)

_ASSUME = "SELECT set_config('role', %s, true), set_config('jlis.org', %s, true), set_config('jlis.purpose', %s, true)"


def current() -> Scope | None:
    """The scope of the running work, or None outside any."""
    return _current.get()


@contextmanager
def scope(wanted: Scope) -> Iterator[Scope]:
    """Act under `wanted`; inside a running transaction at once, else from its BEGIN on."""
    former = _current.get()
    if wanted == former:
        # The role is there already: since the BEGIN, or since the scope around this one.
        yield wanted
        return
    token = _current.set(wanted)
    assume_in_transaction(connection)
    try:
        yield wanted
    finally:
        _current.reset(token)
        # A transaction that is to be rolled back cannot take orders; its rollback restores the role.
        if not connection.needs_rollback:
            assume_in_transaction(connection)


@contextmanager
def acting(wanted: Scope) -> Iterator[Scope]:
    """A transaction (or a savepoint of the running one) under `wanted`."""
    with scope(wanted), transaction.atomic():
        yield wanted


def enter(wanted: Scope | None) -> None:
    """Set the scope for the rest of this context; for middleware and task envelopes that own the context."""
    _current.set(wanted)
    assume_in_transaction(connection)


def assume_in_transaction(database: BaseDatabaseWrapper) -> None:
    """Give a running transaction the role of the current scope; nothing to do outside a transaction."""
    if database.connection is None or not database.in_atomic_block:
        return
    wanted = _current.get()
    if _is_aborted(database):
        return
    assume(database, wanted)


def assume(database: BaseDatabaseWrapper, wanted: Scope | None) -> None:
    """Send the role for the rest of the running transaction; a statement that is prepared once for a connection."""
    parameters = (wanted.role, wanted.org, wanted.purpose) if wanted else ("none", "", "")
    database.ensure_connection()
    with database.wrap_database_errors, PreparingCursor(database.connection) as cursor:
        cursor.execute(_ASSUME, parameters)


def _is_aborted(database: BaseDatabaseWrapper) -> bool:
    from_driver = database.connection.info.transaction_status
    return from_driver == from_driver.INERROR
