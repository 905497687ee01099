"""The affairs that an organisation may act under.

Why not the ORM: asked before every provision and every search, so it is prepared (`jlis.kernel.prepared`). Rows
expected: one for a code, some dozens for all. Index: `affair_once_per_day`.
"""

import json
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from jlis.kernel import prepared
from juki.models import Affair

_COLUMNS = [field.attname for field in Affair._meta.concrete_fields]
_PARSED = [_COLUMNS.index(name) for name in ("fields", "kinds")]
_LIST = ", ".join(f'affair."{name}"' for name in _COLUMNS)
# Those of local bodies are open to each of their kind; a 別表 item names its body, an ordinance is one body's own, and
# both need an entry.
_OPEN = f"""
    SELECT {_LIST} FROM juki_affair affair JOIN kernel_organisation body ON body.code = %(organisation)s
    WHERE affair.valid_from <= %(day)s AND (affair.valid_to IS NULL OR affair.valid_to > %(day)s)
      AND affair.kinds @> jsonb_build_array(body.kind)
      AND (affair."table" = '' AND NOT affair.by_ordinance OR EXISTS (
          SELECT FROM juki_affairentitlement entry
          WHERE entry.affair_code = affair.code AND entry.organisation_id = body.code
            AND entry.valid_from <= %(day)s AND (entry.valid_to IS NULL OR entry.valid_to > %(day)s)))
"""  # noqa: S608 - own constants
_ONE = f"{_OPEN} AND affair.code = %(code)s ORDER BY affair.valid_from DESC"
_ALL = f"{_OPEN} ORDER BY affair.code, affair.valid_from DESC"


def open_to(organisation: str, day: date, code: str | None = None) -> list[Affair]:
    """The affairs in force on the day that the organisation may act under, or the one of a code."""
    asked = {"organisation": organisation, "day": day}
    # A statement each: where a code may be missing, none is looked for by its index.
    found = prepared.rows(_ALL, asked) if code is None else prepared.rows(_ONE, asked | {"code": code})
    return [Affair.from_db(DEFAULT_DB_ALIAS, _COLUMNS, _parsed(row)) for row in found]


def _parsed(row: tuple[Any, ...]) -> list[Any]:
    values = list(row)
    for place in _PARSED:
        values[place] = json.loads(values[place])
    return values
