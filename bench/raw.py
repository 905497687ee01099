"""The four-item query as a bare Django view would do it: one prepared statement by a cursor, nothing around it.

`search` asks and answers; `audited` also looks the token up and writes a row into the audit table, by one statement
each. Neither checks, folds, counts calls, judges the affair, or names and signs what it writes.
"""

import hashlib
import json
import os
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")
django.setup()

from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402

from jlis.kernel import prepared  # noqa: E402
from jlis.kernel.faces.public import PublicFace  # noqa: E402
from jlis.kernel.faces.web import public_view  # noqa: E402
from jlis.kernel.isolation.scope import DOOR, Scope, acting  # noqa: E402

SEARCH = """
    SELECT name, address, birth_date FROM juki_identityrecord
    WHERE valid_to IS NULL AND superseded_at IS NULL AND state = 'CURRENT' AND birth_from = ANY(%(starts)s)
      AND birth_date = ANY(%(births)s) AND kana_key ~>=~ %(kana_from)s AND kana_key ~<~ %(kana_below)s
    ORDER BY kana_key, birth_from LIMIT 50
"""
_TOKEN = "SELECT application_id FROM oauth2_provider_accesstoken WHERE token_checksum = %s AND expires > now()"
_AUDIT = """
    INSERT INTO kernel_auditentry (id, at, actor_kind, actor_id, actor_label, organisation, action, outcome, purpose,
                                   subject_count, detail, request_id, mac)
    VALUES (%s, now(), 'CLIENT', 'bench', 'bench', 'NENKIN', 'bench', 'DONE', 'B1-77', 1, '{}', '', '')
"""
_NATIONAL = Scope("jlis_national", "NENKIN", "B1-77")


def search(request: HttpRequest) -> JsonResponse:
    """Ask and answer."""
    with acting(_NATIONAL):
        return _answered(prepared.rows(SEARCH, json.loads(request.body)))


def audited(request: HttpRequest) -> JsonResponse:
    """The same for whoever has a token, written down."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    with acting(DOOR):
        assert prepared.rows(_TOKEN, [hashlib.sha256(token.encode()).hexdigest()])
    with acting(_NATIONAL):
        found = prepared.rows(SEARCH, json.loads(request.body))
        prepared.run(_AUDIT, [uuid4()])
    return _answered(found)


def _answered(rows: list[tuple]) -> JsonResponse:
    return JsonResponse({"persons": [dict(zip(("name", "address", "birth_date"), row, strict=True)) for row in rows]})


search.csrf_exempt = audited.csrf_exempt = True  # type: ignore[attr-defined]
urlpatterns = [path("search", public_view(search)), path("audited", public_view(audited))]
application = PublicFace("bench.raw")
