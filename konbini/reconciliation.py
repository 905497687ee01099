"""What must agree: prints with charges, and both with the audit chain."""

from collections.abc import Iterator

from django.db import connection

from jlis.kernel.isolation.scope import KONBINI, SYSTEM, acting
from jlis.kernel.reconcile import Finding, check

_UNEQUAL = """
    SELECT t.id FROM konbini_transaction t FULL JOIN konbini_charge c ON c.transaction_id = t.id
    WHERE (t.state = 'PRINTED') IS DISTINCT FROM (c.transaction_id IS NOT NULL) OR c.fee_yen <> t.fee_yen
    LIMIT 20
"""
# A paper waits ten minutes for its print; after that somebody must clear it up with the operator.
_UNTOLD = "SELECT id FROM konbini_transaction WHERE state = 'ISSUED' AND asked_at < now() - interval '1 day' LIMIT 20"


@check
def prints_have_charges_and_entries() -> Iterator[Finding]:
    """No print without a charge, no charge without a print, each once and each in the chain."""
    with acting(KONBINI):
        printed = _one("SELECT count(*) FROM konbini_transaction WHERE state = 'PRINTED'")
        charged = _one("SELECT count(*) FROM konbini_charge")
        unequal, untold = _rows(_UNEQUAL), _rows(_UNTOLD)
    with acting(SYSTEM):
        entries = _one("SELECT count(*) FROM kernel_auditentry WHERE action = 'konbini.printed' AND outcome = 'DONE'")
    yield Finding("konbini.charged", "印刷と手数料の数", printed, charged, unequal)
    yield Finding("konbini.audited", "印刷と監査記録の数", printed, entries)
    yield Finding("konbini.untold", "結果の届かない交付", 0, len(untold), untold)


def _one(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _rows(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [str(row[0]) for row in cursor.fetchall()]
