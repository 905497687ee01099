"""Whose books a town's answer to a 広域交付 comes from: a registry that the rooms above fill.

The register here knows no household. A room above that keeps a town's own record registers a provider in its `apps.py`;
where none knows the town, a clerk of the town answers by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Refused
from jlis.kernel.time import Moment
from juki.domain.wide_area import Order

TO_THE_COUNTER = "この証明書は交付できません。住所地の市区町村の窓口にお問い合わせください。"


class NotGiven(Refused):
    """The town gives nothing; the words do not tell a bystander why."""

    status = 422


@dataclass(frozen=True)
class Household:
    """What a town's book says: the members that are wanted, with the items of `wide_area.ALWAYS` and on request.

    Each has ``resident``, the network's id or None, beside its items.
    """

    members: Sequence[dict[str, Any]]
    whole: bool


class Provider(Protocol):
    """A keeper of towns' own records."""

    def household(
        self, *, resident: UUID, office: str, order: Order, by: Actor, at: Moment, purpose: str
    ) -> Household | None:
        """The wanted members; None where the keeper has not this town's book. Raises `NotGiven`."""


_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Make a keeper known; they are asked in the order of their coming."""
    _providers.append(provider)


def household(*, resident: UUID, office: str, order: Order, by: Actor, at: Moment, purpose: str) -> Household | None:
    """The first keeper's answer; None where a clerk of the town has to answer. Raises `NotGiven`."""
    for provider in _providers:
        found = provider.household(resident=resident, office=office, order=order, by=by, at=at, purpose=purpose)
        if found is not None:
            return found
    return None
