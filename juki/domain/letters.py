"""Whether two ways of writing are the same name: what a 軽微な修正 may change (施行規則11条3項2号)."""

import re

from jlis.kernel.domain.folding import name_key

# 外字 of a town's own, and the mark that stands for a letter which could not be written.
_UNREAD = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff〓]")


def same_letters(before: str, after: str) -> bool:
    """Whether only the shapes of letters differ (髙・高), or one that nobody could read was identified."""
    one, other = name_key(before), name_key(after)
    if len(one) != len(other):
        return False
    return all(former == latter or _UNREAD.match(former) for former, latter in zip(one, other, strict=True))
