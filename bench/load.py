"""First load: validation, keys, numbers, versions, audit and event, against raw COPY of the same columns."""

import os
import tempfile
from pathlib import Path

import psycopg

from bench.stage import TOWN, Line, allot, chief, in_turn, people_csv


def measure(rows: int) -> list[Line]:
    """Rows a second of `load_file` and of COPY into a bare table with the same indexes."""
    from jlis.kernel.time import now
    from juki.services import loading

    folder = Path(tempfile.mkdtemp(dir=os.environ["JLIS_HOME"]))
    path = folder / "residents.csv"
    allot(rows * 4)
    path.write_bytes(people_csv(rows, seed=1))

    def own() -> None:
        loaded = loading.load_file(path=path, office=TOWN, by=chief(), at=now())
        assert loaded.rows == rows, loaded.rejects[:1]

    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        own()
        columns = [row[0] for row in admin.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'juki_identityrecord'"
            " AND column_name <> 'id' ORDER BY ordinal_position")]  # fmt: skip
        names = ", ".join(columns)
        with admin.cursor().copy(
            f"COPY (SELECT {names} FROM juki_identityrecord ORDER BY id LIMIT {rows}) TO STDOUT"
        ) as copy:
            text = b"".join(bytes(block) for block in copy)
        admin.execute("CREATE UNLOGGED TABLE bench_bare (LIKE juki_identityrecord INCLUDING ALL)")
        admin.execute("ALTER TABLE bench_bare SET LOGGED")

        def bare() -> None:
            admin.execute("TRUNCATE bench_bare")
            with admin.cursor().copy(f"COPY bench_bare ({names}) FROM STDIN") as copy:
                copy.write(text)

        took, bare_took = in_turn(own, bare)
        admin.execute("DROP TABLE bench_bare")
    return [Line("first load, rows/s", rows / took, "COPY, same columns and indexes", rows / bare_took, at_least=0.4)]
