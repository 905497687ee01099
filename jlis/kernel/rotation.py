"""Changing the data key: a new one is made, and what older ones sealed is sealed anew under it.

Rooms register their sealed columns; the kernel knows none. Each batch is a transaction with its audit entry, so a
killed run is resumed where it was: what bears the newest key is passed over.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from django.db import connection
from django.db.models import BinaryField, F, Func, Model, QuerySet
from psycopg import sql

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import SYSTEM, Scope, acting
from jlis.kernel.time import Moment
from jlis.kernel.vault import sealing

BATCH = 5_000
_REWRITE = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SealedColumn:
    """Where sealed values stand: table and column, the column they are bound to, and who may rewrite them."""

    model: type[Model]
    column: str
    bound_to: str
    binding: Callable[[Any], bytes]
    scope: Scope

    @property
    def name(self) -> str:
        """The column as reports name it, e.g. `juki.individualnumber.sealed`."""
        return f"{self.model._meta.label_lower}.{self.column}"

    def sealed_before(self, key: int) -> QuerySet[Model]:
        """The rows whose value an older key sealed; the number stands in the first two octets."""
        number = Func(F(self.column), 1, 2, function="SUBSTRING", output_field=BinaryField())
        return self.model._default_manager.annotate(key=number).filter(key__lt=key.to_bytes(2, "big")).order_by("pk")


@dataclass
class Rotated:
    """The key that seals now, how many values were sealed anew under it, and the rows that did not open."""

    key: int
    values: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


_columns: dict[str, SealedColumn] = {}


def register(column: SealedColumn) -> None:
    """Make a sealed column known."""
    _columns[column.name] = column


def columns() -> Iterator[SealedColumn]:
    """Every sealed column."""
    yield from _columns.values()


def rotate(
    *, by: Actor, at: Moment, resume: bool = False, on_progress: Progress = lambda name, done, total: None
) -> Rotated:
    """Make a new data key (`resume`: keep the present one) and seal under it whatever an older one sealed.

    A row whose value was altered is left as it is and named in `faults`.
    """
    by.must("kernel.rotate_keys")
    sealing.forget_keys()
    if not resume:
        with acting(SYSTEM):
            made = sealing.make_data_key(at=at.instant)
            audit.record(action="vault.key_made", by=by, detail={"key": made.pk})
    rotated = Rotated(sealing.active_key_number())
    for column in columns():
        _seal_anew(column, rotated, by, on_progress)
    return rotated


def _seal_anew(column: SealedColumn, rotated: Rotated, by: Actor, on_progress: Progress) -> None:
    with acting(column.scope):
        total = column.sealed_before(rotated.key).count()
    after, done = None, 0
    while True:
        with acting(column.scope):
            rows = _next_rows(column, rotated.key, after)
            fresh = _sealed(column, rows, rotated.faults)
            if fresh:
                _write(column, fresh)
                detail = {"column": column.name, "key": rotated.key, "count": len(fresh)}
                audit.record(action="vault.resealed", by=by, detail=detail)
        done += len(fresh)
        rotated.values[column.name] = done
        if not rows:
            return
        after = rows[-1][0]
        on_progress(column.name, done, total)


def _next_rows(column: SealedColumn, key: int, after: Any) -> list[tuple[Any, bytes, bytes]]:
    """Primary key, binding and value of the next rows, held until the batch is written."""
    rows = column.sealed_before(key).select_for_update()
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = rows.values_list("pk", column.bound_to, column.column)[:BATCH]
    return [(pk, column.binding(bound), bytes(value)) for pk, bound, value in found]


def _sealed(column: SealedColumn, rows: list[tuple[Any, bytes, bytes]], faults: list[str]) -> dict[Any, bytes]:
    opened: dict[Any, tuple[bytes, bytes]] = {}
    for pk, binding, value in rows:
        try:
            opened[pk] = binding, sealing.open_many([value], [binding])[0]
        except InvalidTag:
            faults.append(f"{column.name} {pk}")
    bindings, values = [pair[0] for pair in opened.values()], [pair[1] for pair in opened.values()]
    return dict(zip(opened, sealing.seal_many(values, bindings), strict=True))


def _write(column: SealedColumn, fresh: dict[Any, bytes]) -> None:
    statement = _REWRITE.format(
        table=sql.Identifier(column.model._meta.db_table),
        column=sql.Identifier(column.column),
        key=sql.Identifier(column.model._meta.pk.attname),
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement, [(value, pk) for pk, value in fresh.items()])
