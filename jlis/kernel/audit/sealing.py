"""The sealer: chains committed entries into blocks, indexes them by person, and counts them.

It takes the entries below the oldest running transaction (`pg_snapshot_xmin`), so that one which commits late is sealed
later and never skipped; no act waits for a lock of the chain.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives import serialization
from django.db import connection

from jlis.kernel import arrays
from jlis.kernel.audit import hashing, tallies
from jlis.kernel.audit.models import AuditAnchor, AuditBlock, AuditEntry, AuditLeaf
from jlis.kernel.domain.subject_sets import unpack_ids
from jlis.kernel.isolation.scope import SYSTEM, acting
from jlis.kernel.vault import keys

# A block is held in memory when it is made and when it is checked; one transaction is never divided.
LARGEST_BLOCK = 20_000
_ONE_SEALER = 5_011_001  # advisory lock number
_IDS_AT_ONCE = 50_000
_INDEX = """
    INSERT INTO kernel_auditsubject (resident, entry, at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[])
"""
_INDEX_MANY = "INSERT INTO kernel_auditsubject (entry, at, resident) SELECT %s, %s, unnest(%s::uuid[])"
_FRONTIER = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True)
class Sealed:
    """What one run of the sealer did; `forged` are entries that the application did not write."""

    height: int | None
    count: int
    forged: list[str]


def seal(*, at: datetime) -> Sealed:
    """Seal what has been committed since the last block; does nothing when there is nothing new."""
    with acting(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_SEALER])
        cursor.execute(_FRONTIER)
        below = cursor.fetchone()[0]
        last = AuditBlock.objects.order_by("-height").first()
        start = last.transaction_below if last else 0
        below = _cut(start, below)
        entries = list(
            AuditEntry.objects.filter(transaction__gte=start, transaction__lt=below).order_by("transaction", "id")
        )
        key = keys.audit_key()
        forged = [str(entry.id) for entry in entries if bytes(entry.mac) != hashing.mac(key, entry)]
        genuine = [entry for entry in entries if str(entry.id) not in set(forged)]
        if not genuine:
            return Sealed(None, 0, forged)
        block = _write_block(last, genuine, start, below, at)
        index_subjects(genuine)
        tallies.count(block)
        return Sealed(block.height, block.count, forged)


def _cut(start: int, below: int) -> int:
    """Where the block ends: at `below`, or at the first transaction past the largest number of entries."""
    waiting = AuditEntry.objects.filter(transaction__gte=start, transaction__lt=below).order_by("transaction")
    numbers = waiting.values_list("transaction", flat=True)
    beyond = list(numbers[LARGEST_BLOCK : LARGEST_BLOCK + 1])
    if not beyond:
        return below
    return beyond[0] if beyond[0] > numbers[0] else beyond[0] + 1


def _write_block(
    last: AuditBlock | None, entries: list[AuditEntry], start: int, below: int, at: datetime
) -> AuditBlock:
    leaves = [hashing.leaf_hash(entry) for entry in entries]
    height = last.height + 1 if last else 1
    previous = bytes(last.hash) if last else hashing.EMPTY
    root = hashing.merkle_root(leaves)
    block = AuditBlock.objects.create(
        height=height,
        previous_hash=previous,
        root=root,
        count=len(leaves),
        transaction_from=start,
        transaction_below=below,
        sealed_at=at,
        hash=hashing.block_hash(height, previous, root, len(leaves), below, at),
    )
    running, rows = previous, []
    for position, (entry, leaf) in enumerate(zip(entries, leaves, strict=True)):
        running = hashing.running_hash(running, leaf)
        rows.append((height, position, entry.id, leaf, running))
    _copy("kernel_auditleaf (block_id, position, entry, leaf_hash, running_hash)", rows)
    return block


def index_subjects(entries: Iterable[AuditEntry]) -> None:
    """Add the entries to the per-person index."""
    single = []
    with connection.cursor() as cursor:
        for entry in entries:
            if entry.subject:
                single.append((entry.subject, entry.id, entry.at))
            for residents in _arrays_of(bytes(entry.subjects or b"")):
                cursor.execute(_INDEX_MANY, [entry.id, entry.at, residents])
        if single:
            cursor.execute(_INDEX, arrays.columns(single))


def _arrays_of(packed: bytes) -> Iterator[str]:
    """Many ids as arrays: a bulk act may have touched a prefecture."""
    octets = unpack_ids(packed) if packed else b""
    for start in range(0, len(octets), 16 * _IDS_AT_ONCE):
        yield arrays.ids(octets[start : start + 16 * _IDS_AT_ONCE])


def _copy(target: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def anchor(*, day: date) -> AuditAnchor | None:
    """Sign the chain's head for a day, once; None while there is no block."""
    with acting(SYSTEM):
        known = AuditAnchor.objects.filter(day=day).first()
        head = AuditBlock.objects.order_by("-height").first()
        if known or head is None:
            return known
        key = keys.anchor_key()
        statement = f"{day.isoformat()}|{head.height}|{bytes(head.hash).hex()}".encode()
        public = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return AuditAnchor.objects.create(
            day=day, height=head.height, block_hash=head.hash, public_key=public, signature=key.sign(statement)
        )


def seal_now() -> Sealed:
    """Seal what there is, block after block; what beat calls every few seconds. Returns the last block's account."""
    while (sealed := seal(at=datetime.now(UTC))).count >= LARGEST_BLOCK // 2:
        continue
    return sealed


__all__ = ["AuditLeaf", "Sealed", "anchor", "index_subjects", "seal", "seal_now"]
