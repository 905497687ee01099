"""Columns of many rows as PostgreSQL arrays in their text form, for statements that spread them with `unnest`.

Why not the driver's own: it looks at every element anew for its type and for what must be quoted, and takes ten times
as long (bench/ingest.py).
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

_ENCODER = json.JSONEncoder(ensure_ascii=False)


def columns(rows: Iterable[Sequence[Any]]) -> list[str]:
    """The columns of rows, one array each."""
    return [array(column) for column in zip(*rows, strict=True)]


def array(values: Sequence[Any]) -> str:
    """Values of one type, or None, as one array; the statement casts it (`%s::uuid[]`). TypeError for other types."""
    written = _writer(next((value for value in values if value is not None), None))
    return "{" + ",".join(["NULL" if value is None else written(value) for value in values]) + "}"


def ids(octets: bytes) -> str:
    """Ids of 16 bytes each, one after another, as one array, without an object for each."""
    written = octets.hex()
    return "{" + ",".join([written[place : place + 32] for place in range(0, len(written), 32)]) + "}"


def _writer(example: Any) -> Callable[[Any], str]:
    for kind, writer in _WRITERS:
        if isinstance(example, kind):
            return writer
    raise TypeError(f"no array of {type(example).__name__}")


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


# A call's rows bear a few days and one instant, thousands of times.
@lru_cache(maxsize=1000)
def _day(value: date) -> str:
    return value.isoformat()


def _octets(value: bytes | memoryview) -> str:
    return '"\\\\x' + value.hex() + '"'


def _json(value: Jsonb) -> str:
    return _text(_ENCODER.encode(value.obj))


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (str, _text),
    (UUID, lambda value: value.hex),
    (int, str),
    (date, _day),
    ((bytes, memoryview), _octets),
    (Jsonb, _json),
    (type(None), str),
)
