"""The four-item query over REST, with token and audit, against its SQL by psycopg."""

import json
import os
import time

import psycopg

from bench import http
from bench.stage import Line, web

REQUESTS = 400
_SQL = """
    SELECT name, address, birth_date FROM juki_identityrecord
    WHERE valid_to IS NULL AND superseded_at IS NULL AND state = 'CURRENT' AND birth_from = ANY(%s)
      AND birth_date = ANY(%s) AND kana_key LIKE %s ORDER BY kana_key, birth_from LIMIT 50
"""


def measure(rows: int) -> list[Line]:
    """Milliseconds an answer, one connection, REST and SQL in turn."""
    from oauth2_provider.models import get_access_token_model

    from jlis.kernel.domain.folding import kana_key
    from jlis.kernel.isolation.scope import DOOR, REGISTRY, acting
    from jlis.kernel.people.models import Client
    from jlis.kernel.time import now
    from juki.models import AffairEntitlement, IdentityRecord

    with acting(REGISTRY):
        person = IdentityRecord.objects.filter(state="CURRENT").exclude(birth_date__endswith="-00")[100]
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute("SET ROLE jlis_operator")
        owner.execute(
            "INSERT INTO juki_affairentitlement (affair_code, organisation_id, valid_from)"
            " VALUES ('B1-77', 'NENKIN', '2020-01-01') ON CONFLICT DO NOTHING"
        )
    del AffairEntitlement
    with acting(DOOR):
        client = Client.objects.create(
            name="bench", organisation_id="NENKIN", permissions=["juki.query"], client_type="confidential",
            authorization_grant_type="client-credentials",
        )  # fmt: skip
        token = get_access_token_model().objects.create(
            application=client, token=f"bench-{time.time()}", expires=now().later(hours=1).instant, scope="juki.query"
        )
    body = json.dumps(
        {"purpose": "B1-77", "fields": ["name", "address", "birth_date"],
         "items": {"name_kana": person.name_kana, "birth_date": person.birth_date}}
    ).encode()  # fmt: skip
    headers = {"Authorization": f"Bearer {token.token}", "Content-Type": "application/json"}
    rests, sqls = [], []
    with web("jlis.wsgi", 18091) as address, psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as direct:
        direct.execute("SET ROLE jlis_national")
        direct.execute("SET jlis.purpose = 'B1-77'")
        born = person.birth_from
        first = [born, born.replace(day=1), born.replace(month=1, day=1)]
        possible = [person.birth_date, person.birth_date[:8] + "00", person.birth_date[:5] + "00-00"]
        http.rate(address, "/api/v1/juki/queries", body, headers, requests=40, connections=1)
        for _ in range(3):
            rate = http.rate(address, "/api/v1/juki/queries", body, headers, requests=REQUESTS, connections=1)
            rests.append(1000 / rate)
            started = time.perf_counter()
            for _ in range(REQUESTS):
                direct.execute(_SQL, (first, possible, kana_key(person.name_kana) + "%")).fetchall()
            sqls.append((time.perf_counter() - started) * 1000 / REQUESTS)
    rest, sql = sorted(rests)[1], sorted(sqls)[1]
    return [Line("four-item query over REST, ms", rest, "the same SQL by psycopg", sql)]
