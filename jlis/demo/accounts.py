"""The demonstration's people and systems: accounts, duties given by a second person, clients, entitlements."""

from dataclasses import asdict, dataclass
from secrets import token_urlsafe

from jlis.kernel.actors import Actor
from jlis.kernel.isolation.scope import acting
from jlis.kernel.organisations.models import Organisation
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.people import services
from jlis.kernel.people.permissions import duties
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import Moment
from juki.services import affairs


@dataclass(frozen=True)
class Account:
    """An account as `credentials.json` names it."""

    username: str
    password: str
    duty: str
    organisation: str


@dataclass(frozen=True)
class SystemClient:
    """A machine client as `credentials.json` names it."""

    client_id: str
    client_secret: str
    scope: str
    organisation: str


_CENTRES = {
    "JLIS-JUKI": "REGISTRY_OPERATOR",
    "JLIS-JPKI": "CERTIFICATE_OPERATOR",
    "JLIS-CARD": "CARD_OPERATOR",
    "JLIS-KONBINI": "KONBINI_OPERATOR",
    "JLIS-BCL": "CLOUD_OPERATOR",
    "JLIS-LGWAN": "LGWAN_REVIEWER",
}
# 国民年金 and 児童手当: affairs under which a pension office and a ministry query.
_ENTITLED = (("NENKIN", "B1-77"), ("MHLW", "B1-77"))
# What each prefecture's ordinance gives it.
_BY_ORDINANCE = "PREF-BENEFIT"
_TOWN_SYSTEM = (
    "juki.notify", "juki.receive_numbers", "juki.check_consistency", "juki.receive_deliveries", "bcl.send_copy"
)  # fmt: skip


class Office:
    """Opens accounts as the two founding administrators, each deciding what the other asked for."""

    def __init__(self, at: Moment):
        self.at = at
        self.accounts: list[Account] = []
        self.clients: list[SystemClient] = []
        # The first system of each body, by the body's code.
        self.systems: dict[str, SystemClient] = {}
        passwords = [_password(), _password()]
        services.found_administrators(passwords=(passwords[0], passwords[1]), organisation="JLIS", at=at)
        for username, password in zip(services.FOUNDERS, passwords, strict=True):
            self.accounts.append(Account(username, password, "システム管理者", "地方公共団体情報システム機構"))
        self._asks, self._decides = (actor_named(name) for name in services.FOUNDERS)

    def open(self, username: str, family_name: str, given_name: str, organisation: str, duty: str) -> Actor:
        """Open an account with a duty; without a second factor, which is off for these accounts only."""
        password = _password()
        staff = services.open_account(
            username=username,
            family_name=family_name,
            given_name=given_name,
            organisation=organisation,
            password=password,
            needs_second_factor=False,
            by=self._asks,
            at=self.at,
        )
        grant = services.request_duty(staff_id=staff.pk, duty=duty, by=self._asks, at=self.at)
        services.approve_duty(grant_id=grant.pk, by=self._decides, at=self.at)
        self.accounts.append(Account(username, password, duties()[duty].label, self._name(organisation)))
        return actor_named(username)

    def connect(self, name: str, organisation: str, *permissions: str) -> None:
        """Register a machine client."""
        client, secret = services.register_client(
            name=name, organisation=organisation, permissions=permissions, by=self._asks, at=self.at
        )
        scope = " ".join(sorted(permissions))
        self.clients.append(SystemClient(client.client_id, secret, scope, self._name(organisation)))
        self.systems.setdefault(organisation, self.clients[-1])

    def networked(self, towns: tuple[str, ...]) -> list[str]:
        """The bodies that connect to LGWAN for these towns: a ward's city for the ward."""
        with acting(self._asks.scope):
            return list(dict.fromkeys(municipalities.tenant_of(town).municipality for town in towns))

    def _name(self, organisation: str) -> str:
        with acting(self._asks.scope):
            return Organisation.objects.values_list("name", flat=True).get(code=organisation)


def open_all(office: Office, towns: tuple[str, ...], prefectures: tuple[str, ...]) -> dict[str, Actor]:
    """Every account of the demonstration; the actors by user name."""
    people: dict[str, Actor] = {}

    def add(username: str, family: str, given: str, organisation: str, duty: str) -> None:
        people[username] = office.open(username, family, given, organisation, duty)

    for town in towns:
        add(f"clerk-{town}", "窓口", "花子", town, "COUNTER_CLERK")
        add(f"chief-{town}", "係長", "太郎", town, "SUPERVISOR")
        add(f"protection-{town}", "支援", "京子", town, "PROTECTION_OFFICER")
        add(f"admin-{town}", "管理", "一郎", town, "STAFF_ADMINISTRATOR")
        office.connect("住民記録システム", town, *_TOWN_SYSTEM)
        office.connect("中間サーバー", town, "juki.request_code")
    for prefecture in prefectures:
        add(f"extract-{prefecture}", "抽出", "京子", prefecture, "EXTRACT_OPERATOR")
        add(f"approve-{prefecture}", "承認", "次郎", prefecture, "EXTRACT_APPROVER")
        add(f"officer-{prefecture}", "県住", "八重", prefecture, "PREFECTURE_OFFICER")
        office.connect("情報提供アプリケーション", prefecture, "juki.extract")
    for centre, duty in _CENTRES.items():
        add(f"operator-{centre.lower()}", "運用", "三郎", centre, duty)
    add("keyholder-jlis-jpki", "鍵", "守", "JLIS-JPKI", "CERTIFICATE_OPERATOR")
    add("desk-jlis-jpki", "受付", "早苗", "JLIS-JPKI", "DEVICE_DESK_OFFICER")
    office.connect("スマートフォン用電子証明書アプリ", "JLIS-JPKI", "jpki.apply_mobile")
    add("maker-jlis-card", "製造", "四郎", "JLIS-CARD", "CARD_MAKER")
    office.connect("オンライン申請サイト", "JLIS-CARD", "mynacard.apply")
    add("reviewer-jlis-lgwan", "審査", "五郎", "JLIS-LGWAN", "LGWAN_REVIEWER")
    add("approver-jlis-lgwan", "決裁", "六郎", "JLIS-LGWAN", "LGWAN_APPROVER")
    for body in (*office.networked(towns), *prefectures):
        add(f"network-{body}", "網野", "七海", body, "NETWORK_OFFICER")
    office.connect("マイナポータル", "DIGITAL", "juki.request_code", "juki.request_code_of_holder")
    add("ministry-mic", "住制", "九郎", "MIC", "MINISTRY_OFFICER")
    add("auditor", "監査", "公子", "JLIS", "AUDITOR")
    add("committee", "委員", "十和", "JLIS", "PROTECTION_COMMITTEE")
    centre_officer = people["operator-jlis-juki"]
    with acting(centre_officer.scope):
        for organisation, code in (*_ENTITLED, *((prefecture, _BY_ORDINANCE) for prefecture in prefectures)):
            affairs.entitle(affair_code=code, organisation=organisation, by=centre_officer, at=office.at)
    for organisation, _ in _ENTITLED:
        permissions = ("juki.query", "juki.query_bulk", "jpki.validate", "jpki.link_serials")
        office.connect("年金業務システム", organisation, *permissions)
    return people


def credentials(office: Office, cards: list[dict[str, object]], phones: list[dict[str, object]]) -> dict[str, object]:
    """The contents of `credentials.json`."""
    return {
        "staff": [asdict(account) for account in office.accounts],
        "clients": [asdict(client) for client in office.clients],
        "cards": cards,
        "phones": phones,
    }


def _password() -> str:
    return token_urlsafe(12)
