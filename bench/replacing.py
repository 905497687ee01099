"""一斉再発行 of a generation's certificates, its worker killed in the middle and the job taken up again (P1, P2).

Run as a program with a job's id, it is the worker.
"""

import os
import subprocess
import sys
import time
from uuid import UUID

import psycopg

from bench import authority
from bench.stage import TOWN, Line, chief, fill

_FIRST_GENERATION_ISSUES_AT_ONCE = 10_000
# With fewer the work would be over before it can be killed.
_FEWEST = 30_000
_SECOND = """\
ceremony = "root"
authority = "auth"
generation = 2
public_base = "http://127.0.0.1:18092"
holders = ["bench-1", "bench-2"]
"""


def measure(rows: int) -> list[Line]:
    """Certificates a second, with revocation, audit and events, until the kill and after it."""
    rows = max(rows, _FEWEST)
    fill(rows)
    former = authority.generation("auth")
    _issue(rows)
    authority.next_generation(_SECOND)
    job = _approved(former.pk)
    worker = _worker(job)
    started = time.monotonic()
    at_kill = _wait_for(job, rows * 4 // 10)
    until_kill = time.monotonic() - started
    worker.kill()
    worker.wait()
    _end_lease(job)
    left_before = _in_force(former.pk)
    started = time.monotonic()
    assert _worker(job).wait() == 0
    after_kill = time.monotonic() - started
    assert _in_force(former.pk) == 0
    assert _held() == rows, "everybody holds one"
    return [
        Line("replaced until the kill, /s", at_kill / until_kill, "the nation in 7 days, 325/s", 325, at_least=1),
        Line("replaced after it, /s", left_before / after_kill, "the nation in 7 days, 325/s", 325, at_least=1),
        Line("left by the kill", left_before, "certificates", rows),
    ]


def _issue(number: int) -> None:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import now
    from jpki.domain.kinds import Kind
    from jpki.services import issuing
    from jpki.services.issuing import Order
    from juki.models import IdentityRecord

    with acting(chief().scope):
        everybody = IdentityRecord.objects.filter(office=TOWN, state="CURRENT", valid_to__isnull=True)
        people = list(everybody.order_by("resident").values_list("resident", flat=True)[:number])
    keys = authority.card_keys(20)
    orders = [Order(who, Kind.AUTH_CARD, keys[place % len(keys)]) for place, who in enumerate(people)]
    for start in range(0, len(orders), _FIRST_GENERATION_ISSUES_AT_ONCE):
        some = orders[start : start + _FIRST_GENERATION_ISSUES_AT_ONCE]
        issued = issuing.issue_many(orders=some, by=chief(), at=now(), purpose="JUKI-CARD")
        assert not issued.refusals, issued.refusals[0]


def _approved(generation: int) -> UUID:
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.jobs import services as jobs
    from jlis.kernel.people.selectors import actor_named
    from jlis.kernel.time import now
    from jpki.services import replacing

    first, second = actor_named("bench-1"), actor_named("bench-2")
    with acting(first.scope):
        job = replacing.request(generation=generation, reason="計測", by=first, at=now())
    with acting(second.scope):
        jobs.decide(job_id=job.pk, approve=True, reason="", by=second, at=now())
    return job.pk


def _worker(job: UUID) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", "bench.replacing", str(job)])


def _wait_for(job: UUID, done: int) -> int:
    """How many were done when so many were."""
    with _admin() as admin:
        while True:
            (count,) = admin.execute("SELECT done FROM kernel_job WHERE id = %s", [job]).fetchone()
            if count >= done:
                return count
            time.sleep(0.2)


def _end_lease(job: UUID) -> None:
    """A minute passes: the lease of a worker that is gone ends by itself."""
    with _admin() as admin:
        admin.execute("UPDATE kernel_job SET lease_until = now() - interval '1 second' WHERE id = %s", [job])


def _in_force(generation: int) -> int:
    return _one("SELECT count(*) FROM jpki_certificatestatus WHERE generation_id = %s AND state = 'VALID'", generation)


def _held() -> int:
    return _one(
        "SELECT count(*) FROM jpki_holding h JOIN jpki_certificatestatus s ON s.id = h.status_id"
        " WHERE h.kind = 'AUTH_CARD' AND s.state = 'VALID'"
    )


def _one(statement: str, *parameters: object) -> int:
    with _admin() as admin:
        return admin.execute(statement, parameters).fetchone()[0]


def _admin() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    from jlis.kernel.jobs import running

    sys.exit(0 if running.run_job(UUID(sys.argv[1])) == "SUCCEEDED" else 1)
