"""Who asks: a registered party in force, for itself or a platform for one of its providers, and what it may be told.

Every refusal has its code, so that a caller's programmer knows what to have mended.
"""

from dataclasses import dataclass

from jlis.kernel.actors import Actor
from jlis.kernel.errors import Forbidden
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.choices import Entitlement as Words
from jpki.choices import PartyKind, PartyState
from jpki.domain.kinds import MOBILE_KINDS
from jpki.domain.relying_parties import STATUS_OF, Asked, Channel, Entitlement
from jpki.models import RelyingParty
from jpki.selectors import relying_parties

_NOT_IN_FORCE = {
    PartyState.APPLIED: "届出がまだ受理されていません。",
    PartyState.ACCEPTED: "失効情報の提供がまだ始まっていません。",
    PartyState.STOPPED: "失効情報の提供を停止しています。",
    PartyState.ENDED: "失効情報の提供は終了しました。",
    PartyState.REFUSED: "届出は受理されていません。",
    PartyState.WITHDRAWN: "届出は取り下げられています。",
}
_UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Asking:
    """A party in force that asks, and the provider for which a platform does; `entitled` holds for both.

    `beneficiary` is who has the answer in the end: the provider, or the party itself.
    """

    party: int
    beneficiary: int
    provider: str
    entitled: frozenset[Entitlement]

    def may_be_told(self, what: Entitlement) -> bool:
        """Whether the answer may hold it."""
        return what in self.entitled

    def must_be_told(self, what: Entitlement) -> None:
        """Raises Forbidden, naming what the party is not entitled to."""
        if what not in self.entitled:
            raise Forbidden(
                f"not_entitled_{what.value.lower()}", f"「{Words(what).label}」の提供を受ける登録がありません。"
            )

    def must_be_told_status(self, authority: str) -> None:
        """The same for the status of a certificate of an authority; one that is nobody's has none."""
        if authority:
            self.must_be_told(STATUS_OF[authority])

    def method(self, channel: Channel, authority: str, kind: str = "") -> str:
        """As the chain tells what was asked; by `kind` a telephone's certificate is told apart."""
        what = kind if kind in MOBILE_KINDS else authority.upper()
        return Asked(channel.value, what or _UNKNOWN, self.provider).method


def who_asks(*, by: Actor, at: Moment, on_behalf_of: str = "") -> Asking:
    """The party that the actor's body is, in force. Raises Forbidden with the reason as its code."""
    with acting(JPKI):
        party = _own(by.organisation)
        told = relying_parties.entitled(party, at.day)
        if not on_behalf_of:
            return Asking(party.pk, party.pk, "", told)
        provider = _provider(party, on_behalf_of)
        return Asking(party.pk, provider.pk, on_behalf_of, told & relying_parties.entitled(provider, at.day))


def _own(organisation: str) -> RelyingParty:
    party = relying_parties.alive(organisation)
    if party is None and RelyingParty.objects.filter(organisation_id=organisation, kind=PartyKind.PROVIDER).exists():
        message = "SP事業者は、委託先のPF事業者を通じて確認してください。"
        raise Forbidden("provider_asks_through_platform", message)
    if party is None:
        state = relying_parties.last_state(organisation)
        if state is None:
            raise Forbidden("not_a_relying_party", "検証者として登録されていません。")
        raise Forbidden(f"relying_party_{state.lower()}", _NOT_IN_FORCE[state])
    if party.state != PartyState.ACTIVE:
        state = PartyState(party.state)
        raise Forbidden(f"relying_party_{state.lower()}", _NOT_IN_FORCE[state])
    return party


def _provider(platform: RelyingParty, code: str) -> RelyingParty:
    if platform.kind != PartyKind.PLATFORM:
        raise Forbidden("not_a_platform", "委託者に代わって確認できるのはPF事業者です。", field="on_behalf_of")
    provider = relying_parties.alive(code, platform=platform)
    if provider is None:
        message = "このPF事業者に委託するSP事業者として登録されていません。"
        raise Forbidden("provider_not_registered", message, field="on_behalf_of")
    if provider.state != PartyState.ACTIVE:
        message = f"SP事業者への提供の対象ではありません。{_NOT_IN_FORCE[PartyState(provider.state)]}"
        raise Forbidden(f"provider_{provider.state.lower()}", message, field="on_behalf_of")
    return provider
