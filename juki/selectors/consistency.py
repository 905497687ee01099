"""The nation's side of 整合性確認, and what was found. Asked under the registry's role, of one office alone."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from jlis.kernel.domain.digest_tree import DigestTree
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from juki.choices import ConsistencyState, NotificationStatus
from juki.domain.consistency import ITEMS, Record
from juki.models import ConsistencyCheck, Notification
from juki.sql import consistency as statements

_UNSETTLED = (NotificationStatus.HELD, NotificationStatus.DISCREPANT)


def tree_of(tenant: Tenant, on: date) -> tuple[DigestTree, int]:
    """The digests of an office's residents on a day, and how many residents they are."""
    rows = statements.lowest_nodes(tenant, on)
    return DigestTree({node: digest for node, _, digest in rows}), sum(count for _, count, _ in rows)


class NationSide:
    """The residents of one office on a day, as a comparison asks for them; remembers who was read."""

    def __init__(self, tenant: Tenant, on: date, tree: DigestTree):
        self.tenant, self.on, self.tree = tenant, on, tree
        self.bearers: dict[str, UUID] = {}

    def node_digests(self, nodes: Sequence[str]) -> dict[str, bytes]:
        """The digests of nodes, as they were when the comparison began."""
        return {node: self.tree.digest(node) for node in nodes}

    def records(self, nodes: Iterable[str]) -> dict[str, Record]:
        """The residents at lowest nodes, as they are now."""
        return self._read(statements.at_nodes(self.tenant, self.on, nodes))

    def records_of(self, codes: Iterable[str]) -> dict[str, Record]:
        """The residents who bear codes, as they are now."""
        return self._read(statements.by_code(self.tenant, self.on, codes))

    def _read(self, rows: Iterable[tuple]) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for resident, code, *items in rows:
            self.bearers[code] = resident
            found[code] = dict(zip(ITEMS, items, strict=True))
        return found


def waiting(office: str, codes: Iterable[str]) -> set[str]:
    """Those of the codes of whom a notification of the office waits for its order or for staff."""
    found = Notification.objects.filter(office=office, status__in=_UNSETTLED, resident_code__in=list(codes))
    return set(found.values_list("resident_code", flat=True))


def latest_by_office() -> list[ConsistencyCheck]:
    """The last check of each office in sight that came to an end."""
    ended = ConsistencyCheck.objects.exclude(state=ConsistencyState.COMPARING)
    return list(ended.order_by("office", "-started_at").distinct("office"))


def unchecked(day: date, *, within: str = "") -> list[tuple[str, str]]:
    """The offices (code and name) that have residents to compare and told nothing whole on the day."""
    whole = (ConsistencyState.AGREED, ConsistencyState.DIFFERED)
    done = set(ConsistencyCheck.objects.filter(day=day, state__in=whole).values_list("office", flat=True))
    known = set(ConsistencyCheck.objects.values_list("office", flat=True)) - done
    return [(row.code, row.name) for row in municipalities.offices_at(day, within=within) if row.code in known]
