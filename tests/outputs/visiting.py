"""Every page and endpoint of the house by its address, for tests that open them all."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import get_resolver, reverse
from django.urls.converters import IntConverter

from tests.test_taste import routes, wanted_permissions


def addresses(given: Mapping[str, object], otherwise: object) -> Iterator[tuple[str, Any, str]]:
    """Name, view and address of each; what stands in an address is given by its name, else 1 or `otherwise`."""
    for namespace, route in routes(get_resolver()):
        if namespace != "admin":
            converters = getattr(route.pattern, "converters", {})
            numbered = {place for place, converter in converters.items() if isinstance(converter, IntConverter)}
            places = {*route.pattern.regex.groupindex, *converters}
            filled = {place: given.get(place, 1 if place in numbered else otherwise) for place in places}
            yield route.name, route.callback, reverse(route.name, kwargs=filled)


def opens(view: Any, permissions: frozenset[str]) -> bool:
    """Whether these permissions open a view; the doors that are open to everybody are not meant."""
    wanted = wanted_permissions(view)
    return "*" in wanted or bool(wanted & permissions)
