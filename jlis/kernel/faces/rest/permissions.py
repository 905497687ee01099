"""Each endpoint names one permission per method; the token must carry it."""

from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from jlis.kernel.faces.rest.authentication import MachineUser


class HoldsPermission(BasePermission):
    """Whether the client holds the view's permission; a view without one refuses everybody."""

    message = "このトークンではこの操作は許可されていません。"

    def has_permission(self, request: Request, view: object) -> bool:
        wanted = getattr(view, "permission", None)
        if isinstance(wanted, dict):
            wanted = wanted.get(request.method)
        client = cast(MachineUser | None, request.user)
        return bool(client and wanted and (wanted == "*" or client.actor.may(wanted)))
