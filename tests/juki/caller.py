"""A body's system as it speaks REST: it fetches a token with its credentials, and sends JSON."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from django.test import Client as HttpClient

from jlis.kernel.people import services
from jlis.kernel.time import Moment
from tests.conftest import actor

NOTIFICATIONS = "/api/v1/juki/notifications"
QUERIES = "/api/v1/juki/queries"
EXTRACTS = "/api/v1/juki/extracts"
PROBLEM = "application/problem+json"


@dataclass
class System:
    """A registered client; `token` is fetched at the first call."""

    client_id: str
    secret: str
    token: str = ""
    # As a web server has it: a crash is a 500 to the caller.
    http: HttpClient = field(default_factory=lambda: HttpClient(raise_request_exception=False))

    def ask_token(self, **form: str) -> Any:
        """POST /oauth/token/ by client credentials."""
        basic = b64encode(f"{self.client_id}:{self.secret}".encode()).decode()
        return self.http.post(
            "/oauth/token/", {"grant_type": "client_credentials"} | form, headers={"Authorization": f"Basic {basic}"}
        )

    def call(self, method: str, path: str, body: Any = b"", content_type: str = "application/json", **headers: str):
        """Send a call; a body that is neither bytes nor text goes as JSON. `Idempotency_Key=` and the like: headers."""
        self.token = self.token or self.ask_token().json()["access_token"]
        given = {"Authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.http.generic(method, path, data, content_type, headers=given)

    def post(self, path: str, body: Any, **headers: str):
        """POST JSON."""
        return self.call("POST", path, body, **headers)

    def get(self, path: str):
        """GET."""
        return self.call("GET", path)


def registered(organisation: str, *permissions: str, at: Moment) -> System:
    """A client of an organisation, registered as an administrator registers it."""
    administrator = actor("JLIS", "SYSTEM_ADMINISTRATOR", kind="JLIS")
    client, secret = services.register_client(
        name="見本システム", organisation=organisation, permissions=permissions, by=administrator, at=at
    )
    return System(client.client_id, secret)


def problem(response: Any, status: int) -> dict[str, Any]:
    """The problem document of a refused call, its form checked (RFC 9457)."""
    assert response.status_code == status, response.content
    assert response.headers["Content-Type"] == PROBLEM
    document = json.loads(response.content)
    assert document["status"] == status
    assert document["type"].startswith("/api/docs/problems/#")
    assert is_japanese(document["title"])
    assert is_japanese(document["detail"])
    for fault in document.get("errors", []):
        assert {"row", "pointer"} & fault.keys()
        assert fault["code"]
        assert is_japanese(fault["message"])
    return document


def faults(response: Any, status: int = 400) -> set[tuple[int | None, str, str]]:
    """Row, field and code of each fault that a refused call names."""
    found = problem(response, status)["errors"]
    return {(fault.get("row"), fault.get("field", ""), fault["code"]) for fault in found}


def is_japanese(text: str) -> bool:
    """Whether a sentence has kana, and so is more than a code or English."""
    return any("ぁ" <= character <= "ヿ" for character in text)
