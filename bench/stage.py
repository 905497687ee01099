"""What the benchmarks stand on: a database of their own, one town's register, keys, certificates, a web server."""

import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import django

from jlis import web_server

TOWN = "131016"
PASSWORD = "a-long-bench-phrase"


@dataclass(frozen=True)
class Line:
    """One figure against another. Figures are a rate or seconds; `at_least` and `at_most` bound the ratio."""

    what: str
    own: float
    against: str
    other: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        """Own divided by other."""
        return self.own / self.other

    @property
    def target(self) -> str:
        """The bound in words."""
        return f">= {self.at_least}" if self.at_least is not None else f"<= {self.at_most}" if self.at_most else ""

    @property
    def verdict(self) -> str:
        """Whether the target is met; nothing where there is none."""
        if not self.target:
            return ""
        met = (self.at_least is None or self.ratio >= self.at_least) and (
            self.at_most is None or self.ratio <= self.at_most
        )
        return "met" if met else "MISSED"


def prepare(rows: int) -> None:
    """A fresh database with masters, keys and accounts."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/postgres", autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS jlis WITH (FORCE)")
        admin.execute("CREATE DATABASE jlis OWNER jlis_owner TEMPLATE template0")
    for command in (["migrate", "-v0"], ["load_reference", "-v0"], ["make_keys"]):
        subprocess.run([sys.executable, "manage.py", *command], check=True, stdout=subprocess.DEVNULL)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    # As in every process that serves.
    from jlis.kernel.collecting import settle

    settle()


def hire(username: str, organisation: str, duty: str) -> None:
    """An account with a duty, unless it is there; one founder asks for it, the other decides."""
    from jlis.kernel.errors import NotFound
    from jlis.kernel.people import services as people
    from jlis.kernel.people.selectors import actor_named
    from jlis.kernel.time import now

    at = now()
    try:
        asks, decides = (actor_named(name) for name in people.FOUNDERS)
    except NotFound:
        people.found_administrators(passwords=("bench-password-1", "bench-password-2"), organisation="JLIS", at=at)
        asks, decides = (actor_named(name) for name in people.FOUNDERS)
    try:
        actor_named(username)
    except NotFound:
        staff = people.open_account(
            username=username, family_name="計", given_name="測", organisation=organisation, password=PASSWORD,
            needs_second_factor=False, by=asks, at=at,
        )  # fmt: skip
        grant = people.request_duty(staff_id=staff.pk, duty=duty, by=asks, at=at)
        people.approve_duty(grant_id=grant.pk, by=decides, at=at)


def chief():
    """A supervisor of the town who may load, as if signed in."""
    from jlis.kernel.actors import Actor, ActorKind
    from jlis.kernel.isolation.scope import Scope
    from jlis.kernel.people.permissions import registered

    scope = Scope("jlis_municipal", TOWN)
    return Actor(ActorKind.STAFF, "bench", "bench", TOWN, scope, frozenset(), frozenset(registered()))


def allot(size: int) -> None:
    """Codes for the town."""
    from jlis.kernel.isolation.scope import REGISTRY, acting
    from jlis.kernel.time import now
    from juki.services import codes

    with acting(REGISTRY):
        codes.allot(office=TOWN, size=size, by=chief(), at=now())


def people_csv(rows: int, seed: int) -> bytes:
    """Made-up residents as a file."""
    from jlis.demo.population import Population, as_csv
    from jlis.kernel.isolation.scope import SYSTEM, acting
    from jlis.kernel.time import now

    with acting(SYSTEM):
        population = Population(Random(seed), (TOWN,))
    return as_csv([population.person(TOWN, now().day) for _ in range(rows)])


def fill(rows: int) -> None:
    """Residents of the town, loaded through the service, where there are fewer than so many."""
    from jlis.kernel.isolation.scope import acting
    from jlis.kernel.time import now
    from juki.models import IdentityRecord
    from juki.services import loading

    with acting(chief().scope):
        there = IdentityRecord.objects.count()
    if there < rows:
        allot(rows)
        path = Path(os.environ["JLIS_HOME"]) / "residents.csv"
        path.write_bytes(people_csv(rows, seed=2))
        loading.load_file(path=path, office=TOWN, by=chief(), at=now())
        _analyse()


def _analyse() -> None:
    """What autovacuum does within a minute of a load; a plan made before knows nothing of the rows."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True) as admin:
        admin.execute("ANALYZE")


def seconds(work: Callable[[], object]) -> float:
    """How long one run takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def in_turn(own: Callable[[], object], other: Callable[[], object], times: int = 3) -> tuple[float, float]:
    """The medians of two pieces of work, run A B A B … so that both meet the same machine."""
    pairs = [(seconds(own), seconds(other)) for _ in range(times)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def memory_taken(work: Callable[[], object]) -> float:
    """MB beyond what the process had before; Linux counts the peak."""
    before = _memory("VmRSS")
    work()
    return _memory("VmHWM") - before


def memory_of(program: str, *arguments: str) -> float:
    """The same of a process of its own, which prints it: what this one has held before hides nothing."""
    command = [sys.executable, "-m", program, *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


@contextmanager
def web(application: str, port: int) -> Iterator[str]:
    """The web server as `make run` starts it, with one worker, serving an application (`module:name`)."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_OWNER")}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], env=environment, check=True)
    log = Path(os.environ["JLIS_HOME"]) / "log" / "bench-web.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            web_server.command(port, workers=1, application=application), env=environment, stdout=file, stderr=file
        )
    try:
        wait_for(port)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Until something answers at a port of this machine: a worker, not only whoever holds the port for it."""
    started = time.monotonic()
    while time.monotonic() - started < 60:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"nobody answers at port {port}")
