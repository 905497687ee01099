"""What must agree: cards with certificates, audit entries and events; applications with entries; places with claims."""

from collections.abc import Iterator

from django.db import connection

from jlis.kernel.isolation.scope import MYNACARD, SYSTEM, acting
from jlis.kernel.reconcile import Finding, check

_MOST_ROWS = 20
# Whatever ended a card ended what it bears.
_ALIVE_ON_VOID = """
    SELECT w.certificate_id FROM mynacard_card c
    JOIN mynacard_cardcertificate w ON w.card_id = c.id JOIN jpki_certificatestatus s ON s.id = w.certificate_id
    WHERE c.state = 'VOID' AND s.state IN ('VALID', 'SUSPENDED') AND s.not_after > now() LIMIT %s
"""
_BORNE_TOO_EARLY = """
    SELECT w.certificate_id FROM mynacard_card c JOIN mynacard_cardcertificate w ON w.card_id = c.id
    WHERE c.handed_over_at IS NULL LIMIT %s
"""
_PLACES = """
    SELECT d.day FROM mynacard_expressday d LEFT JOIN mynacard_expressapplication e ON e.day_id = d.day
    GROUP BY d.day HAVING d.taken <> count(e.application_id) LIMIT %s
"""
_LOTS = """
    SELECT l.number FROM mynacard_productionlot l LEFT JOIN mynacard_card c ON c.lot_id = l.id
    GROUP BY l.id HAVING l.count <> count(c.id) LIMIT %s
"""
_PINS = """
    SELECT p.application_id FROM mynacard_pinrequest p JOIN mynacard_application a ON a.id = p.application_id
    WHERE a.ended_at IS NOT NULL LIMIT %s
"""


@check
def cards_have_entries_and_events() -> Iterator[Finding]:
    """Each hand-over and each end was an act in the chain, and told by an event."""
    with acting(MYNACARD):
        handed = _one("SELECT count(*) FROM mynacard_card WHERE handed_over_at IS NOT NULL")
        void = _one("SELECT count(*) FROM mynacard_card WHERE state = 'VOID'")
        applied = _one("SELECT count(*) FROM mynacard_application")
        told_of = _one("SELECT count(*) FROM mynacard_expirynotice WHERE state = 'SENT'")
    with acting(SYSTEM):
        entries = {name: _entries(f"mynacard.{name}") for name in _ENTRIES}
        events = {name: _events(f"mynacard.{name}") for name in _EVENTS}
    began = "card_handed_over", "cards_taken_over"
    yield Finding("mynacard.handed_over_audited", "交付と監査記録の数", handed, sum(entries[name] for name in began))
    yield Finding("mynacard.handed_over_told", "交付と出来事の数", handed, sum(events[name] for name in began))
    yield Finding("mynacard.void_audited", "廃止と監査記録の数", void, entries["card_voided"])
    yield Finding("mynacard.void_told", "廃止と出来事の数", void, events["card_voided"])
    yield Finding("mynacard.applied_audited", "交付申請と監査記録の数", applied, entries["application_received"])
    # One entry counts a person once, however many notices the person is sent that day.
    is_short = told_of > 0 and entries["expiry_notices_sent"] == 0
    yield Finding("mynacard.notices_audited", "監査記録のない有効期限通知", 0, told_of if is_short else 0)


@check
def what_hangs_on_cards_agrees() -> Iterator[Finding]:
    """Certificates live with their card, places and lots count what they hold, no PIN outlives its application."""
    checks = (
        ("mynacard.certificates_of_void", "廃止したカードに残る電子証明書", _ALIVE_ON_VOID),
        ("mynacard.certificates_too_early", "交付前のカードの電子証明書", _BORNE_TOO_EARLY),
        ("mynacard.express_places", "特急発行の受付枠と申請の数", _PLACES),
        ("mynacard.lots", "製造ロットとカードの数", _LOTS),
        ("mynacard.pins_left", "終わった申請に残る暗証番号設定依頼", _PINS),
    )
    for name, label, statement in checks:
        with acting(MYNACARD):
            rows = _rows(statement)
        yield Finding(name, label, 0, len(rows), rows)


_ENTRIES = ("card_handed_over", "cards_taken_over", "card_voided", "application_received", "expiry_notices_sent")
_EVENTS = ("card_handed_over", "cards_taken_over", "card_voided")


def _entries(action: str) -> int:
    statement = "SELECT coalesce(sum(subject_count), 0) FROM kernel_auditentry WHERE action = %s AND outcome = 'DONE'"
    return _one(statement, action)


def _events(kind: str) -> int:
    return _one("SELECT coalesce(sum(subject_count), 0) FROM kernel_outboxevent WHERE kind = %s", kind)


def _one(statement: str, *parameters: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return int(cursor.fetchone()[0])


def _rows(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_MOST_ROWS])
        return [str(row[0]) for row in cursor.fetchall()]
