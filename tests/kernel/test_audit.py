"""C4: the chain names what was altered, removed, inserted or moved."""

import hashlib
import json
import time
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from jlis.kernel.actors import system_actor
from jlis.kernel.audit import hashing, sealing, verification
from jlis.kernel.audit.models import AuditBlock, AuditEntry, AuditLeaf, AuditSubject, AuditTally
from jlis.kernel.audit.services import Act, denied, record, record_many, record_parts
from jlis.kernel.domain.subject_sets import pack_subjects
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import NotFound
from jlis.kernel.isolation.scope import SYSTEM, Scope, acting
from tests.conftest import CHIYODA

pytestmark = pytest.mark.django_db(transaction=True)

BY = system_actor("test", Scope("jlis_municipal", CHIYODA))


def write(count: int) -> list:
    with acting(BY.scope):
        return record_many([Act("test.done", None, None, {"n": n}) for n in range(count)], by=BY)


def seal(patience: float = 30):
    """Seal; a transaction of another test's database, begun earlier, holds the sealer back until it ends."""
    until = time.monotonic() + patience
    while True:
        sealed = sealing.seal(at=datetime.now(UTC))
        if sealed.count or sealed.forged or time.monotonic() > until:
            return sealed
        time.sleep(0.05)


@pytest.fixture
def entries():
    """Nine entries in two blocks."""
    first = write(5)
    seal()
    second = write(4)
    seal()
    return first + second


def faults() -> list[tuple[str, str]]:
    with acting(SYSTEM):
        return [(fault.kind, fault.entry) for fault in verification.verify().faults]


def tamper(statement: str, *parameters) -> None:
    """As the owner of the tables, who cannot be kept out but is found out."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount > 0, "nothing was tampered with"


def test_an_untouched_chain_has_no_fault(entries):
    assert faults() == []
    with acting(SYSTEM):
        assert verification.verify().entries == 9


def test_an_altered_entry_is_named(entries):
    tamper("UPDATE kernel_auditentry SET purpose = 'X' WHERE id = %s", entries[6])
    assert faults()[0] == ("ALTERED", str(entries[6]))


def test_a_removed_entry_is_named(entries):
    tamper("DELETE FROM kernel_auditentry WHERE id = %s", entries[2])
    assert faults()[0] == ("REMOVED", str(entries[2]))


def test_an_entry_removed_with_its_seal_leaves_a_gap(entries):
    tamper("DELETE FROM kernel_auditleaf WHERE entry = %s", entries[2])
    tamper("DELETE FROM kernel_auditentry WHERE id = %s", entries[2])
    assert faults()[0][0] == "REMOVED"


def test_an_inserted_entry_is_named_sealed_or_not(entries):
    forged = uuid7(datetime.now(UTC))
    tamper(
        "INSERT INTO kernel_auditentry (id, at, actor_kind, actor_id, actor_label, organisation, action, outcome,"
        " purpose, subject_count, detail, request_id, mac)"
        " SELECT %s, at, actor_kind, actor_id, actor_label, organisation, action, outcome, purpose, 0, detail, '', mac"
        " FROM kernel_auditentry LIMIT 1",
        forged,
    )
    assert faults() == [("INSERTED", str(forged))]
    write(1)
    seal()
    assert faults() == [("INSERTED", str(forged))]


def test_entries_that_changed_places_are_named(entries):
    first, second = sorted(entries[:5])[:2]
    tamper("UPDATE kernel_auditleaf SET position = 100 WHERE entry = %s", first)
    tamper("UPDATE kernel_auditleaf SET position = 0 WHERE entry = %s", second)
    tamper("UPDATE kernel_auditleaf SET position = 1 WHERE entry = %s", first)
    assert faults()[0][0] == "MOVED"


def test_a_block_rewritten_whole_breaks_the_chain(entries):
    tamper("UPDATE kernel_auditblock SET root = %s WHERE height = 1", bytes(32))
    assert ("CHAIN", "-") in faults()


def test_the_command_fails_and_names_the_entry(entries, capsys):
    call_command("audit_verify")
    tamper("UPDATE kernel_auditentry SET actor_label = 'X' WHERE id = %s", entries[0])
    with pytest.raises(CommandError, match=str(entries[0])):
        call_command("audit_verify")


def test_the_proof_of_one_entry_can_be_checked_by_hand(entries):
    """A second implementation: the path walked with hashlib alone."""
    with acting(SYSTEM):
        proof = verification.prove(entries[3])
    found = bytes.fromhex(proof.leaf)
    for side, sibling in proof.path:
        pair = found + bytes.fromhex(sibling) if side == "right" else bytes.fromhex(sibling) + found
        found = hashlib.sha256(b"\x01" + pair).digest()
    assert found.hex() == proof.root


def blocks() -> list[int]:
    with acting(SYSTEM):
        return list(AuditBlock.objects.order_by("height").values_list("count", flat=True))


def test_many_entries_make_several_blocks_and_no_transaction_is_divided(monkeypatch):
    monkeypatch.setattr(sealing, "LARGEST_BLOCK", 4)
    for count in (3, 3, 6, 1):
        write(count)
    while sum(counts := blocks()) < 13:
        assert seal().count, f"the sealer does not come on: {counts}"
    assert max(blocks()) == 6
    assert faults() == []


def test_an_unsealed_entry_has_no_proof_yet():
    (entry,) = write(1)
    with acting(SYSTEM), pytest.raises(NotFound):
        verification.prove(entry)


def test_a_late_commit_is_sealed_later_and_not_skipped(django_db_blocker):
    import psycopg

    settings = connection.settings_dict
    late = psycopg.connect(
        host=settings["HOST"], port=settings["PORT"], user=settings["USER"], password=settings["PASSWORD"],
        dbname=settings["NAME"],
    )  # fmt: skip
    with late:
        late.execute("SELECT pg_current_xact_id()")
        early = write(1)
        assert seal(patience=0).count == 0, "an older transaction still runs"
        late.rollback()
    late.close()
    assert seal().count == 1
    with acting(SYSTEM):
        assert AuditLeaf.objects.get().entry == early[0]


def test_nobody_rewrites_the_chain_through_the_application(entries):
    for role in ("jlis_system", "jlis_auditor", "jlis_municipal"):
        with pytest.raises(DatabaseError), acting(Scope(role, CHIYODA)):
            AuditEntry.objects.update(purpose="X")
        with pytest.raises(DatabaseError), acting(Scope(role, CHIYODA)):
            AuditBlock.objects.all().delete()


def test_a_bulk_act_is_one_entry_and_every_persons_line():
    people = [uuid7(datetime.now(UTC)) for _ in range(300)]
    with acting(BY.scope):
        record(action="test.bulk", by=BY, subjects=people)
    seal()
    with acting(SYSTEM):
        assert AuditEntry.objects.get().subject_count == 300
        assert set(AuditSubject.objects.values_list("resident", flat=True)) == set(people)


def test_a_denial_is_kept_after_the_rollback():
    denied(action="request.denied", by=BY, reason="permission_missing")
    with acting(SYSTEM):
        entry = AuditEntry.objects.get()
    assert (entry.outcome, entry.detail) == ("DENIED", {"reason": "permission_missing"})


def test_the_anchor_is_signed_once_a_day_and_checked(entries):
    anchor = sealing.anchor(day=date(2026, 11, 21))
    assert sealing.anchor(day=date(2026, 11, 21)).signature == anchor.signature
    assert faults() == []
    tamper("UPDATE kernel_auditanchor SET height = height - 1")
    assert faults()[0][0] == "ANCHOR"


def test_the_canonical_form_is_plain_json():
    write(1)
    with acting(SYSTEM):
        entry = AuditEntry.objects.get()
    document = json.loads(hashing.canonical(entry))
    assert document["action"] == "test.done"
    assert list(document) == sorted(document)


def test_a_bulk_act_in_parts_is_one_call_with_everybody_in_it():
    residents = sorted((uuid7(datetime.now(UTC)) for _ in range(7)), key=lambda resident: resident.bytes)
    with acting(BY.scope):
        persons = record_parts(
            [pack_subjects(residents[:4]), pack_subjects(residents[4:])], action="test.provided", by=BY,
            detail={"method": "BULK"},
        )  # fmt: skip
    seal()
    with acting(SYSTEM):
        tally = AuditTally.objects.get(action="test.provided")
        indexed = sorted(AuditSubject.objects.values_list("resident", flat=True), key=lambda resident: resident.bytes)
        parts = [entry.detail.get("part") for entry in AuditEntry.objects.order_by("at", "id")]
    assert (persons, tally.calls, tally.subjects, tally.kind) == (7, 1, 7, "BULK")
    assert indexed == residents
    assert parts == [None, 2]
    assert faults() == []
