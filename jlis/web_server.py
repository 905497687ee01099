"""The web server over a WSGI application: granian, as `make run`, the image, the tests and the benchmarks start it.

    python -m jlis.web_server --port 8000 --workers 2

One process looks after the workers, starts a fallen one again, and on SIGTERM or Ctrl-C lets each finish what it is
answering. It keeps no access log: each request has its line from `jlis.kernel.faces.middleware`, without addresses.
"""

import argparse
import os
import sys
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

# Of the request line and headers together; hyper takes no more than a hundred headers.
LARGEST_HEAD = 64 * 1024  # octets
HEAD_WITHIN = 10_000  # milliseconds, for a connection that says nothing and between two requests too
GRACE = 15  # seconds to finish an answer after SIGTERM
IDLE_THREAD = 600  # seconds; a thread takes its connection to the database and its plans with it
# The server's own lines go the way of all others: once Django is up, as JSON without the texts of errors.
_LOGS: dict[str, Any] = {
    "formatters": {"plain": {"format": "[%(levelname)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"_granian": {"propagate": True}},
}


def command(port: int, *, workers: int, application: str = "jlis.wsgi:application") -> list[str]:
    """The command that starts it on this machine alone."""
    return [sys.executable, "-m", "jlis.web_server", f"--port={port}", f"--workers={workers}", application]


def main() -> None:
    """Serve until a signal."""
    options = _options()
    os.environ["JLIS_SERVES_WEB"] = "true"  # for the workers, which are copies of this process
    Granian(
        options.application,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_WITHIN, max_buffer_size=LARGEST_HEAD),
        websockets=False,
        workers=options.workers,
        blocking_threads=options.threads,
        blocking_threads_idle_timeout=IDLE_THREAD,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_dictconfig=_LOGS,
    ).serve()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m jlis.web_server", description=__doc__)
    parser.add_argument("application", nargs="?", default="jlis.wsgi:application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=4, help="answers at once in each worker")
    return parser.parse_args()


if __name__ == "__main__":
    main()
