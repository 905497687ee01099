"""The common names of the certificates: unique, and saying nothing of the person but the town.

The published certificates show the form, not the grammar: 28 digits that begin with the time of issue for the
signature, 14 characters with the town's code and ``003A`` for the authentication. Within that form ours are made
from the serial number.
"""

import hashlib
from datetime import datetime

from jpki.domain.validity import JAPAN

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CARD = "003A"


def signature_name(issued_at: datetime, serial: int) -> str:
    """``20251027123456`` and the serial number in fourteen digits."""
    return f"{issued_at.astimezone(JAPAN):%Y%m%d%H%M%S}{serial:014d}"


def authentication_name(key_id: bytes, serial: int, office: str) -> str:
    """Fourteen characters from the authority's key and the serial number, five digits of the town, ``003A``."""
    number = int.from_bytes(hashlib.sha256(key_id + serial.to_bytes(8, "big")).digest(), "big")
    token = ""
    for _ in range(14):
        number, place = divmod(number, len(_LETTERS))
        token += _LETTERS[place]
    return f"{token}{office[:5]}{_CARD}"
