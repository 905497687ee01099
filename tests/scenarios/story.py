"""The stories' cast: people hired as administrators hire them, systems that speak REST, a validator with openssl."""

import base64
import json
import subprocess
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.outbox.models import OutboxPending
from jlis.kernel.people import services as people
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import Moment, now
from jpki.choices import State
from jpki.engine.keys import Holder
from jpki.models import Certificate
from jpki.selectors import authorities as known
from jpki.selectors import certificates
from jpki.services import authorities, publications
from juki.services import codes
from tests.conftest import CHIYODA

CEREMONY = """\
ceremony = "root"
authority = "{authority}"
generation = 1
public_base = "{base}"
holders = ["holder-1", "holder-2"]
"""


PASSPHRASES = {"holder-1": "鍵保持者その一の長い合言葉", "holder-2": "鍵保持者その二の長い合言葉"}


class Company:
    """Everybody in a story, by the name of their part."""

    def __init__(self) -> None:
        people.found_administrators(passwords=("first-password-1", "second-password-2"), organisation="JLIS", at=now())
        self.asks, self.decides = (actor_named(name) for name in people.FOUNDERS)
        self.staff: dict[str, Actor] = {}
        self._clients: dict[str, tuple[Any, str]] = {}
        for holder in PASSPHRASES:
            self.hire(holder, "JLIS-JPKI", "CERTIFICATE_OPERATOR")
        self.hire("registry", "JLIS-JUKI", "REGISTRY_OPERATOR")

    def __getitem__(self, part: str) -> Actor:
        return self.staff[part]

    def hire(self, username: str, organisation: str, duty: str) -> Actor:
        """An account with a duty: one founder asks, the other decides."""
        staff = people.open_account(
            username=username, family_name="物語", given_name="役", organisation=organisation,
            password="a-long-password-1", needs_second_factor=False, by=self.asks, at=now(),
        )  # fmt: skip
        grant = people.request_duty(staff_id=staff.pk, duty=duty, by=self.asks, at=now())
        people.approve_duty(grant_id=grant.pk, by=self.decides, at=now())
        self.staff[username] = actor_named(username)
        return self.staff[username]

    def connect(self, name: str, organisation: str, *permissions: str) -> None:
        """A system of an organisation."""
        self._clients[name] = people.register_client(
            name=name, organisation=organisation, permissions=list(permissions), by=self.asks, at=now()
        )

    def system(self, name: str, address: str) -> "System":
        """The system, speaking to the web server."""
        return System(address, *self._clients[name])

    def allot(self, *towns: str) -> None:
        """Codes for towns."""
        for town in towns:
            with acting(self["registry"].scope):
                codes.allot(office=town, size=100, by=self["registry"], at=now())

    def found_authorities(self, address: str) -> None:
        """Both ceremonies, and their first lists."""
        at = Moment.of(datetime.now(UTC) - timedelta(minutes=5))
        by = self["holder-1"]
        # A test before this one in the same process had authorities of its own under the same numbers.
        known.forget()
        for authority in ("sign", "auth"):
            text = CEREMONY.format(authority=authority, base=address)
            holders = [Holder(name, words) for name, words in PASSPHRASES.items()]
            with acting(by.scope):
                authorities.hold_ceremony(text=text, holders=holders, by=by, at=at)
            publications.publish_full(by=by, at=at, authority=authority)


class System:
    """A body's system speaking REST."""

    def __init__(self, address: str, client: Any, secret: str):
        self.address = address
        basic = base64.b64encode(f"{client.client_id}:{secret}".encode()).decode()
        token = self._call(
            "/oauth/token/", urlencode({"grant_type": "client_credentials"}).encode(),
            {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        self.headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/json"}

    def tell(self, **notice: Any) -> Any:
        """One notification; returns its result."""
        return self.post("/api/v1/juki/notifications", notice)["results"][0]

    def post(self, path: str, document: Any) -> Any:
        """POST JSON; fails on a refusal."""
        return self._call(path, json.dumps(document).encode(), self.headers)

    def refused(self, path: str, document: Any) -> tuple[int, str]:
        """POST JSON that must be refused: status and code."""
        request = urllib.request.Request(self.address + path, json.dumps(document).encode(), self.headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                raise AssertionError(f"taken: {answer.read()[:500]!r}")
        except HTTPError as error:
            return error.code, json.load(error)["code"]

    def fetch(self, path: str) -> bytes:
        """GET octets."""
        with urllib.request.urlopen(urllib.request.Request(self.address + path, headers=self.headers)) as answer:
            return answer.read()

    def _call(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self.address + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise AssertionError(error.read().decode()) from error


def state_of(certificate: int) -> State:
    """A certificate's state now."""
    with acting(JPKI):
        return State(Certificate.objects.select_related("status").get(pk=certificate).status.state)


class Validator:
    """A relying party with openssl and the public addresses."""

    def __init__(self, address: str, folder: Path):
        self.address, self.folder = address, folder

    def fetch(self, path: str, name: str, command: str) -> str:
        der, pem = self.folder / f"{name}.der", self.folder / f"{name}.pem"
        with urllib.request.urlopen(self.address + path, timeout=20) as answer:
            der.write_bytes(answer.read())
        subprocess.run(["openssl", command, "-inform", "der", "-in", der, "-out", pem], check=True)
        return str(pem)

    def take(self, certificate: int, name: str) -> str:
        with acting(JPKI):
            octets = certificates.der(certificates.get(certificate))
        der, pem = self.folder / f"{name}.der", self.folder / f"{name}.pem"
        der.write_bytes(octets)
        subprocess.run(["openssl", "x509", "-inform", "der", "-in", der, "-out", pem], check=True)
        return str(pem)

    def by_list(self, authority: str, certificate: str) -> str:
        root = self.fetch(f"/pki/{authority}/ca.cer", f"{authority}-ca", "x509")
        revoked = self.fetch(f"/pki/{authority}/crl/{CHIYODA}", f"{authority}-crl", "crl")
        checked = subprocess.run(
            ["openssl", "verify", "-CAfile", root, "-crl_check", "-extended_crl", "-CRLfile", revoked, certificate],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return checked.stdout + checked.stderr

    def by_ocsp(self, authority: str, certificate: str, *options: str) -> str:
        root = self.fetch(f"/pki/{authority}/ca.cer", f"{authority}-ca", "x509")
        return subprocess.run(
            ["openssl", "ocsp", "-issuer", root, *options, "-cert", certificate, "-CAfile", root,
             "-url", f"{self.address}/pki/{authority}/ocsp"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip


def all_delivered() -> bool:
    """Whether no event waits."""
    with acting(SYSTEM):
        return not OutboxPending.objects.exists()
