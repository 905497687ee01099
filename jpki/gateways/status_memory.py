"""What a web process remembers of certificates' states, kept true by the database's own notifications.

Every change of a status is notified in the transaction that makes it (`jpki.sql.statuses`); a thread of this process
listens and forgets what changed, within milliseconds of the commit. While the thread does not hear the database,
nothing is remembered and every question goes there.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger(__name__)

CHANNEL = "jpki_status"
MOST_REMEMBERED = 50_000
LONGEST_QUESTION = 256  # octets
_HEARTBEAT = 2.0
_DEAF_AFTER = 6.0
_EVERYTHING = ""

Key = tuple[int, int]
Question = tuple[str, bytes]
Connect = Callable[[], psycopg.Connection]


class StatusMemory:
    """Values by (generation, serial) and what they are; forgotten when the database tells of a change.

    What a question's octets mean never changes, so meanings are kept apart and only to save reading them again.
    """

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._remembered: dict[Key, dict[str, Any]] = {}
        self._meanings: dict[Question, Any] = {}
        self._lock = threading.Lock()
        self._heard_at = float("-inf")
        self._stopped = threading.Event()
        # Rises with every change heard: what was read before one may not be kept after it.
        self.epoch = 0

    def start(self) -> None:
        """Listen, in a thread that ends with the process."""
        threading.Thread(target=self._listen, name="jpki-status", daemon=True).start()

    def stop(self) -> None:
        """Stop listening, within a heartbeat; for tests."""
        self._stopped.set()

    @property
    def hears(self) -> bool:
        """Whether the database has been heard lately."""
        return time.monotonic() - self._heard_at < _DEAF_AFTER

    def get(self, key: Key, what: str) -> Any:
        """What is remembered, or None."""
        if not self.hears:
            return None
        found = self._remembered.get(key)
        return found.get(what) if found else None

    def keep(self, key: Key, what: str, value: Any, *, epoch: int) -> None:
        """Remember a value that was read in an epoch, unless a change was heard since."""
        with self._lock:
            if epoch != self.epoch or not self.hears:
                return
            if len(self._remembered) >= MOST_REMEMBERED:
                self._remembered.clear()
            self._remembered.setdefault(key, {})[what] = value

    def meaning(self, question: Question) -> Any:
        """What these octets were found to mean, or None."""
        return self._meanings.get(question)

    def keep_meaning(self, question: Question, meaning: Any) -> None:
        """Remember what a question means, where it is not overlong."""
        if len(question[1]) <= LONGEST_QUESTION:
            if len(self._meanings) >= MOST_REMEMBERED:
                self._meanings.clear()
            self._meanings[question] = meaning

    def forget(self, payload: str = _EVERYTHING) -> None:
        """Forget the serials of a notification (`generation:serial …`), or everything."""
        with self._lock:
            self.epoch += 1
            if payload == _EVERYTHING:
                self._remembered.clear()
            for place in payload.split():
                generation, _, serial = place.partition(":")
                self._remembered.pop((int(generation), int(serial)), None)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                with self._connect() as database:
                    self._hear(database)
            except psycopg.Error as error:
                log.warning("status_feed_lost", fault=type(error).__name__)
            self._heard_at = float("-inf")
            self.forget()
            self._stopped.wait(1.0)

    def _hear(self, database: psycopg.Connection) -> None:
        database.execute(f"LISTEN {CHANNEL}")
        self.forget()
        while not self._stopped.is_set():
            database.execute("SELECT 1")
            self._heard_at = time.monotonic()
            # What arrives between two rounds of waiting comes first in the next one.
            for notice in database.notifies(timeout=_HEARTBEAT):
                self.forget(notice.payload)


_memory: list[StatusMemory] = []
_starting = threading.Lock()


def current() -> StatusMemory | None:
    """This process's memory; None where none is kept: outside a web server, where tests roll their changes back."""
    if _memory:
        return _memory[0]
    if not settings.JLIS_SERVES_WEB:
        return None
    with _starting:
        if not _memory:
            _memory.append(StatusMemory(_listening_connection))
            _memory[0].start()
    return _memory[0]


def _listening_connection() -> psycopg.Connection:
    """A connection of its own with the login role alone, which may listen and nothing else."""
    parameters = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in ("host", "port", "user", "password", "dbname")
    }
    return psycopg.connect(**parameters, autocommit=True, connect_timeout=5, application_name="jpki status feed")
