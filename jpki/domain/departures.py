"""転出: what becomes of certificates on the day, and what one issued beforehand for the life abroad carries.

The day told is when a resident has left, not the day of telling (住民基本台帳法24条). The signature certificate ends
then, for its address has, except one that was issued beforehand for the life abroad. The authentication certificate
goes on within Japan; who leaves Japan keeps it with the card, by 国外継続利用.
"""

from datetime import date

from jlis.kernel.domain.eras import format_era
from jpki.domain.movements import EVERYTHING_ENDS, SIGNATURE_ENDS, Effect


def effect_of_leaving(*, abroad: bool, goes_on: bool) -> Effect:
    """What ends on the day of leaving. ``goes_on``: the card does, though its holder leaves Japan."""
    return EVERYTHING_ENDS if abroad and not goes_on else SIGNATURE_ENDS


def address_abroad(leaves_on: date) -> str:
    """What stands in the place of an address: that somebody has left Japan, and the intended day (番号法2条7項)."""
    return f"国外転出（{format_era(leaves_on)}）"
