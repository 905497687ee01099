"""The table of drivers, one for each way out that could carry an address."""

from collections.abc import Callable

from jlis.kernel.outputs import Way
from tests.outputs.stage import Driver

DRIVERS: dict[tuple[Way, str], Driver] = {}


def drives(way: Way, *names: str) -> Callable[[Driver], Driver]:
    """Register a driver for ways out."""

    def register(driver: Driver) -> Driver:
        DRIVERS.update(dict.fromkeys(((way, name) for name in names), driver))
        return driver

    return register
