"""What the room keeps sealed: the kernel seals it anew when the data key changes."""

from jlis.kernel.isolation.scope import NUMBERS
from jlis.kernel.rotation import SealedColumn, register
from juki.models import IndividualNumber

register(SealedColumn(IndividualNumber, "sealed", "resident", lambda resident: resident.bytes, NUMBERS))
