"""除附票 (附票の除票, 法21条の3): searched, read and copied by the 本籍地 that removed it, while it is kept (J7, J17).

Each removal that an office made is one, whoever keeps the person now. It lists the addresses since the entry before it.
"""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.eras import format_era
from jlis.kernel.errors import Invalid
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from juki.choices import RecordState
from juki.domain.supplementary import ITEMS
from juki.domain.supplementary_copies import REMOVED_STATEMENT, Stay
from juki.models import SupplementaryRecord
from juki.pdf import supplementary_copy
from juki.selectors import affairs
from juki.selectors import removed_records as selectors
from juki.selectors import supplementary as register
from juki.services.queries import MOST_CANDIDATES
from juki.services.supplementary_copies import Request, addresses_of, must_not_be_covered, paper_of

PURPOSE = "JUKI-REMOVED"


def search(*, items: dict[str, str], by: Actor, at: Moment) -> list[SupplementaryRecord]:
    """The removed 附票 of the own office of a name and a birth date, both; at most `MOST_CANDIDATES`. Invalid."""
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        found = selectors.supplementary_matching(
            name=items.get("name", ""), birth_date=items.get("birth_date", ""), limit=MOST_CANDIDATES
        )
        audit.record(
            action="juki.removed_supplementary_searched",
            by=by,
            purpose=PURPOSE,
            subjects=[row.resident for row in found],
            detail={"asked": ["name", "birth_date"], "count": len(found)},
        )
    return found


def open_record(*, resident: UUID, version: int, by: Actor, at: Moment) -> tuple[SupplementaryRecord, list[Stay]]:
    """One of the own office with its addresses, withheld of the covered. NotFound, also for another office's."""
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        record, listed = _listed(resident, version)
        detail = {"fields": list(ITEMS), "version": version}
        audit.record(
            action="juki.removed_supplementary_viewed", by=by, purpose=PURPOSE, subject=resident, detail=detail
        )
    return record, [] if record.is_protected else listed


def addresses(*, resident: UUID, version: int, by: Actor, at: Moment) -> tuple[SupplementaryRecord, list[Stay]]:
    """Whom the paper is about and what it lists, for the counter's form. Raises as `issue`."""
    by.must("juki.issue_supplementary_copies")
    record, listed = open_record(resident=resident, version=version, by=by, at=at)
    must_not_be_covered(record)
    return record, listed


def issue(*, resident: UUID, version: int, asked: Request, by: Actor, at: Moment) -> bytes:
    """The copy, with why and when it was removed.

    Raises Forbidden, NotFound (also when it has been disposed of), Invalid by field, Conflict for a person whom a
    支援措置 covers or without a signatory.
    """
    by.must("juki.issue_supplementary_copies")
    _must_be_let(by, at)
    with acting(by.scope.for_purpose(PURPOSE)):
        record, listed = _listed(resident, version)
        must_not_be_covered(record)
        if faults := asked.faults(listed):
            raise Invalid.of(faults)
        removal = record.get_reason_display(), format_era(record.changed_on)
        paper = paper_of(record, listed, asked, at, statement=REMOVED_STATEMENT, removal=removal)
        drawn = supplementary_copy.render(paper)
        detail = {
            "ground": asked.ground, "version": version, "addresses": len(listed), "with_koseki": bool(asked.honseki),
            "number": paper.number,
        }  # fmt: skip
        audit.record(
            action="juki.removed_supplementary_copy_issued", by=by, purpose=PURPOSE, subject=resident, detail=detail
        )
    return drawn


def _listed(resident: UUID, version: int) -> tuple[SupplementaryRecord, list[Stay]]:
    record = selectors.get_supplementary(resident, version)
    kept: list[SupplementaryRecord] = []
    for row in register.history(resident):
        if row.superseded_at is not None or row.version >= version:
            continue
        # What an earlier removal closed is a removed record of its own.
        if row.state == RecordState.REMOVED:
            break
        kept.insert(0, row)
    return record, addresses_of(kept)


def _must_be_let(by: Actor, at: Moment) -> None:
    by.must("juki.search_removed")
    with acting(by.scope):
        affairs.require(PURPOSE, organisation=by.organisation, day=at.day)
