"""What the room keeps sealed in the house's vault: the towns' keys. The copies are sealed under those, not under it."""

from bcl.models import TownKey
from bcl.selectors.town_keys import binding_of_key
from jlis.kernel.isolation.scope import BCL
from jlis.kernel.rotation import SealedColumn, register

register(SealedColumn(TownKey, "sealed", "office", binding_of_key, BCL))
