"""Authorities, for what the demonstration certifies."""

from tests.jpki.conftest import founded, key_holders, memory_keys

__all__ = ["founded", "key_holders", "memory_keys"]
