"""移動端末設備: telephones whose certificates hang on the card's signature certificate, and their life as one table.

A device bears both certificates, from one application to its end. Which devices are served from when, how many a holder
may have, and how fresh an application must be, are dated rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Platform(StrEnum):
    """What kind of telephone it is."""

    ANDROID = "ANDROID"
    IOS = "IOS"


class DeviceState(StrEnum):
    """Where a device stands. Its certificates' expiry is no state: it comes with the clock."""

    LIVE = "LIVE"
    SUSPENDED = "SUSPENDED"
    ENDED = "ENDED"


class DeviceCause(StrEnum):
    """Why a device is on hold or has ended."""

    LOST = "LOST"
    HOLDER_REQUEST = "HOLDER_REQUEST"
    REPLACED = "REPLACED"
    CARD_SIGNATURE = "CARD_SIGNATURE"
    REPLACEMENT = "REPLACEMENT"


BORNE = frozenset({DeviceState.LIVE, DeviceState.SUSPENDED})
"""The states of a device whose certificates may still count."""


@dataclass(frozen=True)
class DeviceRule:
    """What is served from ``since`` on: which platforms, and how long an application's signature stays fresh.

    Nobody has two devices at once: the newest stands, and the former one ends by it.
    """

    since: date
    platforms: frozenset[Platform]
    fresh_for: timedelta = timedelta(minutes=30)


# Newest first. Android began on 11 May 2023, the iPhone on 24 June 2025; the half hour is ours.
DEVICE_RULES = (
    DeviceRule(date(2025, 6, 24), frozenset(Platform)),
    DeviceRule(date(2023, 5, 11), frozenset({Platform.ANDROID})),
)


def device_rule_on(day: date) -> DeviceRule | None:
    """The rule in force; None before the service began."""
    return next((rule for rule in DEVICE_RULES if day >= rule.since), None)


@dataclass(frozen=True)
class DeviceMove:
    """One row: what is done, from where to where, by which permission, in which words.

    ``certificates`` is the move that the device's certificates make with it. ``with_card``: it follows the card's
    signature certificate and nobody chooses it. ``at_the_counter``: a clerk chooses it from the resident's page.
    """

    verb: str
    sources: frozenset[DeviceState]
    target: DeviceState
    permission: str
    label: str
    certificates: str
    cause: DeviceCause | None
    at_the_counter: bool = False
    with_card: bool = False

    @property
    def audit_word(self) -> str:
        """As the chain tells it."""
        return f"jpki.device_{_AUDIT_WORDS[self.target]}"


_AUDIT_WORDS = {DeviceState.LIVE: "released", DeviceState.SUSPENDED: "suspended", DeviceState.ENDED: "ended"}


def _row(
    verb: str,
    sources: str,
    target: str,
    permission: str,
    label: str,
    certificates: str,
    cause: DeviceCause | None,
    **rest: bool,
) -> DeviceMove:
    states = frozenset(map(DeviceState, sources.split()))
    return DeviceMove(verb, states, DeviceState(target), permission, label, certificates, cause, **rest)


_ANY = "LIVE SUSPENDED"
_WITH_CARD = "jpki.follow_register"
DEVICE_MOVES: dict[str, DeviceMove] = {
    move.verb: move
    for move in (
        _row("suspend_lost", "LIVE", "SUSPENDED", "jpki.suspend_devices", "紛失の連絡による一時停止", "suspend",
             DeviceCause.LOST, at_the_counter=True),
        _row("end_lost", _ANY, "ENDED", "jpki.revoke", "紛失・盗難による失効", "revoke_for_compromise",
             DeviceCause.LOST, at_the_counter=True),
        _row("end_on_request", _ANY, "ENDED", "jpki.revoke", "失効申請による終了", "revoke_on_request",
             DeviceCause.HOLDER_REQUEST, at_the_counter=True),
        _row("replace", _ANY, "ENDED", "jpki.issue", "ほかの端末への搭載による終了", "revoke_for_renewal",
             DeviceCause.REPLACED),
        _row("end_for_replacement", "LIVE", "ENDED", "jpki.operate_authority", "一斉再発行による終了",
             "revoke_for_replacement", DeviceCause.REPLACEMENT),
        _row("end_for_authority_key", _ANY, "ENDED", "jpki.operate_authority", "発行者の署名鍵の漏えい等による終了",
             "revoke_for_authority_key", DeviceCause.REPLACEMENT),
        _row("suspend_with_card", "LIVE", "SUSPENDED", _WITH_CARD, "カードの署名用電子証明書の一時保留に伴う一時停止",
             "suspend", DeviceCause.CARD_SIGNATURE, with_card=True),
        _row("release_with_card", "SUSPENDED", "LIVE", _WITH_CARD, "カードの署名用電子証明書の一時保留の解除に伴う解除",
             "release", None, with_card=True),
        _row("end_with_card", _ANY, "ENDED", _WITH_CARD, "カードの署名用電子証明書の失効に伴う終了",
             "revoke_with_card_signature", DeviceCause.CARD_SIGNATURE, with_card=True),
    )
}  # fmt: skip


def device_allows(move: DeviceMove, state: DeviceState) -> bool:
    """Whether the state lets the move be made."""
    return state in move.sources


def device_moves_from(state: DeviceState) -> Iterator[DeviceMove]:
    """Every move that the state lets be made, in the table's order."""
    return (move for move in DEVICE_MOVES.values() if device_allows(move, state))


def device_diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> LIVE: 搭載"]
    for move in DEVICE_MOVES.values():
        lines += [f"    {source} --> {move.target}: {move.label}" for source in DeviceState if source in move.sources]
    return "\n".join([*lines, "    ENDED --> [*]"])
