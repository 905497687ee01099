"""python -m jlis.kernel.embedded up | down | status | exec -- COMMAND"""

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg

from jlis.kernel.embedded.home import Home, whose
from jlis.kernel.embedded.postgres import StartFailed
from jlis.kernel.embedded.servers import Need, Servers, borrowed
from jlis.kernel.embedded.unprivileged import CannotRun
from jlis.kernel.isolation.bootstrap import BootstrapRefused

STOPPED = 3  # what `status` answers when not both servers run, as service scripts do


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    # These unwind as a Ctrl-C does, so that what was started is stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup leaves it
            signal.signal(number, _leave)
    try:
        return int(options.act(Home.chosen(options.home), options))
    except (StartFailed, CannotRun, BootstrapRefused, psycopg.Error) as problem:
        print(problem, file=sys.stderr)
        return 1
    except PermissionError as problem:
        print(whose(problem), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def up(home: Home, options: argparse.Namespace) -> int:
    servers = Servers(home)
    everything = Need(postgres=True, valkey=True)
    with home.locked():
        servers.keep(True)
        servers.up(everything, fast=options.fast)
    print(f"PostgreSQL 127.0.0.1:{servers.postgres.port}  Valkey 127.0.0.1:{servers.valkey.port}")
    return 0


def down(home: Home, options: argparse.Namespace) -> int:
    with home.locked():
        Servers(home).down()
    return 0


def status(home: Home, options: argparse.Namespace) -> int:
    servers = Servers(home)
    found = {}
    for name, server in (("postgres", servers.postgres), ("valkey", servers.valkey)):
        process = server.process()
        found[name] = {"pid": process.pid, "port": server.port, "answers": server.answers()} if process else None
    print(json.dumps({"home": str(home.path), **found, "in_use": home.in_use()}, indent=1))
    return 0 if all(found.values()) else STOPPED


def execute(home: Home, options: argparse.Namespace) -> int:
    with borrowed(home, os.environ, fast=options.fast) as (addresses, lease):
        command = options.command[1:] if options.command[:1] == ["--"] else options.command
        try:
            child = subprocess.Popen(command, env={**os.environ, **addresses}, pass_fds=(lease,))
        except OSError as problem:
            print(problem, file=sys.stderr)
            return 127
        with _passed_on_to(child):
            code = child.wait()
    return code if code >= 0 else 128 - code


@contextmanager
def _passed_on_to(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass SIGTERM and SIGINT on; the terminal's Ctrl-C has reached the child already, as it is in our group."""

    def pass_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _in_foreground():
            return
        child.send_signal(number)

    former = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m jlis.kernel.embedded",
        description="組込みの PostgreSQL と Valkey を操作します。 / The embedded PostgreSQL and Valkey.",
    )
    verbs = parser.add_subparsers(required=True, metavar="up | down | status | exec")
    for name, act, text in (
        ("up", up, "起動し、停止されるまで動かし続けます。 / Start both, until `down`."),
        ("down", down, "停止します。 / Stop both."),
        ("status", status, "状態を表示します。 / Show what runs."),
        ("exec", execute, "起動し、命令を実行し、停止します。 / Start both, run a command with their addresses, stop."),
    ):
        verb = verbs.add_parser(name, description=text, help=text)
        verb.set_defaults(act=act)
        verb.add_argument("--home", help="状態を置くフォルダー（既定 JLIS_HOME または var/） / the folder of the state")
        if act in (up, execute):
            verb.add_argument("--fast", action="store_true", help="試験用、耐久性なし / for tests: not durable")
        if act is execute:
            verb.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND …")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
