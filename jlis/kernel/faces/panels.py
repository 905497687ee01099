"""Panels on another room's page: the room above adds what it knows of a resident to the page of the room below."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment


@dataclass(frozen=True)
class ResidentPanel:
    """A section of the resident's page: heading, a table, and where to work on it."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]
    empty: str
    url: str = ""
    url_label: str = ""


Source = Callable[[UUID, Actor, Moment], ResidentPanel]
_sources: list[tuple[str, Source]] = []


def on_resident(*, permission: str) -> Callable[[Source], Source]:
    """Register a function that gives a panel for a resident, shown to actors who hold the permission."""

    def register(source: Source) -> Source:
        _sources.append((permission, source))
        return source

    return register


def of_resident(resident: UUID, actor: Actor, at: Moment) -> list[ResidentPanel]:
    """The panels for one resident that the actor may see."""
    return [source(resident, actor, at) for permission, source in _sources if actor.may(permission)]
