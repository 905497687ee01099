"""What the room keeps sealed: the kernel seals it anew when the data key changes."""

from jlis.kernel.isolation.scope import MYNACARD
from jlis.kernel.rotation import SealedColumn, register
from mynacard.models import ApplicationPhoto, PersonalisationFile, PinRequest
from mynacard.models.production import bound_to_lot

register(SealedColumn(ApplicationPhoto, "sealed", "application", lambda application: application.bytes, MYNACARD))
register(SealedColumn(PinRequest, "sealed", "application", lambda application: application.bytes, MYNACARD))
register(SealedColumn(PersonalisationFile, "sealed", "lot", bound_to_lot, MYNACARD))
