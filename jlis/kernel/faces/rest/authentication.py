"""Bearer tokens of machine clients."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.http import HttpRequest
from oauth2_provider.oauth2_backends import OAuthLibCore, get_oauthlib_core
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from jlis.kernel.actors import Actor
from jlis.kernel.faces.web import ActingRequest
from jlis.kernel.isolation.scope import DOOR, scope
from jlis.kernel.people.selectors import actor_of_client


@dataclass(frozen=True)
class MachineUser:
    """What `request.user` is in REST: the client as an actor."""

    actor: Actor
    is_authenticated: bool = True

    @property
    def pk(self) -> str:
        """The client id; what throttling counts by."""
        return self.actor.id


class _HeaderAlone(OAuthLibCore):
    """Looks for a token in the header; nobody gets to the body, however it may be, without one."""

    def extract_body(self, request: HttpRequest) -> str:
        return ""


class ClientAuthentication(BaseAuthentication):
    """Turns a token into an actor; tokens are read as the door."""

    def authenticate(self, request: Request) -> tuple[MachineUser, Any] | None:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        with scope(DOOR):
            token = _token_of(request)
            if token is None or token.application is None or not token.application.is_active:
                return None
            actor = actor_of_client(token.application, token.scope.split())
        cast(ActingRequest, request._request).actor = actor
        return MachineUser(actor), token

    def authenticate_header(self, request: Request) -> str:
        """What a refused caller is asked for."""
        return 'Bearer realm="jlis"'


@cache
def _library() -> _HeaderAlone:
    """The library's machinery: the same for every request, and dear to put together."""
    return _HeaderAlone(get_oauthlib_core().server)


def _token_of(request: Request) -> Any:
    try:
        valid, found = _library().verify_request(request, scopes=[])
    except ValueError as error:
        raise ParseError("アドレスの問合せ部分（?の後）が読めません。") from error
    return found.access_token if valid else None
