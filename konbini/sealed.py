"""What the room keeps sealed: papers that wait for their print, and the secrets by which towns' servers know us."""

from jlis.kernel.isolation.scope import KONBINI
from jlis.kernel.rotation import SealedColumn, register
from konbini.gateways.issuers import secret_binding
from konbini.models import Paper, TownServer

register(SealedColumn(Paper, "sealed", "transaction", lambda transaction: transaction.bytes, KONBINI))
register(SealedColumn(TownServer, "sealed", "town", secret_binding, KONBINI))
