"""The desk: what waits for the person who has just signed in. Each room adds its own cards."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpResponse
from django.shortcuts import render

from jlis.kernel.actors import Actor
from jlis.kernel.faces.web import StaffRequest, staff_view
from jlis.kernel.time import Moment, now


@dataclass(frozen=True)
class Card:
    """A count with its unit and where to work on it; `urgent` when it should be zero."""

    label: str
    count: int
    url: str = ""
    unit: str = "件"
    urgent: bool = False


@dataclass(frozen=True)
class Panel:
    """A table or a chart of the last days: heading, and rows of (label, value)."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)
    bars: bool = False
    url: str = ""


Source = Callable[[Actor, Moment], list[Card | Panel]]
_sources: list[tuple[int, str, Source]] = []


def on_the_desk(*, permission: str, order: int = 100) -> Callable[[Source], Source]:
    """Register a function that gives cards and panels for actors who hold the permission."""

    def register(source: Source) -> Source:
        _sources.append((order, permission, source))
        return source

    return register


@staff_view(permission="*")
def desk(request: StaffRequest) -> HttpResponse:
    """The first screen after signing in."""
    at = now()
    shown = [
        piece
        for _, permission, source in sorted(_sources, key=lambda entry: entry[0])
        if request.actor.may(permission)
        for piece in source(request.actor, at)
    ]
    cards = [piece for piece in shown if isinstance(piece, Card)]
    panels = [piece for piece in shown if isinstance(piece, Panel)]
    return render(request, "shell/desk.html", {"cards": cards, "panels": panels, "today": at.day})
