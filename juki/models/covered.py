"""What versions of a person have in common when a 支援措置 may cover them: no column, a mark of the selectors'."""

from juki.domain.items import WITHHELD


class MayBeCovered:
    """A version whose address the selectors take out; they mark it when they do."""

    address: str
    is_protected = False

    @property
    def shown_address(self) -> str:
        """The address for a screen; for a covered person the words that stand in its place."""
        return WITHHELD if self.is_protected and not self.address else self.address
