"""What must agree in the register: versions, their audit entries and events, codes and numbers."""

from collections.abc import Iterator

from django.db import connection

from jlis.kernel.isolation.scope import NUMBERS, REGISTRY, SYSTEM, acting
from jlis.kernel.reconcile import Finding, check
from juki.sql import number_notices

_MOST_ROWS = 20


@check
def versions_have_entries_and_events() -> Iterator[Finding]:
    """Each version was written by an act in the chain, and told by an event."""
    with acting(REGISTRY):
        versions = _one("SELECT count(*) FROM (SELECT DISTINCT resident, version FROM juki_identityrecord) AS v")
        residents = _one("SELECT count(*) FROM juki_resident")
        loose = _rows(
            "SELECT resident FROM juki_identityrecord r"
            " WHERE NOT EXISTS (SELECT 1 FROM juki_resident a WHERE a.id = r.resident) LIMIT %s"
        )
        not_one = _rows(
            "SELECT a.id FROM juki_resident a LEFT JOIN juki_identityrecord r"
            " ON r.resident = a.id AND r.valid_to IS NULL AND r.superseded_at IS NULL"
            " WHERE NOT EXISTS (SELECT FROM juki_disposal d WHERE d.resident = a.id AND d.version = a.version"
            " AND d.outcome = 'DISPOSED' AND d.data_class = 'REMOVED_RECORD')"
            " GROUP BY a.id HAVING count(r.id) <> 1 OR max(r.version) <> a.version LIMIT %s"
        )
        disposed = _one(
            "SELECT coalesce(sum(versions), 0) FROM juki_disposal"
            " WHERE outcome = 'DISPOSED' AND data_class = 'REMOVED_RECORD'"
        )
        bearing = _one("SELECT count(*) FROM juki_residentcode WHERE valid_to IS NULL")
    with acting(SYSTEM):
        entries = _one(
            "SELECT coalesce(sum(subject_count), 0) FROM kernel_auditentry"
            " WHERE action IN ('juki.notification_applied', 'juki.loaded') AND outcome = 'DONE'"
        )
        events = _one(
            "SELECT coalesce(sum(subject_count), 0) FROM kernel_outboxevent WHERE kind = ANY(%s)",
            ["juki.residents_loaded", "juki.resident_registered", "juki.resident_moved_in", "juki.resident_changed",
             "juki.resident_removed", "juki.past_change_told"],
        )  # fmt: skip
    with acting(NUMBERS):
        numbered = _one("SELECT count(*) FROM juki_individualnumber WHERE valid_to IS NULL")
    yield Finding("juki.versions_audited", "版（廃棄済みを含む）と監査記録の数", versions + disposed, entries)
    yield Finding("juki.versions_told", "版（廃棄済みを含む）と出来事の数", versions + disposed, events)
    yield Finding("juki.versions_loose", "住民のない版", 0, len(loose), loose)
    yield Finding("juki.one_latest", "最新版が一つでない住民", 0, len(not_one), not_one)
    yield Finding("juki.codes", "住民と住民票コードの数", residents, bearing)
    yield Finding("juki.numbers", "住民と個人番号の数", residents, numbered)


def _one(statement: str, *parameters: list[str]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return int(cursor.fetchone()[0])


def _rows(statement: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [_MOST_ROWS])
        return [str(row[0]) for row in cursor.fetchall()]


@check
def messages_have_their_steps() -> Iterator[Finding]:
    """Each message between towns has a step that sent it, and stands in the state of its last one."""
    with acting(REGISTRY):
        messages = _one("SELECT count(*) FROM juki_townmessage")
        sent = _one("SELECT count(*) FROM juki_townmessagestep WHERE verb = 'send'")
        astray = _rows(
            "SELECT m.id FROM juki_townmessage m JOIN LATERAL (SELECT target FROM juki_townmessagestep s"
            " WHERE s.message_id = m.id ORDER BY s.id DESC LIMIT 1) AS last ON true"
            " WHERE last.target <> m.state LIMIT %s"
        )
        loose = _rows(
            "SELECT v.id FROM juki_supplementaryrecord v"
            " WHERE NOT EXISTS (SELECT 1 FROM juki_resident r WHERE r.id = v.resident) LIMIT %s"
        )
    yield Finding("juki.messages_sent", "市町村間の通知と送信の経過の数", messages, sent)
    yield Finding("juki.messages_astray", "経過と状態が違う市町村間の通知", 0, len(astray), astray)
    yield Finding("juki.supplementary_loose", "住民のない附票本人確認情報", 0, len(loose), loose)


@check
def covered_are_those_of_live_measures() -> Iterator[Finding]:
    """Who stands on a live 支援措置 is in the table of the covered, and nobody else: one missing would be a leak."""
    with acting(REGISTRY):
        bare = _rows(
            "SELECT DISTINCT m.resident FROM juki_protectionmember m"
            " JOIN juki_protectionmeasure p ON p.id = m.measure_id WHERE p.state <> 'ENDED'"
            " AND NOT EXISTS (SELECT 1 FROM juki_protectedresident c WHERE c.resident = m.resident) LIMIT %s"
        )
        left = _rows(
            "SELECT c.resident FROM juki_protectedresident c WHERE NOT EXISTS ("
            " SELECT 1 FROM juki_protectionmember m JOIN juki_protectionmeasure p ON p.id = m.measure_id"
            " WHERE m.resident = c.resident AND p.state <> 'ENDED') LIMIT %s"
        )
    yield Finding("juki.protection_missing", "支援措置があるのに伏せられていない者", 0, len(bare), bare)
    yield Finding("juki.protection_left", "支援措置がないのに伏せられている者", 0, len(left), left)


@check
def towns_are_told_their_residents_numbers() -> Iterator[Finding]:
    """Each present resident's number has been told to the town where they are registered, and as new once (J2)."""
    with acting(REGISTRY):
        untold = number_notices.count_untold()
        some = number_notices.untold(_MOST_ROWS) if untold else []
        twice = number_notices.told_twice(_MOST_ROWS)
    label = "個人番号を市区町村に通知していない住民（manage.py fill_number_notices で補う）"
    yield Finding("juki.numbers_untold", label, 0, untold, some)
    yield Finding("juki.numbers_told_twice", "個人番号の付番を同じ市区町村に二度通知した住民", 0, len(twice), twice)
