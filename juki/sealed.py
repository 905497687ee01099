"""What the room keeps sealed: the kernel seals it anew when the data key changes."""

from jlis.kernel.isolation.scope import NUMBERS, SYSTEM
from jlis.kernel.rotation import SealedColumn, register
from juki.models import ExtractMedium, IndividualNumber, MoveOutInformation, TownMessageBody

register(SealedColumn(IndividualNumber, "sealed", "resident", lambda resident: resident.bytes, NUMBERS))
# The network's own role puts these in and cannot take them out: the kernel's role alone seals them anew.
register(SealedColumn(TownMessageBody, "sealed", "message", lambda message: message.bytes, SYSTEM))
register(SealedColumn(MoveOutInformation, "sealed", "resident", lambda resident: resident.bytes, SYSTEM))
register(SealedColumn(ExtractMedium, "sealed", "job", lambda job: job.bytes, SYSTEM))
