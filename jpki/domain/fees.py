"""What an issue at the counter costs, as dated data: the ground, its fee, and where the amount comes from.

One fee is due for one act of issue, whether it gives one certificate or both: towns publish 1,000 yen for a card made
anew with certificates and 800 without, whichever they are. A fee of None has no source at hand; the office says what
it charges. J-LIS receives what was charged, through the town (seed: monthly report of paid issuances).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jlis.kernel.errors import FieldError
from jpki.domain.lifecycle import Cause, State


class Ground(StrEnum):
    """Why certificates are issued, as far as the fee depends on it."""

    FIRST = "FIRST"
    RENEWAL = "RENEWAL"
    CHANGE = "CHANGE"
    NOT_AT_FAULT = "NOT_AT_FAULT"
    LOST = "LOST"
    AFTER_HOLD = "AFTER_HOLD"
    OWN_WISH = "OWN_WISH"


@dataclass(frozen=True)
class FeeRule:
    """The fee of a ground from ``since`` on, in yen for one act; ``source``: who says so."""

    ground: Ground
    yen: int | None
    since: date
    source: str


# The reform of 2016: certificates are J-LIS's, written on the card for the numbers.
_CARDS = date(2016, 1, 1)
_TOWNS = "市区町村が公表する手数料（初回・更新などは無料）"
_OFFICE = "確認できる出典がないため、団体が定める"
# Newest first within a ground.
RULES: tuple[FeeRule, ...] = (
    FeeRule(Ground.FIRST, 0, _CARDS, _TOWNS),
    FeeRule(Ground.RENEWAL, 0, _CARDS, _TOWNS),
    FeeRule(Ground.CHANGE, 0, _CARDS, _TOWNS),
    FeeRule(Ground.NOT_AT_FAULT, 0, _CARDS, "市区町村が公表する手数料（本人の責めによらない再発行は無料）"),
    FeeRule(Ground.LOST, 200, _CARDS, "市区町村が公表する手数料（紛失・破損など本人の責めによる再発行は200円）"),
    FeeRule(Ground.AFTER_HOLD, None, _CARDS, _OFFICE),
    FeeRule(Ground.OWN_WISH, None, _CARDS, _OFFICE),
)  # fmt: skip
HIGHEST_YEN = 10_000


def rule_on(ground: Ground, day: date) -> FeeRule:
    """The rule of a ground in force on a day. ValueError before the first."""
    for rule in RULES:
        if rule.ground is ground and rule.since <= day:
            return rule
    raise ValueError(f"no fee was set for {ground} on {day}")


@dataclass(frozen=True)
class Former:
    """What became of the certificate that came before: None in ``cause`` while it is relied on."""

    state: State
    cause: Cause | None
    is_renewable: bool
    has_expired: bool


def suggested(former: Former | None) -> Ground:
    """The ground that the facts speak for; the clerk may know better."""
    if former is None:
        return Ground.FIRST
    if former.has_expired or (former.state is State.VALID and former.is_renewable):
        return Ground.RENEWAL
    if former.state is State.SUSPENDED:
        return Ground.AFTER_HOLD
    return _AFTER.get(former.cause, Ground.OWN_WISH) if former.cause else Ground.OWN_WISH


_AFTER = {
    Cause.CHANGE: Ground.CHANGE,
    Cause.REMOVAL: Ground.CHANGE,
    Cause.RECORD_ERROR: Ground.NOT_AT_FAULT,
    Cause.DISCARD: Ground.NOT_AT_FAULT,
    Cause.REPLACEMENT: Ground.NOT_AT_FAULT,
    Cause.AUTHORITY_KEY: Ground.NOT_AT_FAULT,
    Cause.KEY_COMPROMISE: Ground.LOST,
    Cause.CARD_VOID: Ground.NOT_AT_FAULT,
}


def fault(ground: Ground, day: date, entered: int | None) -> FieldError | None:
    """What is wrong with the amount that the office entered, if anything."""
    fixed = rule_on(ground, day).yen
    if fixed is None and entered is None:
        return FieldError(
            "fee_yen", "required", "この区分の手数料は団体が定めます。金額を入力してください（無料は0）。"
        )
    if fixed is not None and entered not in (None, fixed):
        return FieldError("fee_yen", "fixed", f"この区分の手数料は{fixed:,}円です。金額は入力しないでください。")
    if entered is not None and not 0 <= entered <= HIGHEST_YEN:
        return FieldError("fee_yen", "out_of_range", f"手数料は0円から{HIGHEST_YEN:,}円までです。")
    return None


def yen(ground: Ground, day: date, entered: int | None) -> int:
    """What is charged; `fault` was asked before."""
    fixed = rule_on(ground, day).yen
    return fixed if fixed is not None else entered or 0
