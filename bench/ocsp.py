"""OCSP over the web server: ready answers and signed ones, against `openssl ocsp` and a bare WSGI answer.

One worker of ours stands against one process of theirs; `openssl ocsp` closes after each answer, so against it each
request has a connection of its own on both sides. Our responders sign with P-256; theirs is shown with that and with
RSA-2048.
"""

import os
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from bench import authority, http
from bench.django_ca import DjangoCa
from bench.stage import TOWN, Line, chief, fill, web

REQUESTS = 2000
_HEADERS = {"Content-Type": "application/ocsp-request"}
# As many as an answer of ours has, checked against one below.
OCTETS = b"x" * 1233


def bare(environ, start_response):
    """The bare WSGI answer: as many octets as our OCSP answer has."""
    start_response("200 OK", [("Content-Type", "application/ocsp-response"), ("Content-Length", str(len(OCTETS)))])
    return [OCTETS]


def measure(rows: int) -> list[Line]:
    """Answers a second, in turn."""
    folder = Path(os.environ["JLIS_HOME"]) / "ocsp"
    fill(100)
    issuer, certificate = _certificate()
    plain = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA1())
    ready = plain.build().public_bytes(serialization.Encoding.DER)
    nonced = plain.add_extension(x509.OCSPNonce(os.urandom(16)), critical=False).build()
    signed = nonced.public_bytes(serialization.Encoding.DER)
    figures: dict[str, list[float]] = defaultdict(list)

    def answer_of(address: str) -> bytes:
        asked = urllib.request.Request(f"http://{address}/pki/auth/ocsp", ready, _HEADERS)
        with urllib.request.urlopen(asked) as answered:
            return answered.read()

    def ask(name: str, address: str, path: str, body: bytes, kept: bool = False) -> None:
        figures[name].append(http.rate(address, path, body, _HEADERS, requests=REQUESTS, kept=kept))

    with (
        web("jlis.wsgi:application", 18092) as ours,
        web("bench.ocsp:bare", 18093) as plain_wsgi,
        web("bench.static:application", 18096) as static,
        _OpenSsl(folder / "rsa", "rsa:2048", certificate, 18094) as with_rsa,
        _OpenSsl(folder / "ec", "ec", certificate, 18095) as with_p256,
        ExitStack() as peers,
    ):
        assert abs(len(answer_of(ours)) - len(OCTETS)) < 50, len(answer_of(ours))
        try:
            other = peers.enter_context(DjangoCa(folder / "django-ca", 18097))
        except OSError as error:
            print(error, file=sys.stderr)
            other = None
        for _ in range(3):
            ask("ready", ours, "/pki/auth/ocsp", ready)
            ask("RSA", with_rsa, "/", signed)
            ask("signed", ours, "/pki/auth/ocsp", signed)
            ask("P-256", with_p256, "/", signed)
            ask("bare", plain_wsgi, "/", ready)
            ask("static", static, "/pki/static", ready)
            ask("ready, kept", ours, "/pki/auth/ocsp", ready, kept=True)
            ask("bare, kept", plain_wsgi, "/", ready, kept=True)
            ask("static, kept", static, "/pki/static", ready, kept=True)
            if other:
                figures["django-ca"].append(
                    http.rate(other.address, other.path, other.request, _HEADERS, requests=100, kept=False)
                )
    middle = {name: sorted(rates)[1] for name, rates in figures.items()}
    lines = [
        Line("OCSP ready, answers/s", middle["ready"], "openssl ocsp, RSA-2048", middle["RSA"], at_least=3),
        Line("OCSP signed each, answers/s", middle["signed"], "openssl ocsp, RSA-2048", middle["RSA"], at_least=1),
        Line("OCSP ready, answers/s", middle["ready"], "openssl ocsp, P-256", middle["P-256"]),
        Line("OCSP signed each, answers/s", middle["signed"], "openssl ocsp, P-256", middle["P-256"]),
        Line("OCSP ready, answers/s", middle["ready"], "our own static octets", middle["static"], at_least=0.9),
        Line("OCSP ready, answers/s", middle["ready"], "bare WSGI answer", middle["bare"]),
        Line("OCSP ready, kept connections", middle["ready, kept"], "static octets, kept", middle["static, kept"]),
        Line("OCSP ready, kept connections", middle["ready, kept"], "bare WSGI, kept", middle["bare, kept"]),
    ]
    if "django-ca" in middle:
        lines.append(
            Line("OCSP ready, answers/s", middle["ready"], "django-ca's view", middle["django-ca"], at_least=80)
        )
    return lines


def _certificate() -> tuple[x509.Certificate, x509.Certificate]:
    from jlis.kernel.isolation.scope import JPKI, acting
    from jlis.kernel.time import now
    from jpki.domain.kinds import Kind
    from jpki.selectors import certificates
    from jpki.services import issuing
    from jpki.services.issuing import Order
    from juki.models import IdentityRecord

    generation = authority.generation("auth")
    with acting(chief().scope):
        resident: UUID = IdentityRecord.objects.filter(office=TOWN, state="CURRENT")[0].resident
    issued = issuing.issue_many(
        orders=[Order(resident, Kind.AUTH_CARD, authority.card_keys(1)[0])], by=chief(), at=now(), purpose="JUKI-CARD",
        processes=1,
    )  # fmt: skip
    with acting(JPKI):
        octets = certificates.der(certificates.get(issued.certificates[0]))
    return x509.load_der_x509_certificate(bytes(generation.certificate)), x509.load_der_x509_certificate(octets)


class _OpenSsl:
    """`openssl ocsp` as a responder over an authority of its own; it answers one connection at a time."""

    def __init__(self, folder: Path, key: str, certificate: x509.Certificate, port: int):
        self.folder, self.port, self.serial = folder, port, certificate.serial_number
        self.key = [key, "-pkeyopt", "ec_paramgen_curve:P-256"] if key == "ec" else [key]

    def __enter__(self) -> str:
        self.folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *self.key, "-nodes", "-keyout", "key.pem", "-out", "ca.pem",
             "-subj", "/CN=bench", "-days", "2"], cwd=self.folder, check=True, capture_output=True,
        )  # fmt: skip
        index = f"V\t301231235959Z\t\t{self.serial:02X}\tunknown\t/CN=holder\n"
        (self.folder / "index.txt").write_text(index)
        self.process = subprocess.Popen(
            ["openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "key.pem",
             "-port", str(self.port)], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(1)
        return f"127.0.0.1:{self.port}"

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
