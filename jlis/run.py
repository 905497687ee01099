"""`make run`: the whole house from nothing, kept running until Ctrl-C.

Servers, roles, migrations, reference data, the demonstration, then web, worker and beat. Nothing is
asked. A second start finds everything there and is ready in seconds; a start after a kill -9 ends what
was left over first. With DATABASE_URL, DATABASE_OWNER_URL and REDIS_URL given, only their clients run.
"""

import argparse
import json
import os
import signal
import sys
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType

import psycopg

from jlis import web_server
from jlis.kernel.embedded import processes
from jlis.kernel.embedded.home import PROJECT, Home, whose
from jlis.kernel.embedded.postgres import StartFailed
from jlis.kernel.embedded.servers import Need, Servers, borrowed
from jlis.kernel.embedded.supervision import Child, StepFailed, Supervisor
from jlis.kernel.embedded.unprivileged import CannotRun
from jlis.kernel.isolation.bootstrap import BootstrapRefused

QUEUES = "counter,kiosk,batch,kernel"
READY_WITHIN = 180.0  # seconds
# Only the commands that change the schema or make roles see these; web, worker and beat do not.
MIGHTY = ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL_FILE", "DATABASE_OWNER_URL_FILE")


class CannotServe(Exception):
    """The address is taken, or the house does not come up on it."""


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    os.umask(0o077)  # what the house writes is about persons
    # A shell starts its background jobs with SIGINT ignored; whoever then sends one means it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, _leave)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it
        signal.signal(signal.SIGHUP, _leave)
    home = Home.chosen()
    try:
        port = _port(os.environ)
        with home.locked("supervisor", wait=False):
            return _serve(home, port, options)
    except BlockingIOError:
        address = home.remembered("supervisor").get("address", home.path)
        say(f"すでに起動しています: {address} / already running")
        return 1
    except (CannotServe, StepFailed, StartFailed, CannotRun, BootstrapRefused, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    except PermissionError as problem:
        print(whose(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _serve(home: Home, port: int, options: argparse.Namespace) -> int:
    address = f"http://127.0.0.1:{port}/"
    home.remember("supervisor", {"address": address})
    supervisor = Supervisor(home, PROJECT, say)
    if supervisor.end_leftovers():
        say("前回の残りを停止しました。 / stopped what a killed start had left")
    if not processes.port_is_free(port):
        raise CannotServe(
            f"ポート {port} は使用中です。PORT=8001 make run のように別の番号を指定してください。\n"
            f"Port {port} is taken: name another, as in PORT=8001 make run."
        )
    say("PostgreSQL と Valkey を用意しています … / servers")
    with borrowed(home, os.environ) as (addresses, _):
        environ = {**os.environ, **addresses, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
        try:
            _prepare(supervisor, environ, options)
            _start_children(supervisor, environ, port)
            _wait_until_ready(supervisor, address)
            say(f"\nready: {address}")
            _show_accounts(home)
            say("Ctrl-C で停止します。 / Ctrl-C stops it.")
            _keep(supervisor, home)
        except KeyboardInterrupt:
            say("停止しています … / stopping")
        finally:
            # A second Ctrl-C in the middle would leave processes behind.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.end()
    say("停止しました。 / stopped")
    return 0


def _prepare(supervisor: Supervisor, environ: Mapping[str, str], options: argparse.Namespace) -> None:
    def begin(*arguments: str) -> Child:
        return supervisor.begin(f"manage.py {arguments[0]}", [sys.executable, "manage.py", *arguments], environ)

    def manage(title: str, *arguments: str) -> None:
        say(f"{title} …")
        supervisor.finish(begin(*arguments))

    # Needs no database and takes its time, so it runs beside the rest.
    static_files = begin("collectstatic", "--verbosity=0", "--no-input")
    manage("表を用意しています / tables", "migrate", "--verbosity=0", "--no-input")
    manage("基準データを用意しています / reference data", "load_reference")
    manage("鍵を用意しています / keys", "make_keys")
    amount = (f"--residents={options.residents}", f"--seed={options.seed}")
    manage("実演用データを用意しています（初回は約 2 分） / demonstration", "demo", "--if-empty", *amount)
    supervisor.finish(static_files)


def _start_children(supervisor: Supervisor, environ: Mapping[str, str], port: int) -> None:
    modest = {name: value for name, value in environ.items() if name not in MIGHTY}
    celery = [sys.executable, "-m", "celery", "-A", "jlis.celery"]
    worker = [*celery, "worker", "-Q", QUEUES, "--concurrency=2", "--without-gossip", "--without-mingle"]
    # Beat remembers nothing between starts: every run takes its own row for (task, date) first.
    schedule = supervisor.home.path / "run" / "beat"
    beat = [*celery, "beat", f"--schedule={schedule}", "--pidfile="]
    for name, command in (("web", web_server.command(port, workers=2)), ("worker", worker), ("beat", beat)):
        supervisor.add(Child(name, command, modest))
    # The demonstration's town without a copy in the cloud answers for itself.
    for register in sorted((supervisor.home.path / "demo" / "town").glob("*.sqlite")):
        command = ["manage.py", "town_server", "--office", register.stem, "--tell"]
        command += ["--check-daily", f"http://127.0.0.1:{port}/"]
        supervisor.add(Child(f"town-{register.stem}", [sys.executable, *command], modest))


def _wait_until_ready(supervisor: Supervisor, address: str) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}readyz", timeout=5) as answer:  # noqa: S310, our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            supervisor.look_after()
        time.sleep(0.2)
    raise CannotServe(
        f"起動しませんでした。{supervisor.home.path / 'log'} をご覧ください。 / It did not become ready.\n"
        f"{supervisor.home.log_tail('web')}"
    )


def _keep(supervisor: Supervisor, home: Home) -> None:
    """Look after the children and the servers until a signal ends it."""
    servers = Servers(home)
    need = Need.of(os.environ)
    next_look = 0.0
    while True:
        supervisor.look_after()
        if time.monotonic() >= next_look:
            _look_after_servers(servers, need, home)
            next_look = time.monotonic() + 2.0
        time.sleep(0.2)


def _look_after_servers(servers: Servers, need: Need, home: Home) -> None:
    fallen = [
        name
        for name, needed, server in (
            ("PostgreSQL", need.postgres, servers.postgres),
            ("Valkey", need.valkey, servers.valkey),
        )
        if needed and server.process() is None
    ]
    if not fallen:
        return
    say(f"{', '.join(fallen)} が終了しました。再起動します。 / {', '.join(fallen)} ended; starting it again.")
    try:
        with home.locked():
            servers.up(need)
    except (StartFailed, psycopg.Error) as problem:
        say(f"{problem}")  # and tried again at the next look


def _show_accounts(home: Home) -> None:
    try:
        found = json.loads((home.path / "demo" / "credentials.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    columns = ("username", "password", "duty", "organisation")
    rows: list[tuple[str, ...]] = [("利用者 / user", "パスワード / password", "職務 / duty", "組織 / organisation")]
    rows += [tuple(str(person.get(column, "")) for column in columns) for person in found.get("staff", [])]
    widths = [max(_width(row[place]) for row in rows) for place in range(len(columns))]
    say("\n実演用の利用者 / the demonstration's accounts")
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        say("  " + "  ".join(cells).rstrip())
    say("")


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _port(environ: Mapping[str, str]) -> int:
    given = environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise CannotServe(
            f"PORT={given} は 1 から 65535 までの番号ではありません。 / PORT={given} is not a port number."
        )
    return int(given)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m jlis.run",
        description="すべてを用意して起動し、Ctrl-C まで動かします。 / Prepare and run everything until Ctrl-C.",
    )
    parser.add_argument(
        "--residents", type=int, default=20_000, help="実演用の住民の数（初回のみ） / residents of the demonstration"
    )
    parser.add_argument("--seed", type=int, default=1, help="同じ数なら同じデータ / the same seed, the same data")
    return parser.parse_args(arguments)


def _leave(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def say(text: str) -> None:
    """One line to whoever started the house, if the terminal is still there."""
    with suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
