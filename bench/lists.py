"""Revocation lists of a nation: a million revoked in 1,900 towns, every list anew; one list of a million (P3).

Run as a program (over lists that are there already), it prints by how many MB a process grows that makes every list.
"""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg

from bench import authority
from bench.stage import Line, in_turn, memory_taken, seconds

_REVOKED, _TOWNS = 1_000_000, 1_900
_COLUMNS = (
    "generation_id", "serial", "kind", "partition_id", "state", "cause", "reason", "not_before", "not_after",
    "prepared_at", "issued_at", "revoked_at", "signature", "crl_entry", "version",
)  # fmt: skip


def measure(rows: int) -> list[Line]:
    """Seconds of all lists, and of the full one against what openssl takes to verify it; memory."""
    generation = authority.generation("auth")
    _revoke(generation.pk)
    took = seconds(_publish_all)
    path = Path(os.environ["JLIS_HOME"]) / "full.crl"
    _write_full(generation.pk, path)
    certificate = path.with_name("ca.pem")
    _write_authority(generation, certificate)
    full, verified = in_turn(_publish_full, lambda: _verify(path, certificate))
    grown = subprocess.run([sys.executable, "-m", "bench.lists"], check=True, capture_output=True, text=True).stdout
    size = path.stat().st_size / 2**20
    return [
        Line("1 M revoked, 1,900 lists + 1, s", took, "limit", 60, at_most=1),
        Line("full list of 1 M, s", full, "openssl crl, verifying it", verified, at_most=1),
        Line("full list, memory taken, MB", float(grown), "the list itself", size, at_most=1.5),
    ]


def _revoke(generation: int) -> None:
    """A million revoked certificates, laid where the services would have laid them."""
    from jpki.engine import crl
    from jpki.engine.crl import Reason

    at = datetime.now(UTC).replace(microsecond=0)
    with _admin() as admin:
        if admin.execute("SELECT count(*) FROM jpki_certificatestatus").fetchone()[0] >= _REVOKED:
            return
        points = [
            admin.execute(
                "INSERT INTO jpki_crlpartition (authority, code, prefecture_name, municipality_name)"
                " VALUES ('auth', %s, %s, %s) RETURNING id",
                (f"9{town:05}", f"Bench-{town % 47}-ken", f"Bench-{town}-shi"),
            ).fetchone()[0]
            for town in range(_TOWNS)
        ]
        with admin.cursor().copy(f"COPY jpki_certificatestatus ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for number in range(_REVOKED):
                serial = 10_000_000 + number
                entry = crl.entry(serial, at - timedelta(minutes=number % 100_000), Reason.CESSATION_OF_OPERATION)
                copy.write_row(
                    (
                        generation, serial, "auth-card", points[number % _TOWNS], "REVOKED", "REMOVAL", 5,
                        at - timedelta(days=400), at + timedelta(days=900), at - timedelta(days=400),
                        at - timedelta(days=400), at, b"x" * 256, entry, 3,
                    )
                )  # fmt: skip
        admin.execute("ANALYZE jpki_certificatestatus")


def _publish_all() -> None:
    from jlis.kernel.time import now
    from jpki.services import publications

    done = publications.publish_all(by=authority.officer(), at=now(), authority="auth")
    assert not done.refused, done.refused
    assert done.lists > _TOWNS


def _publish_full() -> None:
    from jlis.kernel.time import now
    from jpki.services import publications

    done = publications.publish_full(by=authority.officer(), at=now(), authority="auth")
    assert done.entries >= _REVOKED, done


def _write_full(generation: int, path: Path) -> None:
    from jlis.kernel.isolation.scope import PUBLIC, acting
    from jpki.sql import lists

    with acting(PUBLIC):
        newest = lists.current(generation, None)
        with path.open("wb") as file:
            file.writelines(lists.octets(newest.series, newest.number, newest.frame))


def _write_authority(generation, path: Path) -> None:
    der = path.with_suffix(".der")
    der.write_bytes(bytes(generation.certificate))
    subprocess.run(["openssl", "x509", "-inform", "DER", "-in", der, "-out", path], check=True)


def _verify(path: Path, certificate: Path) -> None:
    command = ["openssl", "crl", "-inform", "DER", "-in", path, "-noout", "-CAfile", certificate]
    shown = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "verify OK" in shown.stderr, shown.stderr


def _admin() -> psycopg.Connection:
    return psycopg.connect(os.environ["DATABASE_ADMIN_URL"].rsplit("/", 1)[0] + "/jlis", autocommit=True)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
    django.setup()
    print(memory_taken(_publish_full))
