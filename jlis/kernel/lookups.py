"""`among`: one of many values, sent as one array.

`in` sends a parameter for each value, which for the thousand of a call takes Django and the driver longer than the
search itself (bench/ingest.py).
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Lookup
from django.db.models.sql.compiler import SQLCompiler

from jlis.kernel.arrays import array


@Field.register_lookup
class Among(Lookup):
    """`resident__among=[…]`: the values are of the field's own type as Python writes it, none of them None."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        # Without its length: a cast to varchar(11) would cut a longer value, and find another.
        kind = self.lhs.output_field.rel_db_type(connection).split("(")[0]
        return f"{column} = ANY(%s::{kind}[])", (*parameters, array(sorted(set(self.rhs))))
