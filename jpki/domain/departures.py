"""Leaving Japan (国外転出): what becomes of certificates on the day, and what one issued beforehand carries.

The day told is when a resident has left, not the day of telling. Whoever keeps the card by 国外継続利用 keeps the
authentication certificate; the signature certificate ends, for its address has, except one that was issued beforehand
for the life abroad.
"""

from datetime import date

from jlis.kernel.domain.eras import format_era
from jpki.domain.movements import EVERYTHING_ENDS, SIGNATURE_ENDS, Effect


def effect_of_leaving(*, goes_on: bool) -> Effect:
    """What ends on the day of leaving. ``goes_on``: the card does."""
    return SIGNATURE_ENDS if goes_on else EVERYTHING_ENDS


def address_abroad(leaves_on: date) -> str:
    """What stands in the place of an address: that somebody has left Japan, and the intended day (番号法2条7項)."""
    return f"国外転出（{format_era(leaves_on)}）"
