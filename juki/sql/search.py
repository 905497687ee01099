"""The search by the four items, and the latest version by what it is known by.

Why not the ORM: it makes a statement anew each time, and planning one over 47 partitions takes 10 ms where running it
takes 0.3 (bench/query.py). Rows expected: up to the limit. Indexes: `identity_by_birth` for a full birth date,
`identity_by_kana` within an office, `identity_by_code`, `identity_of_resident`; among the removed
`identity_removed_by_birth`, `identity_removed_by_kana`. Prefixes are ranges, since a pattern
that is a parameter finds no index.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from jlis.kernel import prepared
from jlis.kernel.isolation import scope
from juki.domain.presence import present
from juki.models import IdentityRecord

_COLUMNS = [field.attname for field in IdentityRecord._meta.concrete_fields]
_LATEST = "valid_to IS NULL AND superseded_at IS NULL"
# One that was cancelled has left no 除票.
_REMOVED = """
    state = 'REMOVED' AND superseded_at IS NULL AND valid_from <= %(removed_by)s
    AND NOT EXISTS (
        SELECT FROM juki_identityrecord back WHERE back.prefecture = juki_identityrecord.prefecture
        AND back.resident = juki_identityrecord.resident AND back.version = juki_identityrecord.version + 1
        AND back.superseded_at IS NULL AND back.change_reason = 'R09'
    )
"""
# Of versions in force alone.
PRESENT = present(state="state", since="valid_from", day="%(present_on)s")
_LAST_CHARACTER = "\U0010ffff"
CONDITIONS = {
    "present_on": PRESENT,
    "name_key": "name_key = %(name_key)s",
    "kana_from": "kana_key ~>=~ %(kana_from)s AND kana_key ~<~ %(kana_below)s",
    "address_from": "address_key ~>=~ %(address_from)s AND address_key ~<~ %(address_below)s",
    "births": "birth_date = ANY(%(births)s) AND birth_from = ANY(%(starts)s)",
    "born_from": (
        "(birth_from BETWEEN %(born_from)s AND %(born_to)s"
        " OR birth_date = %(unknown_month)s AND birth_from = %(year_begins)s)"
    ),
    "sex": "sex = %(sex)s",
    "resident_code": "resident_code = %(resident_code)s",
    "resident": "resident = %(resident)s",
    "uncovered": (
        "%(uncovered)s AND NOT EXISTS (SELECT FROM juki_protectedresident covered"
        " WHERE covered.resident = juki_identityrecord.resident)"
    ),
}


def latest(values: Mapping[str, Any], limit: int) -> list[IdentityRecord]:
    """The latest versions that match every value given; a value's key names its condition."""
    return _matching(_LATEST, values, limit)


def removed(values: Mapping[str, Any], limit: int, *, day: date) -> list[IdentityRecord]:
    """The removals by a day that match, those of persons who live elsewhere or have come back among them (J17)."""
    return _matching(_REMOVED, {**values, "removed_by": day}, limit)


def _matching(standing: str, values: Mapping[str, Any], limit: int) -> list[IdentityRecord]:
    asked = [condition for key, condition in CONDITIONS.items() if key in values]
    running = scope.current()
    # The policy says the same, but the planner leaves out the other partitions only for a constant.
    if running is not None and running.prefecture:
        asked.append(f"prefecture = {running.prefecture}")
    statement = (
        f"SELECT {', '.join(_COLUMNS)} FROM juki_identityrecord WHERE {' AND '.join([standing, *asked])}"  # noqa: S608
        f" ORDER BY kana_key, birth_from LIMIT {limit:d}"
    )
    return [IdentityRecord.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row) for row in prepared.rows(statement, values)]


def begins(name: str, prefix: str) -> dict[str, str]:
    """The range of keys that begin with a prefix, as values of `latest`."""
    return {f"{name}_from": prefix, f"{name}_below": prefix + _LAST_CHARACTER}
