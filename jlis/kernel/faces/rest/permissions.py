"""Each endpoint names one permission per method; the token must carry it."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class HoldsPermission(BasePermission):
    """Whether the client holds the view's permission; a view without one refuses everybody."""

    message = "このトークンではこの操作は許可されていません。"

    def has_permission(self, request: Request, view: object) -> bool:
        wanted = getattr(view, "permission", None)
        if isinstance(wanted, dict):
            wanted = wanted.get(request.method)
        authenticated = getattr(request.user, "is_authenticated", False)
        return bool(authenticated and wanted and (wanted == "*" or request.user.actor.may(wanted)))
