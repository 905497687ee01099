"""Digests by which two bodies compare what both hold, without sending it: of a row, of many rows, and a tree of them.

A row's line is its values parted by U+001F, in UTF-8. The tree has sixteen branches at each of four levels: a row
hangs where the SHA-256 of its key says, in hexadecimal figures. The digest of a lowest node is that of its rows, the
digest of a node above the SHA-256 over figure and digest of each child that holds a row. Two trees differ along a few
paths where a few rows differ, and only those paths have to be told.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

FIGURES = "0123456789abcdef"
DEPTH = 4
EMPTY = b""
_SIZE = hashlib.sha256().digest_size


def line_of(values: Iterable[str]) -> str:
    """A row as digests take it."""
    return "\x1f".join(values)


def row_digest(line: str) -> bytes:
    """The digest of one row's line."""
    return hashlib.sha256(line.encode()).digest()


def digest_of(lines: Mapping[str, str]) -> str:
    """SHA-256, in hexadecimal, over the SHA-256 of each line, in the order of the keys as text."""
    return joined(row_digest(lines[key]) for key in sorted(lines)).hex()


def joined(digests: Iterable[bytes]) -> bytes:
    """SHA-256 over digests in their order."""
    found = hashlib.sha256()
    for digest in digests:
        found.update(digest)
    return found.digest()


def node_of(key: str) -> str:
    """The lowest node at which the row of a key hangs."""
    return hashlib.sha256(key.encode()).hexdigest()[:DEPTH]


def children_of(node: str) -> list[str]:
    """The nodes below one."""
    return [node + figure for figure in FIGURES]


class DigestTree:
    """The digests of every node that holds a row; `EMPTY` for the others. The root is the node ''."""

    def __init__(self, lowest: Mapping[str, bytes]):
        self._levels: list[dict[str, bytes]] = [dict(lowest)]
        for level in range(DEPTH - 1, -1, -1):
            self._levels.insert(0, _folded(self._levels[0], level))

    def digest(self, node: str) -> bytes:
        """The digest of a node."""
        return self._levels[len(node)].get(node, EMPTY)

    @property
    def root(self) -> bytes:
        """The digest of everything."""
        return self.digest("")

    def packed(self) -> bytes:
        """The lowest level, as it is kept while two trees are compared: node and digest, one after the other."""
        return b"".join(bytes.fromhex(node) + digest for node, digest in sorted(self._levels[DEPTH].items()))

    @classmethod
    def unpacked(cls, kept: bytes) -> "DigestTree":
        """A tree from its kept form."""
        width = DEPTH // 2 + _SIZE
        rows = (kept[start : start + width] for start in range(0, len(kept), width))
        return cls({row[: DEPTH // 2].hex(): row[DEPTH // 2 :] for row in rows})


def tree_of(lines: Mapping[str, str]) -> DigestTree:
    """The tree over rows by key."""
    hanging: dict[str, dict[str, str]] = {}
    for key, line in lines.items():
        hanging.setdefault(node_of(key), {})[key] = line
    return DigestTree({node: bytes.fromhex(digest_of(rows)) for node, rows in hanging.items()})


def _folded(below: Mapping[str, bytes], level: int) -> dict[str, bytes]:
    children: dict[str, list[str]] = {}
    for node in sorted(below):
        children.setdefault(node[:level], []).append(node)
    return {node: _digest_of_children(found, below) for node, found in children.items()}


def _digest_of_children(nodes: Sequence[str], digests: Mapping[str, bytes]) -> bytes:
    return joined(node[-1].encode() + digests[node] for node in nodes)
