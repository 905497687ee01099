"""The copies as the book from which a town's answer to a 広域交付 comes."""

from uuid import UUID

from bcl.services import wide_area
from jlis.kernel.actors import Actor
from jlis.kernel.time import Moment
from juki import issuing
from juki.domain.wide_area import Order
from juki.issuing import Household


class CopyProvider:
    """The copy of a town that takes part."""

    def household(
        self, *, resident: UUID, office: str, order: Order, by: Actor, at: Moment, purpose: str
    ) -> Household | None:
        """The wanted members; None where the town keeps no copy here."""
        return wide_area.household(resident=resident, office=office, order=order, by=by, at=at, purpose=purpose)


issuing.register(CopyProvider())
