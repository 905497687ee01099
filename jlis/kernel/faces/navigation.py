"""The one navigation: each room registers its screens; a person sees those of their duties."""

from dataclasses import dataclass

from django.urls import reverse

from jlis.kernel.actors import Actor


@dataclass(frozen=True)
class NavItem:
    """A screen in the navigation: label, URL name, the permission that shows it, the group it stands in."""

    label: str
    url_name: str
    permission: str
    group: str
    order: int = 100


@dataclass(frozen=True)
class ShownItem:
    """An item as the shell draws it."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class ShownGroup:
    """A heading with its items."""

    label: str
    items: list[ShownItem]


_items: list[NavItem] = []


def register(*items: NavItem) -> None:
    """Put screens into the navigation."""
    _items.extend(item for item in items if item not in _items)


def shown_to(actor: Actor, path: str) -> list[ShownGroup]:
    """The groups and items for an actor, the one nearest to `path` marked as current."""
    visible = sorted((item for item in _items if actor.may(item.permission)), key=lambda item: (item.order, item.label))
    urls = {item: reverse(item.url_name) for item in visible}
    nearest = max((url for url in urls.values() if path.startswith(url)), key=len, default="")
    groups: dict[str, list[ShownItem]] = {}
    for item in visible:
        groups.setdefault(item.group, []).append(ShownItem(item.label, urls[item], urls[item] == nearest))
    return [ShownGroup(label, items) for label, items in groups.items()]
