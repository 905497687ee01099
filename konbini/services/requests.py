"""One request for one paper: asked of the town, held against the request, guarded, and kept until it is printed.

One transaction from the request to the paper; its id goes out with the question and must come back inside the PDF.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.partial_dates import PartialDate
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import FieldError, Invalid, NotFound, Refused
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.time import Moment
from jlis.kernel.vault import keys, sealing
from juki.pdf.residence_record import Show
from juki.selectors import residents
from konbini import policies
from konbini.choices import SessionState, TransactionState
from konbini.domain import gate, paper_numbers
from konbini.domain.kinds import KINDS, CertificateKind
from konbini.domain.transactions import MOVES, Move
from konbini.gateways import issuers
from konbini.gateways.issuers import PURPOSE, Order, TownRefuses, TownUnavailable
from konbini.models import KioskSession, Paper, Transaction
from konbini.pdf import guarding, reading
from konbini.selectors import participants
from konbini.services import sessions

log = structlog.get_logger(__name__)
# A kiosk shows these two; 個人番号 on paper is a town's own choice and is asked at its counter.
OFFERED = frozenset({Show.RELATION, Show.KOSEKI})
KEPT_FOR = timedelta(minutes=10)
_TITLES = {CertificateKind.RESIDENCE_RECORD: "住民票"}


@dataclass(frozen=True)
class Wanted:
    """What the resident chose. ``paid_yen`` is what the kiosk has taken and holds until the print."""

    kind: str
    whole_household: bool
    shows: frozenset[str]
    paid_yen: int


@dataclass(frozen=True)
class Outcome:
    """The request as it is kept, and why there is no paper if there is none (nothing is charged then)."""

    transaction: Transaction
    refusal: Refused | None = None


class GateClosed(Refused):
    """What came is not what was asked for; it went nowhere (§5.5, the last gate)."""

    status = 500


def issue(*, session: UUID, wanted: Wanted, by: Actor, at: Moment) -> Outcome:
    """Have a paper made and guard it. Refusals of town and gate are kept with the request and returned.

    Raises NotFound, Conflict, Invalid, Closed for what must not even be asked of the town.
    """
    by.must("konbini.relay")
    with acting(KONBINI):
        before = sessions.locked(session, SessionState.IDENTIFIED, by, at)
        town = policies.must_serve(participants.town(before.office), at)
        fee = _checked(wanted, participants.menu(before.office, at.day))
        made = _transaction(before, wanted, fee, at)
        order = _order(made, at)
        try:
            policies.must_not_be_protected(made.resident)
            document = issuers.of_town(town, by=policies.as_centre(by), at=at).issue(order)
            _pass_the_gate(made, order, document)
        except (policies.Protected, TownRefuses, TownUnavailable, GateClosed) as refusal:
            return _without_paper(made, refusal, by, at)
        # The session lasts on from each paper: a family's second one follows at the same kiosk.
        KioskSession.objects.filter(pk=before.pk).update(expires_at=at.instant + sessions.LASTS)
        paper = guarding.guarded(document, number=made.number, secret=keys.papers_key())
        _keep(made, paper, by, at)
        return Outcome(made)


def waiting_paper(*, session: UUID, transaction: UUID, by: Actor, at: Moment) -> bytes:
    """The guarded paper as PDF, until its print has been told or ten minutes have passed. NotFound after that."""
    by.must("konbini.relay")
    with acting(KONBINI):
        row = (
            Paper.objects.select_related("transaction")
            .filter(
                pk=transaction,
                transaction__session=session,
                transaction__operator=by.organisation,
                made_at__gt=at.instant - KEPT_FOR,
            )
            .first()
        )
        if row is None:
            raise NotFound("paper_gone", "この証明書は、もう印刷できません。")
        # A measure may have begun since the paper was made.
        policies.must_not_be_protected(row.transaction.resident)
        return sealing.open_many([bytes(row.sealed)], [transaction.bytes])[0]


def erase_forgotten(*, at: Moment) -> int:
    """Erase papers whose print nobody told of in time; returns how many. Their requests stay open to be cleared up."""
    with acting(KONBINI):
        return Paper.objects.filter(made_at__lte=at.instant - KEPT_FOR).delete()[0]


def _checked(wanted: Wanted, fees: dict[str, int]) -> int:
    faults = []
    if wanted.kind not in fees or wanted.kind not in _TITLES:
        faults.append(FieldError("kind", "not_offered", "この市区町村では、この証明書を取り扱っていません。"))
    faults += [
        FieldError("shows", "not_offered", f"「{item}」は端末では選べません。")
        for item in sorted(wanted.shows - OFFERED)
    ]
    if not faults and wanted.paid_yen != fees[wanted.kind]:
        faults.append(FieldError("paid_yen", "wrong_fee", f"手数料は{fees[wanted.kind]}円です。"))
    if faults:
        raise Invalid.of(faults)
    return fees[wanted.kind]


def _transaction(session: KioskSession, wanted: Wanted, fee: int, at: Moment) -> Transaction:
    assert session.resident is not None, "an identified session has its resident"
    tenant = municipalities.tenant_of(session.office)
    return Transaction(
        id=uuid7(at.instant),
        session=session,
        operator_id=session.kiosk.operator_id,
        number=paper_numbers.fresh(),
        prefecture=tenant.prefecture,
        municipality=tenant.municipality,
        office=session.office,
        resident=session.resident,
        serial=session.serial,
        kind=wanted.kind,
        whole_household=wanted.whole_household,
        shows=sorted(wanted.shows),
        fee_yen=fee,
        state=TransactionState.ISSUED,
        asked_at=at.instant,
    )


def _order(made: Transaction, at: Moment) -> Order:
    return Order(
        transaction=str(made.pk),
        kind=KINDS[CertificateKind(made.kind)].code,
        resident=made.resident,
        office=made.office,
        whole_household=made.whole_household,
        shows=frozenset(made.shows),
        number=f"{at.day:%Y%m%d}-{made.office}-K-{paper_numbers.written(made.number)}",
    )


def _pass_the_gate(made: Transaction, order: Order, document: bytes) -> None:
    """Read the paper again and hold it against request, card and register. Raises GateClosed."""
    session = KioskSession.objects.get(pk=made.session_id)
    record = residents.latest_of(made.resident)
    try:
        found = reading.content(document)
    except reading.NotReadable:
        found = reading.Content((), "")
    asked = gate.Asked(
        transaction=order.transaction,
        serial=made.serial,
        resident=str(made.resident),
        number=order.number,
        title=_TITLES[CertificateKind(made.kind)],
        name=record.name if record else "",
        birth_date=PartialDate.from_iso(record.birth_date).in_japanese if record else "",
        municipality=municipalities.municipality(made.office).name,
        unwanted=(record.resident_code,) if record else (),
    )
    came = gate.Came(found.reference, found.pages, session.serial, str(session.resident))
    if differing := gate.mismatches(asked, came):
        log.critical("konbini_gate_closed", transaction=order.transaction, office=made.office, differing=differing)
        raise GateClosed("gate_" + differing[0], "証明書の内容を確認できませんでした。料金はいただいていません。")


def _keep(made: Transaction, paper: bytes, by: Actor, at: Moment) -> None:
    made.save(force_insert=True)
    sealed = sealing.seal_many([paper], [made.pk.bytes])[0]
    Paper.objects.create(transaction=made, sealed=sealed, made_at=at.instant)
    _record(MOVES["issue"], made, by)


def _without_paper(made: Transaction, refusal: Refused, by: Actor, at: Moment) -> Outcome:
    move = MOVES["block" if isinstance(refusal, GateClosed) else "refuse"]
    made.state, made.refusal, made.settled_at = move.target.value, refusal.code[:40], at.instant
    made.save(force_insert=True)
    _record(move, made, by)
    return Outcome(made, refusal)


def _record(move: Move, made: Transaction, by: Actor) -> None:
    detail = {"transaction": str(made.pk), "kind": made.kind, "office": made.office}
    detail |= {"refusal": made.refusal} if made.refusal else {}
    audit.record(action=move.audit_word, by=by, purpose=PURPOSE, subject=made.resident, detail=detail)
