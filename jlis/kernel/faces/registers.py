"""The base of every register in the admin: our audit chain keeps what Django's admin log would."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from jlis.kernel.audit import services as audit
from jlis.kernel.faces.web import StaffRequest


class RegisterAdmin(admin.ModelAdmin):
    """A master: found by code or name, never deleted (others refer to it; its validity is ended instead)."""

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing that was in force is ever deleted."""
        return False

    # Django's own log is not kept, so there is no LogEntry to return; Django does not ask for it.
    def log_addition(  # type: ignore[override]
        self, request: HttpRequest, obj: Model, message: Any
    ) -> None:
        """Write the addition into the audit chain."""
        self._record(request, obj, "master.added", [])

    def log_change(  # type: ignore[override]
        self, request: HttpRequest, obj: Model, message: Any
    ) -> None:
        """Write the change into the audit chain, naming the fields."""
        changed = [field for part in message for field in part.get("changed", {}).get("fields", [])]
        self._record(request, obj, "master.changed", changed)

    @staticmethod
    def _record(request: HttpRequest, obj: Model, action: str, fields: list[str]) -> None:
        detail = {"master": obj._meta.label_lower, "key": str(obj.pk), "fields": fields}
        audit.record(action=action, by=cast(StaffRequest, request).actor, detail=detail)


class LookOnlyAdmin(RegisterAdmin):
    """A register that is read here and written by services alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nothing is entered by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Nothing is changed by hand."""
        return False
