"""The kiosk's word on a print: the one place where a charge is made, and made once."""

from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, NotFound
from jlis.kernel.isolation.scope import KONBINI, acting
from jlis.kernel.time import Moment
from konbini.domain.fees import commission_on
from konbini.domain.transactions import OF_RESULT, PrintResult
from konbini.gateways.issuers import PURPOSE
from konbini.models import Charge, Paper, Transaction


def tell(*, session: UUID, transaction: UUID, result: PrintResult, by: Actor, at: Moment) -> Transaction:
    """Take the kiosk's word: printed, and the fee and the commission are counted; failed, and nothing is.

    The paper is erased either way. Told again the same, the answer is the same; told otherwise it is a Conflict.
    Raises Forbidden, NotFound also for another operator's.
    """
    by.must("konbini.relay")
    move = OF_RESULT[result]
    with acting(KONBINI):
        own = Transaction.objects.filter(pk=transaction, session=session, operator=by.organisation)
        made = own.select_for_update(of=("self",)).first()
        if made is None:
            raise NotFound("transaction_not_found", "該当する交付がありません。")
        if made.state == move.target:
            return made
        if made.state != move.source:
            raise Conflict("print_told_already", f"この交付は「{made.get_state_display()}」として記録されています。")
        made.state, made.settled_at = move.target.value, at.instant
        made.save(update_fields=["state", "settled_at"])
        Paper.objects.filter(pk=made.pk).delete()
        if result is PrintResult.PRINTED:
            _charge(made, at)
        detail = {"transaction": str(made.pk), "kind": made.kind, "fee_yen": made.fee_yen}
        audit.record(action=move.audit_word, by=by, purpose=PURPOSE, subject=made.resident, detail=detail)
        return made


def _charge(made: Transaction, at: Moment) -> None:
    Charge.objects.create(
        transaction=made,
        office=made.office,
        operator_id=made.operator_id,
        kind=made.kind,
        fee_yen=made.fee_yen,
        commission_yen=commission_on(at.day),
        charged_on=at.day,
    )
