"""The room's tables."""

from bcl.models.copies import CopyEntry, CopyStream, Difference
from bcl.models.participations import Participation, Signatory
from bcl.models.town_keys import TownKey

__all__ = ["CopyEntry", "CopyStream", "Difference", "Participation", "Signatory", "TownKey"]
