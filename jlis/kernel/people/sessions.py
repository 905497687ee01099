"""Sessions in the database, read and written as the door.

The session is touched before and after the view's own transaction, where no other scope may reach it.
"""

from typing import TYPE_CHECKING, Any, cast

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession

from jlis.kernel.isolation.scope import DOOR, acting

if TYPE_CHECKING:
    from jlis.kernel.people.models import StaffSession


class SessionStore(db.SessionStore):
    """Django's database sessions under the door's role."""

    @classmethod
    def get_model_class(cls) -> "type[StaffSession]":
        from jlis.kernel.people.models import StaffSession

        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> "StaffSession":
        """The row to be saved, carrying whose session it is."""
        row = cast("StaffSession", super().create_model_instance(data))
        row.staff = data.get("_auth_user_id")
        return row

    def _get_session_from_db(self) -> AbstractBaseSession | None:
        with acting(DOOR):
            return super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out

    def exists(self, session_key: str) -> bool:
        with acting(DOOR):
            return super().exists(session_key)

    def save(self, must_create: bool = False) -> None:
        with acting(DOOR):
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        with acting(DOOR):
            super().delete(session_key)

    @classmethod
    def clear_expired(cls) -> None:
        with acting(DOOR):
            super().clear_expired()
