"""Signing in by user name and password, as the door."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from jlis.kernel.isolation.scope import DOOR, acting
from jlis.kernel.people.models import Staff


class DoorBackend(BaseBackend):
    """Django's authentication backend for staff accounts."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Staff | None:
        if not username or password is None:
            return None
        with acting(DOOR):
            staff = Staff.objects.select_related("organisation").filter(username=username).first()
            if staff is None:
                # The same work as for a known account, so that the time taken tells nothing.
                make_password(password)
                return None
            return staff if staff.check_password(password) and staff.is_active else None

    def get_user(self, user_id: str) -> Staff | None:
        with acting(DOOR):
            return Staff.objects.select_related("organisation").filter(pk=user_id, is_active=True).first()
