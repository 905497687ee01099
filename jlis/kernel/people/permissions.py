"""What may be done, by name; each room registers its own, and the roof composes them into duties.

A duty is a readable role class in `settings.JLIS_DUTIES`; staff hold duties, clients hold permissions as OAuth scopes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from django.conf import settings


@dataclass(frozen=True)
class Permission:
    """A thing that may be done: dotted name, label on screens, the article that gives it."""

    name: str
    label: str
    statute: str = ""


@dataclass(frozen=True)
class Duty:
    """A named bundle of permissions for the staff of certain kinds of organisation.

    `role` replaces the organisation's own database role where the duty needs another (an auditor's).
    """

    code: str
    label: str
    description: str
    kinds: frozenset[str]
    permissions: frozenset[str]
    role: str = ""


_permissions: dict[str, Permission] = {}


def register(*permissions: Permission) -> None:
    """Make permissions known; a name registered with two meanings is a programming error."""
    for permission in permissions:
        known = _permissions.setdefault(permission.name, permission)
        if known != permission:
            raise ValueError(f"permission registered twice: {permission.name}")


def registered() -> dict[str, Permission]:
    """Every permission by name."""
    return dict(_permissions)


@cache
def duties() -> dict[str, Duty]:
    """Every duty by code, composed on the roof; refuses one that names an unknown permission."""
    module = import_module(settings.JLIS_DUTIES)
    composed: dict[str, Duty] = {duty.code: duty for duty in module.DUTIES}
    for duty in composed.values():
        unknown = duty.permissions - _permissions.keys()
        if unknown:
            raise ValueError(f"duty {duty.code} names unknown permissions: {sorted(unknown)}")
    return composed


def permissions_of(codes: Iterable[str]) -> frozenset[str]:
    """The union of the permissions of the duties with these codes."""
    known = duties()
    return frozenset().union(*(known[code].permissions for code in codes if code in known))
