"""個人番号の通知: when the network tells a municipality the number of somebody whom it registers (番号法8条2項).

Neither a 転入通知 nor 転出証明書情報 carries it (法7条1号から5号まで・13号): a town that enters somebody known
learns it here too.
"""

from enum import StrEnum

from juki.domain.changes import REASONS, ChangeClass, ChangeReason

NUMBER_CHANGES = frozenset({ChangeReason.NUMBER_CHANGE_REQUESTED, ChangeReason.NUMBER_CORRECTED})
MOST = 1_000


class Kind(StrEnum):
    """Why a town is told."""

    NEW = "NEW"
    CHANGED = "CHANGED"
    MOVED_IN = "MOVED_IN"


def kind_of(reason: ChangeReason, *, is_new: bool, comes_from_elsewhere: bool) -> Kind | None:
    """What a version that a reason made has the town told of; None where the town's number still holds."""
    if is_new:
        return Kind.NEW
    if reason in NUMBER_CHANGES:
        return Kind.CHANGED
    return Kind.MOVED_IN if comes_from_elsewhere and REASONS[reason].kind is ChangeClass.ENTRY else None
