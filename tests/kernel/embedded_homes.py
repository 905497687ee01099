"""A home with its own servers, for the tests of the servers themselves."""

import os
import subprocess
import sys
from pathlib import Path

from jlis.kernel.embedded.home import PROJECT, Home
from jlis.kernel.embedded.servers import Servers

OURS = ("DATABASE_", "REDIS_", "JLIS_", "SECRET_KEY", "DJANGO_", "PYTEST_", "PORT")


def plain_environ(**further: str) -> dict[str, str]:
    """The environment as on a bare machine: what this test run itself works with is taken out."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | further


def command(home: Path, verb: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "jlis.kernel.embedded", verb, "--home", str(home), *arguments]


def embedded(home: Path, verb: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m jlis.kernel.embedded` on a home."""
    return subprocess.run(
        command(home, verb, *arguments), cwd=PROJECT, env=plain_environ(**environ), capture_output=True, text=True
    )


def take_down(home: Path) -> None:
    """Leave no server behind, whatever the test did."""
    opened = Home.chosen(str(home))
    with opened.locked():
        Servers(opened).down()
