"""検証者: who may ask whether a certificate is revoked, what for, and its life from application to end as one table.

署名検証者 are under 公的個人認証法第17条, 利用者証明検証者 under 第36条. A 行政機関等 gives notice, a platform
(PF事業者) is certified by the ministers in charge, a service provider (SP事業者) has a platform check for it and asks
through it alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class PartyKind(StrEnum):
    """What a relying party is."""

    ADMINISTRATIVE = "ADMINISTRATIVE"
    PLATFORM = "PLATFORM"
    PROVIDER = "PROVIDER"


class Entitlement(StrEnum):
    """What a relying party may be told. Each is a dated row, so that consent and further items can hang on it."""

    SIGNATURE_STATUS = "SIGNATURE_STATUS"
    AUTHENTICATION_STATUS = "AUTHENTICATION_STATUS"
    LINK_RENEWED = "LINK_RENEWED"
    LINK_KINDS = "LINK_KINDS"
    LATEST_ITEMS = "LATEST_ITEMS"
    LINK_CARRIERS = "LINK_CARRIERS"


STATUS_OF = {"sign": Entitlement.SIGNATURE_STATUS, "auth": Entitlement.AUTHENTICATION_STATUS}
"""Which entitlement a certificate's status needs, by its authority."""

BASES = {
    Entitlement.SIGNATURE_STATUS: "公的個人認証法第17条第1項",
    Entitlement.AUTHENTICATION_STATUS: "公的個人認証法第36条第1項",
}
"""By which article a status is asked for. Links have no article of their own: they follow the agreement."""


class PartyState(StrEnum):
    """Where a relying party stands."""

    APPLIED = "APPLIED"
    ACCEPTED = "ACCEPTED"
    ACTIVE = "ACTIVE"
    STOPPED = "STOPPED"
    ENDED = "ENDED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


REGISTERED = frozenset({PartyState.ACCEPTED, PartyState.ACTIVE, PartyState.STOPPED, PartyState.ENDED})
LIVING = frozenset({PartyState.APPLIED, PartyState.ACCEPTED, PartyState.ACTIVE, PartyState.STOPPED})


@dataclass(frozen=True)
class PartyMove:
    """One row: what is done, from where to where, by which permission, on which basis, in which words.

    `by_platform`: a platform's own staff may make it for the providers under it, by a permission of their own.
    `by_another`: never by the one who entered the application.
    """

    verb: str
    sources: frozenset[PartyState]
    target: PartyState
    permission: str
    basis: str
    label: str
    by_platform: bool = False
    by_another: bool = False
    needs_note: bool = False

    @property
    def audit_word(self) -> str:
        """The act's name in the chain."""
        return f"jpki.party_{self.verb}"


def _row(verb: str, sources: str, target: str, permission: str, basis: str, label: str, **rest: bool) -> PartyMove:
    states = frozenset(map(PartyState, sources.split()))
    return PartyMove(verb, states, PartyState(target), f"jpki.{permission}", basis, label, **rest)


_NOTICE, _AGREEMENT, _STOP = "法第17条第1項・第36条第1項", "法第17条第4項の取決め", "法第18条第3項"
PARTY_MOVES: dict[str, PartyMove] = {
    move.verb: move
    for move in (
        _row("accept", "APPLIED", "ACCEPTED", "accept_parties", _NOTICE, "受理", by_another=True),
        _row("refuse", "APPLIED", "REFUSED", "accept_parties", _NOTICE, "不受理", by_another=True, needs_note=True),
        _row("withdraw", "APPLIED", "WITHDRAWN", "manage_parties", _NOTICE, "取下げ", by_platform=True),
        _row("start", "ACCEPTED", "ACTIVE", "manage_parties", _AGREEMENT, "提供の開始"),
        _row("stop", "ACTIVE", "STOPPED", "manage_parties", _STOP, "提供の停止", needs_note=True),
        _row("resume", "STOPPED", "ACTIVE", "manage_parties", _STOP, "提供の再開", needs_note=True),
        _row("end", "ACCEPTED ACTIVE STOPPED", "ENDED", "manage_parties", _AGREEMENT, "提供の終了", by_platform=True,
             needs_note=True),
    )
}  # fmt: skip


def party_allows(move: PartyMove, state: PartyState) -> bool:
    """Whether a party in this state lets the move be made."""
    return state in move.sources


def party_moves_from(state: PartyState) -> Iterator[PartyMove]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in PARTY_MOVES.values() if party_allows(move, state))


def party_diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> APPLIED: 届出・申込み"]
    for move in PARTY_MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in PartyState if source in move.sources]
    return "\n".join(lines + [f"    {state} --> [*]" for state in PartyState if state not in LIVING])


def party_code(kind: PartyKind, number: int) -> str:
    """The code of a company in this system, once it is accepted: PF-0003, SP-000012."""
    return f"PF-{number:04}" if kind == PartyKind.PLATFORM else f"SP-{number:06}"


class Channel(StrEnum):
    """By which way revocation information was asked for."""

    API = "API"
    OCSP = "OCSP"
    CRL = "CRL"


@dataclass(frozen=True)
class Asked:
    """What was asked, as an entry's method tells it and the chain's tallies count it: `OCSP/SIGN/SP-000012`.

    `what` is SIGN, AUTH, or UNKNOWN for a certificate that is not ours, of which there is nothing to provide; where the
    question tells the carrier, a telephone's are SIGN_MOBILE and AUTH_MOBILE, at the same price.
    """

    channel: str
    what: str
    provider: str = ""

    @property
    def method(self) -> str:
        """As it stands in the chain."""
        return "/".join(part for part in (self.channel, self.what, self.provider) if part)

    @property
    def priced_as(self) -> str:
        """The use, which decides the price, whatever the carrier."""
        return self.what.partition("_")[0]

    @property
    def of_mobile(self) -> bool:
        """Whether a telephone's certificate was asked about."""
        return self.what != self.priced_as

    @classmethod
    def read(cls, method: str) -> "Asked":
        """From what stands in the chain."""
        channel, _, rest = method.partition("/")
        what, _, provider = rest.partition("/")
        return cls(channel, what, provider)
