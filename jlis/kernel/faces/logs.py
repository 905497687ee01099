"""Structured logs: one JSON object a line, made of codes and counts.

A processor drops every key that the models declare personal, so that a slip in a call leaves a mark and no name.
"""

import json
import logging
import logging.config
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, MutableMapping
from multiprocessing.util import Finalize
from types import TracebackType
from typing import Any, TextIO

import structlog

from jlis.kernel.request_context import request_id

OURS = ("jlis.", "juki.", "jpki.", "mynacard.", "bcl.", "lgwan.", "konbini.")
PERSONAL_KEYS = frozenset(
    {
        "name", "name_kana", "kana", "address", "birth_date", "sex", "resident_code", "individual_number", "number",
        "username", "family_name", "given_name", "former_surname", "alias", "payload", "body", "password", "token",
    }
)  # fmt: skip


def drop_personal(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace personal values by a mark."""
    for key in PERSONAL_KEYS & event.keys():
        event[key] = "[personal]"
    return event


def add_request_id(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the request's or job's number on each line."""
    if request_id():
        event.setdefault("request_id", request_id())
    return event


def leave_out_texts(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error's class and place, never its text or its variables: a driver's text quotes the row at fault."""
    info = event.pop("exc_info", None)
    if isinstance(info, tuple) and info[1] is not None:
        event["fault"] = info[0].__name__
        event["at"] = [place for place in _places(info[2]) if place.startswith(OURS)][-3:]
    return event


def _places(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        frame = trace.tb_frame
        yield f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}:{trace.tb_lineno}"
        trace = trace.tb_next


def configure(settings: dict[str, Any]) -> None:
    """Set up structlog and the standard library's logging to write the same JSON lines to standard error."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_request_id,
        structlog.stdlib.ExtraAdder(allow=["status_code"]),
        drop_personal,
        _exc_info_as_tuple,
        leave_out_texts,
    ]
    as_json = structlog.processors.JSONRenderer(serializer=_as_json)
    level = settings.get("level", "INFO")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, as_json],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.request": {"level": "ERROR"},
                "axes": {"level": "ERROR"},
                "pikepdf": {"level": "WARNING"},
            },
        }
    )
    # Our own lines are written without the standard library's records between: every request writes one.
    stream = sys.stderr
    behind = _Behind(stream) if settings.get("behind") else None
    structlog.configure(
        processors=[*shared, as_json],
        logger_factory=lambda name="jlis": _Lines(stream, name, behind),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )


class _Behind:
    """Lines that wait for a moment, so that those of many requests are written at once.

    Each write lets another thread go on first; with an answer that is ready beforehand, that was more than the answer
    itself (bench/ocsp.py).
    """

    MOMENT = 0.05  # seconds

    def __init__(self, stream: TextIO):
        self._stream = stream
        self._lines: deque[str] = deque()
        self._writing = threading.Lock()
        self._writer = 0  # the process that has one
        # Not `atexit`, without which a worker ends that another process started; this one is kept by both.
        Finalize(None, self.write_out, exitpriority=0)

    def put(self, line: str) -> None:
        """Have a line written soon."""
        self._lines.append(line)
        if self._writer != os.getpid():
            self._writer = os.getpid()
            threading.Thread(target=self._run, name="log", daemon=True).start()

    def write_out(self) -> None:
        """Write what waits."""
        with self._writing:
            lines = [f"{self._lines.popleft()}\n" for _ in range(len(self._lines))]
            if lines:
                self._stream.write("".join(lines))
                self._stream.flush()

    def _run(self) -> None:
        while True:
            time.sleep(self.MOMENT)
            self.write_out()


class _Lines(structlog.WriteLogger):
    """Writes lines to a stream, under a name; what is more than information at once, after what waits."""

    def __init__(self, stream: TextIO, name: str, behind: _Behind | None):
        super().__init__(stream)
        self.name = name
        self._behind = behind

    def info(self, message: str) -> None:
        if self._behind is None:
            super().msg(message)
        else:
            self._behind.put(message)

    def msg(self, message: str) -> None:
        if self._behind is not None:
            self._behind.write_out()
        super().msg(message)

    warning = error = critical = exception = msg


def _as_json(event: dict[str, Any], default: Callable[[Any], Any]) -> str:
    return json.dumps(event, ensure_ascii=False, default=default)


def _exc_info_as_tuple(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    elif isinstance(event.get("exc_info"), BaseException):
        error = event["exc_info"]
        event["exc_info"] = (type(error), error, error.__traceback__)
    return event
