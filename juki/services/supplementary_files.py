"""附票本人確認情報の通知 by a file: CSV with a heading, up to 1,000 rows, whole or not at all."""

from typing import BinaryIO

from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.csv_rows import Columns, Reject
from jlis.kernel.errors import FieldError, Invalid
from jlis.kernel.time import Moment
from juki.domain.supplementary import ITEMS, LABELS
from juki.services import supplementary
from juki.services.supplementary import Taken

_FILE = Columns(
    names=("key", "reason", "changed_on", "resident_code", "municipality", *ITEMS),
    required=("key", "reason", "changed_on", "resident_code"),
    labels=LABELS,
)


def receive_file(*, file: BinaryIO, by: Actor, at: Moment) -> list[Taken]:
    """Take the rows of a file. Raises what `supplementary.receive` raises; rows are counted without the heading."""
    by.must("juki.notify_supplementary")
    rejects: list[Reject] = []
    rows = [row for batch in csv_rows.batches(file, _FILE, rejects) for _, row in batch]
    if rejects:
        raise Invalid.of([FieldError(reject.column, "broken_row", reject.reason, reject.line) for reject in rejects])
    notices = [{name: value for name, value in row.items() if value} for row in rows]
    return supplementary.receive(notices=notices, by=by, at=at, channel="FILE")
