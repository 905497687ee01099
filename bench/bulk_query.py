"""A bulk query, from the file to the file, against its own join in bare SQL over rows made ready beforehand (J4).

Run as a program (over a register that is there already), it prints by how many MB a process grows that answers one.
"""

import os
from pathlib import Path
from shutil import copyfile
from uuid import uuid4

import psycopg

from bench.stage import TOWN, Line, chief, fill, in_turn, memory_of, memory_taken

_FILE = "bulk-query.csv"


def measure(rows: int) -> list[Line]:
    """Seconds of the whole path and of the join alone; the memory of a process that does it."""
    fill(rows)
    asked = _write_file()
    own, bare = in_turn(_answer, _bare)
    return [
        Line(f"bulk query of {asked:,}, s", own, "bare SQL, COPY and the same join", bare),
        Line("bulk query, rows/s", asked / own, "a bulk night's 1,400/s", 1_400, at_least=1),
        Line("bulk query, memory taken, MB", memory_of("bench.bulk_query"), "limit", 64, at_most=1),
    ]


def _path() -> Path:
    return Path(os.environ["JLIS_HOME"]) / _FILE


def _write_file() -> int:
    """Everybody once: every other person by code, the rest by furigana, birth date and sex."""
    from jlis.kernel.isolation.scope import acting
    from juki.selectors import residents

    with acting(chief().scope):
        people = list(residents.latest_versions().values_list("resident_code", "name_kana", "birth_date", "sex"))
    with _path().open("w", encoding="utf-8") as file:
        file.write("key,resident_code,name_kana,birth_date,sex\n")
        for number, (code, kana, birth, sex) in enumerate(people):
            file.write(f"{number},{code},,,\n" if number % 2 else f"{number},,{kana},{birth},{sex}\n")
    return len(people)


def _answer() -> None:
    from jlis.kernel.isolation.scope import SYSTEM, acting
    from jlis.kernel.jobs import asked_files, running
    from jlis.kernel.jobs.models import Job, JobState
    from jlis.kernel.time import now

    request = {"purpose": "JUKI-COUNTER", "fields": ["name", "address"], "encoding": "UTF-8"}
    job = Job(
        id=uuid4(), kind="juki.bulk_query", state=JobState.QUEUED, requested_by="bench", requested_by_kind="STAFF",
        requested_by_label="bench", organisation=TOWN, role="jlis_municipal", purpose="JUKI-COUNTER",
        parameters={"request": request, "number_allowed": True}, created_at=now().instant,
    )  # fmt: skip
    with acting(SYSTEM):
        job.save(force_insert=True)
    copyfile(_path(), asked_files.path_of(job.pk))
    ended = running.run_job(job.pk)
    assert ended == "SUCCEEDED", ended


def _bare() -> None:
    """The rows as the service stages them, the join, the lines out; no policy, no check, no audit, no file."""
    from jlis.kernel.time import now
    from juki.domain.bulk_queries import Way
    from juki.services import bulk_queries
    from juki.sql import bulk_query as statements

    ready = Path(os.environ["JLIS_HOME"]) / "bulk-query.copy"
    if not ready.exists():
        from jlis.kernel import csv_rows

        with _path().open("rb") as file, ready.open("w", encoding="utf-8") as out:
            for batch in csv_rows.batches(file, bulk_queries._FILE, []):
                for line, key, fault, asked, index in bulk_queries._lines(batch, True):
                    cells = (str(line), key, fault, *bulk_queries._cells(asked, index))
                    out.write("\t".join(bulk_queries._escaped(cell) for cell in cells) + "\n")
    address = os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis"
    with psycopg.connect(address) as admin, admin.cursor() as cursor:
        cursor.execute(statements.STAGING)
        with cursor.copy(statements.COPY_IN) as copy, ready.open("rb") as file:
            while piece := file.read(1 << 20):
                copy.write(piece)
        cursor.execute("ANALYZE asked")
        for way in (Way.CODE, Way.KANA):
            cursor.execute(statements.FOUND[way], {"present_on": now().day})
        cursor.execute("ANALYZE found")
        cursor.execute(statements.ANSWERED)
        items = statements.items(["name", "address"], marker="", by_law=False)
        with cursor.copy(statements.ANSWERS.format(items=items)) as copy:
            for _ in copy:
                pass


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    print(memory_taken(_answer))
