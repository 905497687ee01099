"""The four-item query over REST, with token and audit, against bare views and against its SQL by psycopg."""

import json
import os
import statistics
import time
from collections import defaultdict
from typing import Any

import psycopg

from bench import http
from bench.stage import Line, fill, web

REQUESTS = 400
_BODY = {"Content-Type": "application/json"}


def measure(rows: int) -> list[Line]:
    """Milliseconds an answer (median), one connection, all in turn."""
    fill(min(rows, 2000))
    asked, ranges = _question()
    token = {"Authorization": f"Bearer {_token()}"}
    took: dict[str, list[float]] = defaultdict(list)
    with (
        web("jlis.wsgi:application", 18091) as ours,
        web("bench.raw:application", 18090) as raw,
        psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as direct,
    ):
        direct.execute("SELECT set_config('role', 'jlis_national', false), set_config('jlis.purpose', 'B1-77', false)")
        for _ in range(4):
            took["rest"] += http.times(ours, "/api/v1/juki/queries", asked, _BODY | token, requests=REQUESTS)
            took["audited"] += http.times(raw, "/audited", ranges, _BODY | token, requests=REQUESTS)
            took["search"] += http.times(raw, "/search", ranges, _BODY, requests=REQUESTS)
            took["sql"] += _direct(direct, json.loads(ranges))
    # The first round warms caches and statements.
    middle = {name: 1000 * statistics.median(each[REQUESTS:]) for name, each in took.items()}
    return [
        Line("query over REST, ms", middle["rest"], "bare view, token and audit row", middle["audited"], at_most=1.5),
        Line("query over REST, ms", middle["rest"], "bare view, nothing else", middle["search"]),
        Line("query over REST, ms", middle["rest"], "the same SQL by psycopg", middle["sql"]),
    ]


def _question() -> tuple[bytes, bytes]:
    """Somebody of the register as REST is asked for, and as the bare views are."""
    from jlis.kernel.domain.folding import kana_key
    from jlis.kernel.isolation.scope import REGISTRY, acting
    from juki.models import IdentityRecord
    from juki.sql import search

    with acting(REGISTRY):
        person = IdentityRecord.objects.filter(state="CURRENT").exclude(birth_date__endswith="-00")[100]
    items = {"name_kana": person.name_kana, "birth_date": person.birth_date}
    asked = {"purpose": "B1-77", "fields": ["name", "address", "birth_date"], "items": items}
    born = person.birth_from
    ranges = search.begins("kana", kana_key(person.name_kana)) | {
        "starts": [day.isoformat() for day in (born, born.replace(day=1), born.replace(month=1, day=1))],
        "births": [person.birth_date, f"{person.birth_date[:8]}00", f"{person.birth_date[:5]}00-00"],
    }
    return json.dumps(asked).encode(), json.dumps(ranges).encode()


def _token() -> str:
    """A token of a pension office's system that may ask under one affair."""
    from oauth2_provider.models import get_access_token_model

    from jlis.kernel.isolation.scope import DOOR, acting
    from jlis.kernel.people.models import Client
    from jlis.kernel.time import now

    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET ROLE jlis_operator")
        owner.execute(
            "INSERT INTO juki_affairentitlement (affair_code, organisation_id, valid_from)"
            " VALUES ('B1-77', 'NENKIN', '2020-01-01') ON CONFLICT DO NOTHING"
        )
    with acting(DOOR):
        client = Client.objects.create(
            name="bench", organisation_id="NENKIN", permissions=["juki.query"], client_type="confidential",
            authorization_grant_type="client-credentials",
        )  # fmt: skip
        token = get_access_token_model().objects.create(
            application=client, token=f"bench-{time.time()}", expires=now().later(hours=1).instant, scope="juki.query"
        )
    return token.token


def _direct(database: psycopg.Connection, values: dict[str, Any]) -> list[float]:
    from bench.raw import SEARCH

    took = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        database.execute(SEARCH, values, prepare=True).fetchall()
        took.append(time.perf_counter() - started)
    return took
