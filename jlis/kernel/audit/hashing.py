"""How an entry becomes bytes, a leaf and a root. Plain functions; the second implementation in the tests mirrors them.

Leaves and nodes are hashed with different first bytes (RFC 6962 §2.1), so that no node can pass for a leaf.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

EMPTY = bytes(32)
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(entry: Any) -> bytes:
    """The entry's content as UTF-8 JSON with sorted keys; everything but the transaction number and the MAC."""
    return _ENCODER.encode(
        {
            "id": str(entry.id),
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": [entry.actor_kind, entry.actor_id, entry.actor_label, entry.organisation],
            "action": entry.action,
            "outcome": entry.outcome,
            "purpose": entry.purpose,
            "subject": str(entry.subject) if entry.subject else None,
            "subjects": hashlib.sha256(bytes(entry.subjects)).hexdigest() if entry.subjects else None,
            "subject_count": entry.subject_count,
            "detail": entry.detail,
            "request_id": entry.request_id,
        }
    ).encode()


def mac(key: bytes, entry: Any) -> bytes:
    """HMAC-SHA-256 of the canonical content."""
    return hmac.digest(key, canonical(entry), "sha256")


def leaf_hash(entry: Any) -> bytes:
    """The leaf of an entry: its content, its MAC and its transaction number."""
    return hashlib.sha256(b"\x00" + canonical(entry) + bytes(entry.mac) + str(entry.transaction).encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """An inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def running_hash(former: bytes, leaf: bytes) -> bytes:
    """The hash over all leaves up to this one; it finds the place where an order was changed."""
    return hashlib.sha256(b"\x02" + former + leaf).digest()


def merkle_levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All levels from leaves to root; a last node without a partner rises unchanged (RFC 6962's shape)."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root; 32 zero bytes for no leaves."""
    return merkle_levels(leaves)[-1][0] if leaves else EMPTY


def inclusion_path(leaves: Sequence[bytes], position: int) -> list[tuple[str, bytes]]:
    """The siblings from leaf to root, each with the side on which it stands."""
    path = []
    for level in merkle_levels(leaves)[:-1]:
        sibling = position ^ 1
        if sibling < len(level):
            path.append(("right" if sibling > position else "left", level[sibling]))
        position //= 2
    return path


def root_from_path(leaf: bytes, path: Iterable[tuple[str, bytes]]) -> bytes:
    """Walk an inclusion path up to the root that it proves."""
    for side, sibling in path:
        leaf = node_hash(leaf, sibling) if side == "right" else node_hash(sibling, leaf)
    return leaf


def block_hash(height: int, previous: bytes, root: bytes, count: int, below: int, sealed_at: datetime) -> bytes:
    """The hash of a block's header, which the next block repeats."""
    header = f"{height}|{previous.hex()}|{root.hex()}|{count}|{below}|{sealed_at.astimezone(UTC).isoformat()}"
    return hashlib.sha256(b"\x03" + header.encode()).digest()
