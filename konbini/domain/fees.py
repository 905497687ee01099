"""What a print costs: the town's fee from the resident, the operator's commission from the town (K7)."""

from datetime import date

# Commission in yen a copy, from the day it holds (seeds 003 and 004). The years before 平成29年度 are one entry.
COMMISSIONS = ((date(2010, 2, 2), 123), (date(2017, 4, 1), 115), (date(2019, 10, 1), 117))


def commission_on(day: date) -> int:
    """The operator's commission for one copy, in yen. Raises ValueError before the service began."""
    held = [yen for first, yen in COMMISSIONS if first <= day]
    if not held:
        raise ValueError(f"no certificate was given at a kiosk before {COMMISSIONS[0][0]}")
    return held[-1]
