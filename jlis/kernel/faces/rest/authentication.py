"""Bearer tokens of machine clients."""

from dataclasses import dataclass
from typing import Any, cast

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
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


class ClientAuthentication(OAuth2Authentication):
    """Turns a token into an actor; tokens are read as the door."""

    def authenticate(self, request: Request) -> tuple[MachineUser, Any] | None:
        # A token comes in the header alone; asked for one first, nobody gets to the body without it.
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return None
        with scope(DOOR):
            found = super().authenticate(request)
            if found is None:
                return None
            _, token = found
            if token.application is None or not token.application.is_active:
                return None
            actor = actor_of_client(token.application, token.scope.split())
        cast(ActingRequest, request._request).actor = actor
        return MachineUser(actor), token
