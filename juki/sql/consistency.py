"""The nation's side of 整合性確認: digests of an office's residents, by node and of single nodes.

Why not the ORM: an office has up to a million residents, whose lines are made and digested where they lie
(bench/consistency.py). Rows expected: a node for each 65,536th of the codes, at most; of the named nodes, some tens
each. Index: the prefecture's partition is chosen by the equality on `prefecture`, and within it `identity_by_change`
finds the office. In force on a day is who is counted on it (`sql/population`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection

from jlis.kernel.domain.digest_tree import DEPTH
from jlis.kernel.organisations.selectors.municipalities import Tenant
from juki.domain.consistency import ITEMS

_LINE = f"concat_ws(chr(31), resident_code, {', '.join(ITEMS)})"
_NODE = f"left(encode(sha256(convert_to(resident_code, 'UTF8')), 'hex'), {DEPTH:d})"
_IN_FORCE = """
    FROM juki_identityrecord
    WHERE prefecture = %(prefecture)s AND office = %(office)s AND state = 'CURRENT' AND superseded_at IS NULL
      AND valid_from <= %(on)s AND (valid_to IS NULL OR valid_to > %(on)s)
"""
_NODES = f"""
    SELECT {_NODE}, count(*),
           sha256(string_agg(sha256(convert_to({_LINE}, 'UTF8')), ''::bytea ORDER BY resident_code COLLATE "C"))
    {_IN_FORCE} GROUP BY 1
"""
_RECORDS = f"SELECT resident, resident_code, {', '.join(ITEMS)} {_IN_FORCE}"
_AT_NODES = f"{_RECORDS} AND {_NODE} = ANY(%(nodes)s)"
_BY_CODE = f"{_RECORDS} AND resident_code = ANY(%(codes)s)"

Row = tuple[str, ...]


def lowest_nodes(tenant: Tenant, on: date) -> list[tuple[str, int, bytes]]:
    """Each lowest node at which a resident hangs: node, how many, digest."""
    return [(node, count, bytes(digest)) for node, count, digest in _asked(_NODES, tenant, on)]


def at_nodes(tenant: Tenant, on: date, nodes: Iterable[str]) -> list[Row]:
    """The residents at lowest nodes: id, 住民票コード and the items."""
    return _asked(_AT_NODES, tenant, on, nodes=list(nodes))


def by_code(tenant: Tenant, on: date, codes: Iterable[str]) -> list[Row]:
    """The residents who bear codes: the same."""
    return _asked(_BY_CODE, tenant, on, codes=list(codes))


def _asked(statement: str, tenant: Tenant, on: date, **further: Sequence[str]) -> list[tuple]:
    parameters: dict[str, Any] = {"prefecture": tenant.prefecture, "office": tenant.office, "on": on}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters | further)
        return cursor.fetchall()
