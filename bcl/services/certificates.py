"""証明発行: a 住民票の写し drawn from the copy for the resident who stands at a kiosk, or a refusal with its code.

The centre has checked card and certificate; here is judged what the town judges: the flags of 支援措置, the age,
whether the record is a present one (J-LIS's own register is asked as well, in case a difference is late).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from bcl.choices import Removal
from bcl.domain.giving import GROUNDS, Bar, bar_on_whole
from bcl.domain.relations import label_of
from bcl.domain.rows import CopyRow
from bcl.models import Participation
from bcl.selectors import households, participation
from bcl.selectors.copies import Held
from bcl.selectors.households import Found
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.errors import Refused
from jlis.kernel.isolation.scope import BCL, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from juki.choices import Sex
from juki.pdf import residence_record
from juki.pdf.residence_record import Member, ResidenceCertificate, Show
from juki.services import numbers

RESIDENCE = "JU"


class CopyRefuses(Refused):
    """Nothing may be issued; the code says why to programs, the words do not tell a bystander."""

    status = 422

    def __init__(self, bar: Bar):
        super().__init__(bar.value, GROUNDS[bar].message)


@dataclass(frozen=True)
class Offer:
    """What may be asked for. `whole_household`: whether a paper of everybody is possible today."""

    kinds: tuple[str, ...]
    household_size: int
    whole_household: bool = True


@dataclass(frozen=True)
class ResidenceOrder:
    """What is wanted: for whom, of which office, and the 発行番号 that the paper bears. `shows`: values of `Show`."""

    transaction: str
    resident: UUID
    office: str
    whole_household: bool
    shows: frozenset[str]
    number: str


def offers(*, transaction: str, resident: UUID, office: str, by: Actor, at: Moment, purpose: str) -> Offer:
    """What a kiosk may offer this resident. Raises `CopyRefuses` when nothing may be issued."""
    by.must("bcl.issue_certificates")
    with acting(BCL):
        found = households.find(resident, office, at.day)
        _record("bcl.certificates_offered", found.bar, transaction, office, [resident], by, purpose)
    _refuse(found.bar)
    whole = bar_on_whole([held.row for held in found.members], at.day) is None
    return Offer((RESIDENCE,), len(found.members), whole)


def issue_residence_record(*, order: ResidenceOrder, by: Actor, at: Moment, purpose: str) -> bytes:
    """Draw the paper as PDF. Raises `CopyRefuses`, or `CannotPrint` for an item that the paper cannot carry."""
    by.must("bcl.issue_certificates")
    shows = frozenset(map(Show, order.shows))
    with acting(BCL):
        found = households.find(order.resident, order.office, at.day)
        bar = found.bar or _bar_on_order(order, shows, found, at.day)
        chosen = found.members if order.whole_household else [found.own] if found.own else []
        subjects = [held.resident for held in chosen if held.resident and not bar] or [order.resident]
        paper = b"" if bar else _draw(order, shows, chosen, at)
        _record("bcl.certificate_issued", bar, order.transaction, order.office, subjects, by, purpose, shows)
    _refuse(bar)
    return paper


def _bar_on_order(order: ResidenceOrder, shows: frozenset[Show], found: Found, today: date) -> Bar | None:
    if Show.INDIVIDUAL_NUMBER in shows and not Participation.objects.get(pk=order.office).prints_individual_number:
        return Bar.NOT_OFFERED
    if participation.signatory_on(order.office, today) is None:
        return Bar.NOT_SERVED
    return bar_on_whole([held.row for held in found.members], today) if order.whole_household else None


def _draw(order: ResidenceOrder, shows: frozenset[Show], chosen: Sequence[Held], at: Moment) -> bytes:
    signatory = participation.signatory_on(order.office, at.day)
    assert signatory is not None  # judged before
    opened: dict[UUID, str] = {}
    if Show.INDIVIDUAL_NUMBER in shows:
        opened = numbers.open_numbers([held.resident for held in chosen if held.resident])
    first = chosen[0].row
    return residence_record.render(
        ResidenceCertificate(
            transaction=order.transaction,
            number=order.number,
            municipality=municipalities.address_of(order.office),
            mayor=signatory.mayor,
            seal=signatory.seal,
            issued_on=at.day,
            address=first.address,
            householder=first.householder,
            members=[_member(held.row, opened.get(held.resident, "") if held.resident else "") for held in chosen],
            whole_household=order.whole_household,
            shows=shows,
        )
    )


def _member(row: CopyRow, individual_number: str) -> Member:
    return Member(
        name=row.name,
        name_kana=row.name_kana,
        birth_date=_written(row.birth_date),
        sex=Sex(row.sex).label,
        relation=label_of(row.relation),
        became_resident_on=_written(row.became_resident_on),
        address_since=_written(row.address_since),
        notified_on=_written(row.notified_on),
        former_address=row.former_address,
        former_surname=row.former_surname,
        alias=row.alias,
        honseki=row.honseki,
        koseki_head=row.koseki_head,
        individual_number=individual_number,
        remarks=Removal(row.removal).label if row.removal else "",
    )


def _written(stored: str) -> str:
    return PartialDate.from_iso(stored).in_japanese if stored else ""


def _record(
    action: str,
    bar: Bar | None,
    transaction: str,
    office: str,
    subjects: Sequence[UUID],
    by: Actor,
    purpose: str,
    shows: frozenset[Show] = frozenset(),
) -> None:
    """Write the act, or the refusal with its code; both name the transaction."""
    detail: dict[str, object] = {"transaction": transaction, "office": office}
    detail |= {"refused": bar.value} if bar else {"shows": sorted(shows)} if shows else {}
    refused = "bcl.certificate_refused"
    audit.record(action=refused if bar else action, by=by, purpose=purpose, subjects=subjects, detail=detail)


def _refuse(bar: Bar | None) -> None:
    if bar is not None:
        raise CopyRefuses(bar)
