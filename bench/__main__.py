"""python -m bench [NAME …]: makes its own servers and database, runs the benchmarks, prints a table."""

import argparse
import os
import subprocess
import sys
from typing import Any

HOME = "var/bench"
_INSIDE = "JLIS_BENCH_INSIDE"


def main() -> int:
    """Start the servers around ourselves, then run; a missed target is printed and is not a failure."""
    options = _options()
    if _INSIDE not in os.environ:
        command = [
            sys.executable,
            "-m",
            "jlis.kernel.embedded",
            "exec",
            "--home",
            HOME,
            "--",
            sys.executable,
            "-m",
            "bench",
        ]
        return subprocess.run([*command, *sys.argv[1:]], env=os.environ | {_INSIDE: "1"}, check=False).returncode
    from bench import stage

    stage.prepare(options.rows)
    from bench import (
        bulk_query,
        consistency,
        counter,
        express,
        extract,
        following,
        ingest,
        issuing,
        lists,
        load,
        notices,
        ocsp,
        paper,
        query,
        replacing,
    )

    chosen = {
        "load": load, "ingest": ingest, "extract": extract, "query": query, "bulk_query": bulk_query,
        "consistency": consistency, "counter": counter, "ocsp": ocsp, "issuing": issuing,
        "lists": lists, "replacing": replacing, "following": following,
        "paper": paper, "express": express, "notices": notices,
    }  # fmt: skip
    print(f"{'what':34} {'own':>12} {'against':>34} {'other':>12} {'ratio':>7}  target", flush=True)
    for name in options.names or chosen:
        for line in chosen[name].measure(options.rows):
            _show(line)
    return 0


def _show(line: Any) -> None:
    print(
        f"{line.what:34} {line.own:>12,.1f} {line.against:>34} {line.other:>12,.1f} {line.ratio:>7.2f}  "
        f"{line.target} {line.verdict}",
        flush=True,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="load, extract, query, ocsp, …; all of them when none is named")
    parser.add_argument("--rows", type=int, default=60_000, help="rows of the load and of the extract")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
