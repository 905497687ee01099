"""OAuth 2 for machine clients: the scopes are the permissions, and a client may ask only for its own."""

from typing import Any

from oauth2_provider.models import AccessToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from jlis.kernel.people import tokens
from jlis.kernel.people.models import Client
from jlis.kernel.people.permissions import registered


class PermissionScopes(BaseScopes):
    """Every registered permission is a scope; each client has those it was registered with."""

    def get_all_scopes(self) -> dict[str, str]:
        return {name: permission.label for name, permission in registered().items()}

    def get_available_scopes(
        self, application: Client | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return list(application.permissions) if application is not None else []

    def get_default_scopes(
        self, application: Client | None = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return self.get_available_scopes(application, request)


class ClientValidator(OAuth2Validator):
    """Client credentials alone; no other grant is offered."""

    def _load_access_token(self, token: str) -> AccessToken | None:
        return tokens.presented(token)

    def validate_grant_type(
        self, client_id: str, grant_type: str, client: Client, request: Any, *args: Any, **kwargs: Any
    ) -> bool:
        return grant_type == "client_credentials" and super().validate_grant_type(
            client_id, grant_type, client, request, *args, **kwargs
        )
