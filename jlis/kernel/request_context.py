"""The number of the request or job at hand, carried into audit entries, logs and problem details."""

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("jlis_request_id", default="")


def request_id() -> str:
    """The present number, or an empty string outside any request or job."""
    return _request_id.get()


def set_request_id(value: str) -> None:
    """Set the number for the rest of this context."""
    _request_id.set(value)
