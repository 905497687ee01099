"""What must agree: certificates with their audit entries and events, holdings with states, lists with statuses."""

from collections.abc import Iterator

from django.db import connection

from jlis.kernel.isolation.scope import JPKI, SYSTEM, acting
from jlis.kernel.reconcile import Finding, check
from jpki.sql import tallies

_MOST_ROWS = 20
_ISSUED = "SELECT count(*) FROM jpki_certificatestatus WHERE issued_at IS NOT NULL"
_ENDED = "SELECT count(*) FROM jpki_certificatestatus WHERE state = 'REVOKED' AND issued_at IS NOT NULL"
# Whoever holds a certificate holds one that is valid or on hold, and each such one is held.
_HOLDINGS = """
    SELECT s.id FROM jpki_certificatestatus s FULL JOIN jpki_holding h ON h.status_id = s.id
    WHERE (h.status_id IS NULL AND s.state IN ('VALID', 'SUSPENDED') AND s.not_after > now())
       OR (h.status_id IS NOT NULL AND s.state NOT IN ('VALID', 'SUSPENDED'))
    LIMIT %s
"""
# A telephone's certificates stand as it does, and it stands as the card's signature certificate lets it.
_DEVICES = """
    SELECT d.id FROM jpki_mobiledevice d
    JOIN jpki_certificatestatus card ON card.id = d.card_signature_id
    JOIN jpki_certificatestatus s ON s.id IN (d.signature_id, d.authentication_id)
    WHERE s.state <> CASE d.state WHEN 'LIVE' THEN 'VALID' WHEN 'SUSPENDED' THEN 'SUSPENDED' ELSE 'REVOKED' END
       OR (d.state = 'LIVE' AND card.state <> 'VALID') OR (d.state = 'SUSPENDED' AND card.state = 'REVOKED')
    LIMIT %s
"""
_NAMELESS = """
    SELECT s.id FROM jpki_certificatestatus s
    WHERE NOT EXISTS (SELECT 1 FROM jpki_certificate c WHERE c.status_id = s.id) LIMIT %s
"""
# A report that the town stands by must still say what the tally says.
_REPORTS = """
    SELECT r.office || ' ' || to_char(r.month, 'YYYY-MM') FROM jpki_feereport r
    WHERE r.state IN ('CONFIRMED', 'BILLED', 'SETTLED')
      AND NOT EXISTS (
        SELECT 1 FROM jpki_certificatecharge c
        WHERE c.office = r.office AND c.yen > 0 AND c.day >= r.month AND c.day < r.month + interval '1 month'
        HAVING count(*) = r.counted AND coalesce(sum(c.yen), 0) = r.due_yen)
    LIMIT %s
"""


@check
def fee_reports_say_what_the_tally_says() -> Iterator[Finding]:
    """What was reported and billed is the sum of the counters' charges."""
    with acting(JPKI):
        differing = _rows(_REPORTS)
    yield Finding("jpki.fee_reports", "集計と違う有償発行の月次報告", 0, len(differing), differing)


@check
def tallies_say_what_the_rows_say() -> Iterator[Finding]:
    """The figures' tallies are the sums of the certificates and of the charges."""
    with acting(JPKI):
        differing, charges = tallies.differing(_MOST_ROWS), tallies.differing_charges(_MOST_ROWS)
    yield Finding("jpki.certificate_tallies", "電子証明書と違う累計", 0, len(differing), differing)
    yield Finding("jpki.charge_tallies", "手数料の記録と違う累計", 0, len(charges), charges)


@check
def telephones_stand_as_their_certificates() -> Iterator[Finding]:
    """What hangs on a card's signature certificate went with it."""
    with acting(JPKI):
        astray = _rows(_DEVICES)
    yield Finding("jpki.devices", "電子証明書と状態の合わない移動端末設備", 0, len(astray), astray)


@check
def certificates_have_entries_and_events() -> Iterator[Finding]:
    """Each certificate was issued and ended by an act in the chain, and told by an event."""
    with acting(JPKI):
        issued, ended = _one(_ISSUED), _one(_ENDED)
        loose, nameless = _rows(_HOLDINGS), _rows(_NAMELESS)
    with acting(SYSTEM):
        entries = {action: _entries(f"jpki.certificate_{action}") for action in ("issued", "revoked")}
        events = {kind: _events(f"jpki.certificate_{kind}") for kind in ("issued", "replaced", "revoked")}
        unsigned = _one(
            "SELECT count(*) FROM kernel_auditentry WHERE action = 'jpki.certificate_revoked'"
            " AND detail ->> 'issued' = 'false'"
        )
    yield Finding("jpki.issued_audited", "発行と監査記録の数", issued, entries["issued"])
    yield Finding("jpki.issued_told", "発行と出来事の数", issued, events["issued"] + events["replaced"])
    yield Finding("jpki.revoked_audited", "失効と監査記録の数", ended, entries["revoked"] - unsigned)
    yield Finding("jpki.revoked_told", "失効と出来事の数", ended, events["revoked"])
    yield Finding("jpki.holdings", "状態と合わない保有", 0, len(loose), loose)
    yield Finding("jpki.nameless", "内容のない状態", 0, len(nameless), nameless)


def _entries(action: str) -> int:
    return _one("SELECT count(*) FROM kernel_auditentry WHERE action = %s AND outcome = 'DONE'", action)


def _events(kind: str) -> int:
    return _one("SELECT count(*) FROM kernel_outboxevent WHERE kind = %s", kind)


def _one(statement: str, *parameters: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return int(cursor.fetchone()[0])


def _rows(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_MOST_ROWS])
        return [str(row[0]) for row in cursor.fetchall()]
