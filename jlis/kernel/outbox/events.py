"""Events, and who subscribes to them.

A room declares its events as frozen dataclasses in `events.py` and its reactions in `subscribers.py`; which event has
which subscribers is known before the first one is published.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from jlis.kernel.isolation.scope import Scope


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a subject (a resident, a certificate, a bulk act). Fields are codes, never names.

    `subjects` is filled by bulk events alone: the residents that the one act touched.
    """

    kind: ClassVar[str] = ""
    subject: UUID
    subjects: tuple[UUID, ...] = ()

    def payload(self) -> dict[str, Any]:
        """The event's own fields as JSON values."""
        own = (field.name for field in fields(self) if field.name not in ("subject", "subjects"))
        return {name: _as_json(getattr(self, name)) for name in own}

    @classmethod
    def restore(cls, subject: UUID, payload: dict[str, Any], subjects: tuple[UUID, ...] = ()) -> "Event":
        """The event from its stored payload."""
        kinds = {field.name: field.type for field in fields(cls)}
        values = {name: _from_json(value, kinds[name]) for name, value in payload.items() if name in kinds}
        return cls(subject=subject, subjects=subjects, **values)


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, UUID) else value


def _from_json(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    if name.startswith("date"):
        return date.fromisoformat(value)
    if name.startswith("UUID"):
        return UUID(value)
    return value


@dataclass(frozen=True)
class Envelope:
    """An event as a subscriber gets it."""

    id: UUID
    sequence: int
    occurred_at: datetime
    event: Any


Handler = Callable[[Sequence[Envelope]], None]


@dataclass(frozen=True)
class Subscriber:
    """A reaction to one or more kinds of event: a function, run in one transaction under its room's scope."""

    name: str
    kinds: frozenset[str]
    handler: Handler
    scope: Scope
    batch: int


_subscribers: dict[str, Subscriber] = {}
_event_classes: dict[str, type[Event]] = {}


def subscriber(*events: type[Event], name: str, scope: Scope, batch: int = 500) -> Callable[[Handler], Handler]:
    """Register a function as a subscriber of these events; it gets up to `batch` envelopes at a time, in order."""

    def register(handler: Handler) -> Handler:
        if name in _subscribers:
            raise ValueError(f"subscriber registered twice: {name}")
        for event in events:
            _event_classes[event.kind] = event
        _subscribers[name] = Subscriber(name, frozenset(e.kind for e in events), handler, scope, batch)
        return handler

    return register


def subscribers() -> dict[str, Subscriber]:
    """Every subscriber by name."""
    return dict(_subscribers)


def subscribers_of(kind: str) -> list[Subscriber]:
    """Who acts on a kind of event."""
    return [each for each in _subscribers.values() if kind in each.kinds]


def event_class(kind: str) -> type[Event]:
    """The class of a kind that somebody subscribes to."""
    return _event_classes[kind]
