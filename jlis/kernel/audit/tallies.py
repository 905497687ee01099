"""What the chain holds in numbers: how often which body did what for which affair on which day, and to how many.

The sealer counts each entry once, in the transaction that seals it. Rooms draw their statistics and their bills from
here, so that a figure and the chain cannot tell two stories; `manage.py reconcile` holds them together.
"""

from django.db import connection

from jlis.kernel.audit.models import AuditBlock, AuditTally

# A kind is the way in which an act was done: a method or a reason of change, where the entry's detail names one. A
# further part of a bulk act has its persons and is no call.
_COUNT = """
    INSERT INTO kernel_audittally (day, organisation, action, purpose, kind, calls, subjects)
    SELECT (e.at AT TIME ZONE 'Asia/Tokyo')::date, e.organisation, e.action, e.purpose,
           coalesce(e.detail ->> 'method', e.detail ->> 'reason', ''),
           count(*) FILTER (WHERE NOT e.detail ? 'part'), sum(e.subject_count)
    FROM kernel_auditleaf l JOIN kernel_auditentry e ON e.id = l.entry
    WHERE l.block_id >= %s AND e.outcome = 'DONE'
    GROUP BY 1, 2, 3, 4, 5
    ON CONFLICT (day, organisation, action, purpose, kind) DO UPDATE
    SET calls = kernel_audittally.calls + excluded.calls, subjects = kernel_audittally.subjects + excluded.subjects
"""


def count(block: AuditBlock) -> None:
    """Add what a new block seals; the first time, whatever was sealed before there were tallies."""
    first = block.height if AuditTally.objects.exists() else 0
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [first])
