"""The states of a certificate and the moves between them: one table.

The check, the button, the diagram in the README and the test's matrix come from it. Whether this person may make a
move is the policy's question, not the table's.

Articles are those of 電子署名等に係る地方公共団体情報システム機構の認証業務に関する法律 for the signature certificate;
those for user authentication say the same in its second half.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from jpki.engine.crl import Reason


class State(StrEnum):
    """Where a certificate stands. Expiry is no state: it comes with the clock, and nobody makes it."""

    PREPARED = "PREPARED"
    VALID = "VALID"
    SUSPENDED = "SUSPENDED"
    REVOKED = "REVOKED"


class Cause(StrEnum):
    """Why a certificate stopped being relied on, as the law divides it."""

    HOLD = "HOLD"
    HOLDER_REQUEST = "HOLDER_REQUEST"
    KEY_COMPROMISE = "KEY_COMPROMISE"
    CHANGE = "CHANGE"
    REMOVAL = "REMOVAL"
    RECORD_ERROR = "RECORD_ERROR"
    RENEWAL = "RENEWAL"
    REPLACEMENT = "REPLACEMENT"
    AUTHORITY_KEY = "AUTHORITY_KEY"
    CARD_VOID = "CARD_VOID"
    CARD_SIGNATURE = "CARD_SIGNATURE"
    DISCARD = "DISCARD"


@dataclass(frozen=True)
class Move:
    """One row: what is done, from where to where, by which permission and law, under which words.

    ``cause`` and ``reason`` are what the status and the CRL then say; None for a move that takes them away.
    ``at_the_counter``: a clerk chooses it from a screen; the others come with other work.
    """

    verb: str
    sources: frozenset[State]
    target: State
    permission: str
    statute: str
    audit_word: str
    label: str
    cause: Cause | None = None
    reason: Reason | None = None
    needs_release_policy: bool = False
    at_the_counter: bool = False


def _row(
    verb: str, sources: str, target: State, permission: str, statute: str, audit_word: str, label: str, **rest: object
) -> Move:
    return Move(verb, frozenset(map(State, sources.split())), target, permission, statute, audit_word, label, **rest)  # type: ignore[arg-type]


_RELIED_ON = "VALID SUSPENDED"
MOVES: dict[str, Move] = {
    move.verb: move
    for move in (
        _row("issue", "PREPARED", State.VALID, "jpki.issue", "法第3条", "jpki.certificate_issued", "発行"),
        _row(
            "discard", "PREPARED", State.REVOKED, "jpki.operate_authority", "法第3条",
            "jpki.certificate_discarded", "交付前の破棄", cause=Cause.DISCARD, reason=Reason.UNSPECIFIED,
        ),
        _row(
            "suspend", "VALID", State.SUSPENDED, "jpki.suspend", "法第10条",
            "jpki.certificate_suspended", "一時保留",
            cause=Cause.HOLD, reason=Reason.CERTIFICATE_HOLD, at_the_counter=True,
        ),
        _row(
            "release", "SUSPENDED", State.VALID, "jpki.suspend", "認証局運用規程",
            "jpki.certificate_released", "一時保留の解除", needs_release_policy=True, at_the_counter=True,
        ),
        _row(
            "revoke_on_request", _RELIED_ON, State.REVOKED, "jpki.revoke", "法第9条",
            "jpki.certificate_revoked", "失効申請による失効",
            cause=Cause.HOLDER_REQUEST, reason=Reason.CESSATION_OF_OPERATION, at_the_counter=True,
        ),
        _row(
            "revoke_for_compromise", _RELIED_ON, State.REVOKED, "jpki.revoke", "法第10条",
            "jpki.certificate_revoked", "秘密鍵の漏えい等による失効",
            cause=Cause.KEY_COMPROMISE, reason=Reason.KEY_COMPROMISE, at_the_counter=True,
        ),
        _row(
            "revoke_for_change", f"PREPARED {_RELIED_ON}", State.REVOKED, "jpki.follow_register", "法第12条",
            "jpki.certificate_revoked", "異動による失効", cause=Cause.CHANGE, reason=Reason.AFFILIATION_CHANGED,
        ),
        _row(
            "revoke_for_removal", f"PREPARED {_RELIED_ON}", State.REVOKED, "jpki.follow_register", "法第12条",
            "jpki.certificate_revoked", "消除による失効", cause=Cause.REMOVAL, reason=Reason.CESSATION_OF_OPERATION,
        ),
        _row(
            "revoke_for_error", _RELIED_ON, State.REVOKED, "jpki.revoke", "法第13条",
            "jpki.certificate_revoked", "記録誤りによる失効",
            cause=Cause.RECORD_ERROR, reason=Reason.AFFILIATION_CHANGED, at_the_counter=True,
        ),
        _row(
            "revoke_for_renewal", _RELIED_ON, State.REVOKED, "jpki.issue", "法第6条",
            "jpki.certificate_revoked", "更新による失効", cause=Cause.RENEWAL, reason=Reason.SUPERSEDED,
        ),
        _row(
            "revoke_for_replacement", "VALID", State.REVOKED, "jpki.issue", "認証局運用規程",
            "jpki.certificate_revoked", "一斉再発行による失効", cause=Cause.REPLACEMENT, reason=Reason.SUPERSEDED,
        ),
        _row(
            "revoke_for_authority_key", _RELIED_ON, State.REVOKED, "jpki.operate_authority", "法第14条",
            "jpki.certificate_revoked", "発行者の署名鍵の漏えい等による失効",
            cause=Cause.AUTHORITY_KEY, reason=Reason.CA_COMPROMISE,
        ),
        _row(
            "revoke_with_card", _RELIED_ON, State.REVOKED, "jpki.follow_register", "認証局運用規程",
            "jpki.certificate_revoked", "カードの廃止による失効",
            cause=Cause.CARD_VOID, reason=Reason.CESSATION_OF_OPERATION,
        ),
        _row(
            "revoke_with_card_signature", _RELIED_ON, State.REVOKED, "jpki.follow_register", "認証局運用規程",
            "jpki.certificate_revoked", "カードの署名用電子証明書の失効に伴う失効",
            cause=Cause.CARD_SIGNATURE, reason=Reason.CESSATION_OF_OPERATION,
        ),
    )
}  # fmt: skip


def allows(move: Move, state: State, *, release_policy: bool = False) -> bool:
    """Whether the state lets the move be made. ``release_policy``: the authority lifts holds (ours does not)."""
    return state in move.sources and (release_policy or not move.needs_release_policy)


def moves_from(state: State, *, release_policy: bool = False) -> Iterator[Move]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in MOVES.values() if allows(move, state, release_policy=release_policy))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> PREPARED: 準備"]
    for move in MOVES.values():
        condition = "（方針が許すとき）" if move.needs_release_policy else ""
        for source in State:
            if source in move.sources:
                lines.append(f"    {source} --> {move.target}: {move.label}{condition}")
    lines.append("    REVOKED --> [*]")
    return "\n".join(lines)
