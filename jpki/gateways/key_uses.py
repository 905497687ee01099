"""How often this process has used a responder's key since it last wrote that into the audit chain.

A web process signs answers hundreds of times a second; an entry for each would cost more than the signature. So uses
are counted, and written down as one entry for each key after a minute or a thousand of them.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_COUNTED = 1_000
LONGEST_UNWRITTEN = timedelta(minutes=1)


@dataclass(frozen=True)
class Key:
    """A responder's key, by the generation and the serial number of its certificate."""

    authority: str
    generation: int
    responder: int


class Tally:
    """Uses by key, and since when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: dict[Key, int] = {}
        self._since: datetime | None = None

    def count(self, key: Key, at: datetime) -> Mapping[Key, int]:
        """Count one use. Returns what is now to be written down, which is then no longer counted here."""
        with self._lock:
            self._uses[key] = self._uses.get(key, 0) + 1
            self._since = self._since or at
            is_due = at - self._since >= LONGEST_UNWRITTEN or self._uses[key] >= MOST_COUNTED
        return self.take() if is_due else {}

    def take(self) -> Mapping[Key, int]:
        """Everything that is not yet written down."""
        with self._lock:
            taken, self._uses, self._since = self._uses, {}, None
        return taken


tally = Tally()
