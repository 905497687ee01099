"""The relying parties of the demonstration: two organs, a platform with two providers, one provider that waits."""

from collections.abc import Mapping

from jlis.demo.accounts import Office
from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.time import Moment
from jpki.choices import PaperKind, PartyKind
from jpki.domain.relying_parties import Entitlement
from jpki.models import RelyingParty
from jpki.services import relying_parties
from jpki.services.relying_parties import Application, Papers

_STATUS = frozenset({Entitlement.SIGNATURE_STATUS, Entitlement.AUTHENTICATION_STATUS})
_EVERYTHING = frozenset(Entitlement)
_ORGANS = (("MHLW", "電子申請の受付"), ("NENKIN", "年金の電子申請の受付"))
_PROVIDERS = (("実演保険株式会社", "保険の申込み"), ("実演証券株式会社", "口座の開設"))


def register(*, office: Office, people: Mapping[str, Actor], at: Moment) -> None:
    """Register them by the centre's two officers, with accounts and systems of their own."""
    desk = Desk(people["operator-jlis-jpki"], people["keyholder-jlis-jpki"], at)
    for organisation, service in _ORGANS:
        paper = Papers(PaperKind.NOTIFICATION, f"実演{organisation}第1号", at.day)
        desk.active(Application(PartyKind.ADMINISTRATIVE, service, _STATUS, paper, organisation))
    certified = Papers(PaperKind.CERTIFICATION, "実演認定第1号", at.day)
    platform = desk.active(
        Application(PartyKind.PLATFORM, "本人確認の基盤", _EVERYTHING, certified, name="実演プラットフォーム株式会社")
    )
    code = platform.organisation_id or ""
    office.connect("電子証明書確認システム", code, "jpki.validate", "jpki.link_serials", "jpki.latest_items")
    staff = office.open(f"officer-{code.lower()}", "検証", "百合", code, "RELYING_PARTY_OFFICER")
    for number, (name, service) in enumerate(_PROVIDERS, start=1):
        contract = Papers(PaperKind.CONTRACT, f"実演委託第{number}号", at.day)
        provider = desk.accepted(
            desk.applied(Application(PartyKind.PROVIDER, service, _EVERYTHING, contract, name=name), by=staff)
        )
        office.open(
            f"officer-{(provider.organisation_id or '').lower()}", "委託", "早苗", provider.organisation_id or "",
            "RELYING_PARTY_OFFICER",
        )  # fmt: skip
    waiting = Papers(PaperKind.CONTRACT, "実演委託第3号", at.day)
    desk.applied(Application(PartyKind.PROVIDER, "会員の登録", _STATUS, waiting, name="実演通販株式会社"), by=staff)


class Desk:
    """The centre's two officers: the one enters, the other accepts and starts."""

    def __init__(self, enters: Actor, decides: Actor, at: Moment):
        self.enters, self.decides, self.at = enters, decides, at

    def applied(self, application: Application, *, by: Actor) -> RelyingParty:
        """An application by whoever files it."""
        with acting(by.scope):
            return relying_parties.apply(application=application, by=by, at=self.at)

    def accepted(self, party: RelyingParty) -> RelyingParty:
        """The party in force."""
        with acting(self.decides.scope):
            for verb in ("accept", "start"):
                party = relying_parties.move(party=party.pk, verb=verb, by=self.decides, at=self.at)
            return party

    def active(self, application: Application) -> RelyingParty:
        """Both."""
        return self.accepted(self.applied(application, by=self.enters))
