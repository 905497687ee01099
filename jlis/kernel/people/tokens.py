"""A machine client's token with the client and its organisation, as every REST request needs them.

Why not the ORM: one prepared statement in place of three questions put together anew each time. Rows expected: one or
none. Index: the token's checksum is unique.
"""

import hashlib
import json
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from oauth2_provider.models import AccessToken, get_access_token_model

from jlis.kernel import prepared
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.people.models import Client

_TOKEN = ("id", "user_id", "application_id", "expires", "scope", "resource")
_CLIENT = ("id", "client_id", "name", "organisation_id", "is_active", "permissions")
_BODY = ("code", "kind", "name")
_PRESENTED = f"""
    SELECT {", ".join(f"token.{name}" for name in _TOKEN)}, {", ".join(f"client.{name}" for name in _CLIENT)},
           {", ".join(f"body.{name}" for name in _BODY)}
    FROM oauth2_provider_accesstoken token
    JOIN kernel_client client ON client.id = token.application_id
    JOIN kernel_organisation body ON body.code = client.organisation_id
    WHERE token.token_checksum = %(checksum)s
"""  # noqa: S608 - own constants


def presented(token: str) -> AccessToken | None:
    """The token as it was issued, whatever has become of it since; None for one that never was."""
    found = prepared.rows(_PRESENTED, {"checksum": hashlib.sha256(token.encode()).hexdigest()})
    if not found:
        return None
    values = iter(found[0])
    issued, client, body = ({name: next(values) for name in names} for names in (_TOKEN, _CLIENT, _BODY))
    issued["resource"], client["permissions"] = json.loads(issued["resource"]), json.loads(client["permissions"])
    known = _restored(get_access_token_model(), issued)
    known.application = _restored(Client, client)
    known.application.organisation = _restored(Organisation, body)
    return known


def _restored(model: type[Model], values: dict[str, Any]) -> Any:
    # `from_db` takes the values in the order of the model's own fields.
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(DEFAULT_DB_ALIAS, names, [values[name] for name in names])
