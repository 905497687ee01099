"""A bulk query asked and answered within a test's own transaction, on any day."""

import csv
from pathlib import Path
from types import SimpleNamespace

from django.db import transaction

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.services import bulk_queries
from tests.outputs.drivers import StageRun


def bulk(heading: str, *rows: str, by: Actor, at: Moment, folder: Path, purpose: str, fields: list[str]):
    """The answer's lines without the number of the row: key, result, fault, the items."""
    asked = folder / f"{at.day}.csv"
    asked.write_text("\r\n".join([heading, *rows]), encoding="utf-8")
    document = {"purpose": purpose, "fields": fields, "encoding": "UTF-8"}
    with acting(by.scope):
        job = bulk_queries.request(path=asked, document=document, by=by, at=at)
    run = StageRun(SimpleNamespace(folder=folder), job, by, asked)  # type: ignore[arg-type]
    with transaction.atomic():
        bulk_queries.answer(run)  # type: ignore[arg-type]
        # The file stays; its temporary tables would stand in the next call's way.
        transaction.set_rollback(True)
    lines = csv.reader((run.folder() / "result.csv").read_text(encoding="utf-8-sig").splitlines())
    return [line[1:] for line in lines][1:]
