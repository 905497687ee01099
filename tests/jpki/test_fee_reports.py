"""有償発行の月次報告 (P8): from the tally to the bill, by the persons whom it takes, and nobody else."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ProgrammingError

from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import JPKI, SYSTEM, Scope, acting
from jpki.choices import Issued
from jpki.domain.fee_reports import MOVES, month_of
from jpki.domain.fees import Ground
from jpki.domain.kinds import Kind
from jpki.models import CertificateCharge, FeeReport
from jpki.reconciliation import fee_reports_say_what_the_tally_says
from jpki.selectors import fees
from jpki.services import charges, fee_reports
from jpki.services.fee_reports import Said
from tests.conftest import actor
from tests.jpki.cast import PURPOSE
from tests.jpki.fees import CENTRE, CHIEF, CLERK, charged, last_month


@pytest.fixture
def month(at):
    return month_of(last_month(at).day)


@pytest.fixture
def charge(signature, at) -> CertificateCharge:
    """Last month's only one, paid."""
    return charged(signature, Ground.LOST, at=last_month(at))


@pytest.fixture
def drawn(charge, month, at) -> FeeReport:
    return fee_reports.draw(month=month, by=CLERK, at=at)


def make(report, verb, by, at, **said):
    return fee_reports.move(report=report.pk, verb=verb, said=Said(**said), by=by, at=at)


def seen_by(scope: Scope) -> int:
    with acting(scope):
        return fees.reports().count()


def test_from_the_tally_to_the_bill(drawn, month, at):
    assert (drawn.state, drawn.counted, drawn.due_yen, drawn.month) == ("DRAWN", 1, 200, month)

    compared = make(drawn, "compare", CLERK, at, received_yen=200)
    confirmed = make(drawn, "confirm", CHIEF, at)
    billed = make(drawn, "bill", CENTRE, at)
    settled = make(drawn, "settle", CENTRE, at)

    assert (compared.difference, confirmed.compared_by, confirmed.confirmed_by) == ("", CLERK.label, CHIEF.label)
    assert (billed.billed_on, billed.bill_number) == (at.day, f"{month:%Y%m}-131016")
    assert (settled.state, settled.settled_on) == ("SETTLED", at.day)
    with acting(JPKI):
        assert [step.verb for step in drawn.steps.all()] == ["draw", "compare", "confirm", "bill", "settle"]
    with acting(SYSTEM):
        entry = AuditEntry.objects.get(action="jpki.fee_report_bill")
    assert (entry.detail["office"], entry.detail["due_yen"], entry.subject) == ("131016", 200, None)


def test_a_difference_is_explained_or_refused(drawn, at):
    for received, code in ((None, "required"), (-1, "required"), (400, "unexplained")):
        with pytest.raises(Invalid) as refused:
            make(drawn, "compare", CLERK, at, received_yen=received)
        assert refused.value.errors[0].code == code

    compared = make(drawn, "compare", CLERK, at, received_yen=400, note="前月分の収納が遅れたため")

    assert (compared.received_yen, compared.difference) == (400, "前月分の収納が遅れたため")


def test_nobody_confirms_what_they_compared(drawn, at):
    make(drawn, "compare", CHIEF, at, received_yen=200)

    with pytest.raises(Conflict) as refused:
        make(drawn, "confirm", CHIEF, at)
    assert refused.value.code == "same_person"
    assert make(drawn, "confirm", actor("131016", "SUPERVISOR", number=7), at).state == "CONFIRMED"


def test_a_tally_that_changed_is_drawn_anew(drawn, authentication, at):
    make(drawn, "compare", CLERK, at, received_yen=200)
    charged(authentication, Ground.LOST, at=last_month(at))

    with pytest.raises(Conflict) as refused:
        make(drawn, "confirm", CHIEF, at)
    assert refused.value.code == "tally_changed"
    make(drawn, "send_back", CHIEF, at, note="集計をやり直すこと")
    again = make(drawn, "redraw", CLERK, at)
    assert (again.counted, again.due_yen, again.received_yen) == (2, 400, None)


@pytest.mark.parametrize("verb", ["send_back", "return"])
def test_what_goes_back_says_why(drawn, at, verb):
    make(drawn, "compare", CLERK, at, received_yen=200)
    by = CHIEF
    if verb == "return":
        make(drawn, "confirm", CHIEF, at)
        by = CENTRE

    with pytest.raises(Invalid):
        make(drawn, verb, by, at, note=" ")
    back = make(drawn, verb, by, at, note="金額を確かめてください")

    assert (back.state, back.confirmed_at, back.compared_at, back.confirmed_by_id) == ("DRAWN", None, None, "")
    with acting(CENTRE.scope):
        assert not fees.reports().exists()


def test_a_month_is_drawn_once_and_when_it_is_over(drawn, month, at):
    with pytest.raises(Conflict) as refused:
        fee_reports.draw(month=month, by=CLERK, at=at)
    assert refused.value.code == "drawn_already"
    with pytest.raises(Invalid):
        fee_reports.draw(month=month_of(at.day), by=CLERK, at=at)
    with acting(CLERK.scope):
        assert month not in fees.months_to_draw("131016", at.day)


def test_a_month_without_paid_acts_is_reported_as_none(signature, month, at):
    nothing = fee_reports.draw(month=month, by=actor("131041", "COUNTER_CLERK"), at=at)

    assert (nothing.office, nothing.counted, nothing.due_yen) == ("131041", 0, 0)


def test_each_move_is_its_duties_own(drawn, at):
    makers = {"jpki.report_fees": {CLERK, CHIEF}, "jpki.confirm_fees": {CHIEF}, "jpki.bill_fees": {CENTRE}}
    other = actor("131016", "PROTECTION_OFFICER")
    for verb, move in MOVES.items():
        for by in {CLERK, CHIEF, CENTRE, other} - makers[move.permission]:
            with pytest.raises(Forbidden):
                make(drawn, verb, by, at, received_yen=200, note="理由")
    with pytest.raises(Forbidden):
        fee_reports.draw(month=drawn.month, by=CENTRE, at=at)


def test_for_the_next_town_there_is_nothing(drawn, at):
    next_town = actor("131041", "SUPERVISOR")

    with pytest.raises(NotFound):
        make(drawn, "compare", next_town, at, received_yen=200)
    with acting(next_town.scope):
        assert not CertificateCharge.objects.exists()
        assert not fees.reports().exists()


def test_j_lis_sees_a_report_from_its_confirmation_on(drawn, at):
    with pytest.raises(NotFound):
        make(drawn, "bill", CENTRE, at)
    seen = [seen_by(CENTRE.scope)]
    make(drawn, "compare", CLERK, at, received_yen=200)
    seen.append(seen_by(CENTRE.scope))
    make(drawn, "confirm", CHIEF, at)
    seen.append(seen_by(CENTRE.scope))

    assert seen == [0, 0, 1]
    with acting(CENTRE.scope):
        assert [step.verb for step in drawn.steps.all()] == ["confirm"]
        assert CertificateCharge.objects.count() == 1


@pytest.mark.parametrize("role", ["jlis_prefectural", "jlis_national", "jlis_public", "jlis_system"])
@pytest.mark.parametrize("table", ["jpki_certificatecharge", "jpki_feereport", "jpki_feereportstep"])
def test_roles_that_have_no_business_here(drawn, role, table):
    from django.db import connection

    with pytest.raises(ProgrammingError, match="permission denied"), acting(Scope(role, "131016", "B1-77")):
        connection.cursor().execute(f"SELECT count(*) FROM {table}")


def test_no_role_changes_a_charge(charge):
    for scope in (JPKI, CLERK.scope):
        with pytest.raises(ProgrammingError, match="permission denied"), acting(scope):
            CertificateCharge.objects.update(yen=0)


def test_the_database_keeps_two_persons_and_the_reason(drawn, at):
    make(drawn, "compare", CLERK, at, received_yen=200)
    for changes in ({"received_yen": 400}, {"confirmed_by_id": CLERK.id}, {"state": "CONFIRMED"}):
        with pytest.raises(IntegrityError), acting(JPKI), transaction.atomic():
            FeeReport.objects.filter(pk=drawn.pk).update(**changes)


def test_a_charge_says_what_it_was_for(signature, authentication, at):
    both = charges.record(
        issued={Kind.SIGN_CARD: signature.pk, Kind.AUTH_CARD: authentication.pk},
        office="131016", ground=Ground.OWN_WISH, entered_yen=300, by=CLERK, at=at, purpose=PURPOSE,
    )  # fmt: skip

    assert (both.issued, both.yen, both.ground, both.day) == (Issued.BOTH, 300, "OWN_WISH", at.day)
    with pytest.raises(Invalid):
        charges.record(
            issued={Kind.SIGN_CARD: signature.pk}, office="131016", ground=Ground.LOST, entered_yen=500, by=CLERK,
            at=at, purpose=PURPOSE,
        )  # fmt: skip
    with pytest.raises(Forbidden):
        charges.record(
            issued={Kind.SIGN_CARD: signature.pk}, office="131016", ground=Ground.LOST, at=at, purpose=PURPOSE,
            by=replace(CLERK, permissions=frozenset()),
        )  # fmt: skip


def test_reconcile_finds_a_report_that_the_tally_left_behind(drawn, authentication, at):
    make(drawn, "compare", CLERK, at, received_yen=200)
    make(drawn, "confirm", CHIEF, at)
    (before,) = fee_reports_say_what_the_tally_says()
    charged(authentication, Ground.LOST, at=last_month(at))

    (after,) = fee_reports_say_what_the_tally_says()

    assert (before.actual, after.actual, after.rows) == (0, 1, [f"131016 {drawn.month:%Y-%m}"])
