"""Checking the chain: the first entry that was altered, removed, inserted or moved, and proofs for single entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidSignature

from jlis.kernel.audit import hashing
from jlis.kernel.audit.models import AuditAnchor, AuditBlock, AuditEntry, AuditLeaf
from jlis.kernel.errors import NotFound
from jlis.kernel.vault import keys


@dataclass(frozen=True)
class Fault:
    """One break of the chain: what happened (ALTERED, REMOVED, INSERTED, MOVED, CHAIN, ANCHOR) and where."""

    kind: str
    block: int | None
    position: int | None
    entry: str

    LABELS = {
        "ALTERED": "改変",
        "REMOVED": "削除",
        "INSERTED": "挿入",
        "MOVED": "移動",
        "CHAIN": "ブロックの連鎖の断絶",
        "ANCHOR": "署名済みアンカーとの不一致",
    }

    def __str__(self) -> str:
        place = f"ブロック{self.block} 位置{self.position}" if self.block is not None else "未封印"
        return f"{self.LABELS[self.kind]}（{self.kind}）: 監査記録 {self.entry}（{place}）"


@dataclass(frozen=True)
class Verified:
    """The outcome of a check: how much was read, and the first fault of each kind in chain order."""

    blocks: int
    entries: int
    unsealed: int
    faults: list[Fault]


def verify() -> Verified:
    """Check every block, every entry and every anchor; under a scope that may read the chain."""
    key = keys.audit_key()
    previous, blocks, count, faults = hashing.EMPTY, 0, 0, []
    for block in AuditBlock.objects.order_by("height").iterator():
        if block.height != blocks + 1 or bytes(block.previous_hash) != previous:
            faults.append(Fault("CHAIN", block.height, None, "-"))
        faults += _block_faults(block, key)
        previous, blocks, count = bytes(block.hash), block.height, count + block.count
    below = _frontier()
    unsealed = AuditEntry.objects.filter(transaction__gte=below).order_by("transaction", "id")
    tail = 0
    for entry in unsealed.iterator():
        tail += 1
        if bytes(entry.mac) != hashing.mac(key, entry):
            faults.append(Fault("INSERTED", None, None, str(entry.id)))
    faults += list(_anchor_faults())
    return Verified(blocks, count, tail, faults)


def _frontier() -> int:
    last = AuditBlock.objects.order_by("-height").first()
    return last.transaction_below if last else 0


def _block_faults(block: AuditBlock, key: bytes) -> list[Fault]:
    leaves = list(AuditLeaf.objects.filter(block=block).order_by("position"))
    sealed = {leaf.entry for leaf in leaves}
    entries = AuditEntry.objects.in_bulk(list(sealed))
    faults: list[Fault] = []
    running, hashes = bytes(block.previous_hash), []
    expected = 0
    order_broken = False
    for leaf in leaves:
        entry = entries.get(leaf.entry)
        place = (block.height, leaf.position, str(leaf.entry))
        if leaf.position != expected:
            faults.append(Fault("REMOVED", block.height, expected, "-"))
            expected = leaf.position
            order_broken = True
        if entry is None:
            faults.append(Fault("REMOVED", *place))
        elif hashing.leaf_hash(entry) != bytes(leaf.leaf_hash):
            faults.append(Fault("ALTERED", *place))
        running = hashing.running_hash(running, bytes(leaf.leaf_hash))
        if running != bytes(leaf.running_hash) and not order_broken:
            faults.append(Fault("MOVED", *place))
            order_broken = True
        hashes.append(bytes(leaf.leaf_hash))
        expected += 1
    if expected < block.count:
        faults.append(Fault("REMOVED", block.height, expected, "-"))
    faults += _header_faults(block, hashes, bool(faults))
    faults += _inserted(block, sealed, key)
    return faults


def _header_faults(block: AuditBlock, hashes: list[bytes], already_broken: bool) -> list[Fault]:
    root = hashing.merkle_root(hashes)
    stated = hashing.block_hash(
        block.height,
        bytes(block.previous_hash),
        bytes(block.root),
        block.count,
        block.transaction_below,
        block.sealed_at,
    )
    broken = stated != bytes(block.hash) or (root != bytes(block.root) and not already_broken)
    return [Fault("CHAIN", block.height, None, "-")] if broken else []


def _inserted(block: AuditBlock, sealed: set[UUID], key: bytes) -> list[Fault]:
    """Entries that stand among the sealed ones by transaction number, yet were never sealed."""
    within = AuditEntry.objects.filter(
        transaction__gte=block.transaction_from, transaction__lt=block.transaction_below
    ).values_list("id", flat=True)
    return [Fault("INSERTED", block.height, None, str(entry)) for entry in within.iterator() if entry not in sealed]


def _anchor_faults() -> Iterator[Fault]:
    # Our own key, not the one that the row states: a row put in by hand may carry any key.
    ours = keys.anchor_key().public_key()
    for anchor in AuditAnchor.objects.order_by("day"):
        block = AuditBlock.objects.filter(height=anchor.height).first()
        statement = f"{anchor.day.isoformat()}|{anchor.height}|{bytes(anchor.block_hash).hex()}".encode()
        try:
            ours.verify(bytes(anchor.signature), statement)
            genuine = True
        except InvalidSignature:
            genuine = False
        if not genuine or block is None or bytes(block.hash) != bytes(anchor.block_hash):
            yield Fault("ANCHOR", anchor.height, None, anchor.day.isoformat())


@dataclass(frozen=True)
class Proof:
    """That one entry stands in a block: its leaf, the path to the root, and the block's hash."""

    entry: str
    block: int
    position: int
    leaf: str
    path: list[tuple[str, str]]
    root: str
    block_hash: str


def prove(entry_id: UUID) -> Proof:
    """The inclusion proof of an entry; `NotFound` while it is not sealed."""
    leaf = AuditLeaf.objects.select_related("block").filter(entry=entry_id).first()
    entry = AuditEntry.objects.filter(pk=entry_id).first()
    if leaf is None or entry is None:
        raise NotFound("entry_not_sealed", "封印済みの監査記録が見つかりません。")
    hashes = AuditLeaf.objects.filter(block=leaf.block).order_by("position").values_list("leaf_hash", flat=True)
    path = hashing.inclusion_path([bytes(each) for each in hashes], leaf.position)
    own = hashing.leaf_hash(entry)
    if hashing.root_from_path(own, path) != bytes(leaf.block.root):
        raise NotFound("entry_not_proven", "監査記録が封印と一致しません。audit_verify を実行してください。")
    return Proof(
        str(entry_id),
        leaf.block.height,
        leaf.position,
        own.hex(),
        [(side, sibling.hex()) for side, sibling in path],
        bytes(leaf.block.root).hex(),
        bytes(leaf.block.hash).hex(),
    )
