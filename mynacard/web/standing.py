"""How a card's holder stands on the register, for the head of a page: told of a 転出, abroad, removed."""

from datetime import date

from jlis.kernel.domain.eras import format_era
from juki.choices import RecordState
from juki.domain.changes import ChangeReason
from juki.models import IdentityRecord


def standing_of(record: IdentityRecord, day: date) -> tuple[str, str] | None:
    """A badge's words and tone; None for who simply lives here."""
    if record.state == RecordState.CURRENT:
        # Of who is abroad the 附票 answers, as a present record (`juki.selectors.supplementary`).
        return ("国外転出中（附票）", "info") if record.change_reason == ChangeReason.MOVE_OUT_ABROAD else None
    if record.is_present_on(day):
        return f"転出予定　{format_era(record.changed_on)}", "warning"
    return "消除", "error"
