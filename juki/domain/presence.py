"""Who is present on a day: one notion for every room, in Python and in SQL.

A 転出 is told beforehand (法24条). The version that says so stands from its telling, but until its day the person lives
there as anybody does.
"""

from datetime import date

_CURRENT = "CURRENT"


def is_present(*, state: str, since: date, day: date) -> bool:
    """Whether somebody is there on a day by their latest version: its state, and the day from which it is so."""
    return state == _CURRENT or since > day


def present(*, state: str, since: str, day: str) -> str:
    """The same as a condition in SQL, of two columns and a parameter."""
    return f"({state} = '{_CURRENT}' OR {since} > {day})"
