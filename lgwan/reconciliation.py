"""What must agree: numbers with approvals, both with the audit chain; nothing registered on what has ended."""

from collections.abc import Iterator

from django.db.models import Sum

from jlis.kernel.audit.models import AuditEntry, Outcome
from jlis.kernel.isolation.scope import LGWAN, SYSTEM, acting
from jlis.kernel.reconcile import Finding, check
from lgwan import choices
from lgwan.domain import asp
from lgwan.models import Filing, RegistrationYear, Service


@check
def numbers_have_approvals() -> Iterator[Finding]:
    """Each number was given once, by one accepted application, and stands in the chain."""
    with acting(LGWAN):
        numbered = Service.objects.filter(state__in=choices.NUMBERED).count()
        accepted = Filing.objects.filter(kind=choices.FilingKind.APPLICATION, outcome=choices.Outcome.ACCEPTED).count()
        given = RegistrationYear.objects.aggregate(all=Sum("given"))["all"] or 0
        final = [state.value for state in asp.FINAL]
        living = Service.objects.filter(state__in=choices.NUMBERED).exclude(state__in=final)
        hanging = [str(each) for each in living.filter(rests_on__state__in=final).values_list("pk", flat=True)[:20]]
    with acting(SYSTEM):
        entries = AuditEntry.objects.filter(action=asp.MOVES["approve"].audit_word, outcome=Outcome.DONE).count()
    yield Finding("lgwan.approved", "登録番号と承認の数", numbered, accepted)
    yield Finding("lgwan.numbered", "登録番号と付番の数", numbered, given)
    yield Finding("lgwan.audited", "承認と監査記録の数", accepted, entries)
    yield Finding("lgwan.carried", "基盤のないサービス", 0, len(hanging), hanging)
