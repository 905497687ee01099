"""Questions about what the analysis of the access log needs and found. A body sees what it was asked about, no more."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.actors import ActorKind
from jlis.kernel.audit.models import AuditEntry
from jlis.kernel.domain.folding import name_key
from jlis.kernel.domain.subject_sets import unpack_subjects
from jlis.kernel.errors import NotFound
from jlis.kernel.people.models import Staff
from jlis.kernel.time import TOKYO
from jlis.kernel.vault import sealing
from juki.domain.access_reviews import REVIEWED, Look
from juki.models import AccessCase, AccessFinding, IdentityRecord

_SPACES = re.compile("[ \u3000]+")
_AT_ONCE = 2_000


def looks_of(day: date) -> tuple[list[Look], dict[str, str]]:
    """What staff looked at on a day (Tokyo's), by time, and the labels of who did; for a role that reads the chain."""
    begin = datetime.combine(day, time(), TOKYO)
    entries = AuditEntry.objects.filter(
        at__gte=begin, at__lt=begin + timedelta(days=1), actor_kind=ActorKind.STAFF.value, action__in=REVIEWED
    )
    wanted = ("pk", "at", "actor_id", "actor_label", "organisation", "action", "subject", "subjects", "subject_count")
    looks, labels = [], {}
    for entry, at, actor, label, body, action, one, many, count in (
        entries.order_by("at", "pk").values_list(*wanted).iterator()
    ):
        resident = one or (unpack_subjects(bytes(many))[0] if many and count == 1 else None)
        looks.append(Look(entry, at.astimezone(TOKYO), actor, body, action, resident))
        labels[actor] = label
    return looks, labels


def families_of_staff(actors: Iterable[str]) -> dict[str, bytes]:
    """The surname keys of staff, bound to the town they serve: their own homes are not known here."""
    rows = list(Staff.objects.filter(pk__in=list(actors)).values_list("pk", "family_name", "organisation"))
    keys = sealing.index_many([_family(town, surname) for _, surname, town in rows])
    return {str(pk): key for (pk, _, _), key in zip(rows, keys, strict=True)}


def families_of_residents(residents: Iterable[UUID]) -> dict[UUID, frozenset[bytes]]:
    """The surname keys of residents, bound to each town where a version of theirs stands."""
    found: dict[UUID, set[bytes]] = {}
    for chunk in _chunks(sorted(set(residents))):
        rows = list(
            IdentityRecord.objects.filter(resident__in=chunk, superseded_at=None)
            .values_list("resident", "name", "office")
            .distinct()
        )
        keys = sealing.index_many([_family(office, _SPACES.split(name.strip())[0]) for _, name, office in rows])
        for (resident, _, _), key in zip(rows, keys, strict=True):
            found.setdefault(resident, set()).add(key)
    return {resident: frozenset(keys) for resident, keys in found.items()}


def findings(*, rule: str = "", organisation: str = "", only: str = "") -> QuerySet[AccessFinding]:
    """Findings in sight, newest first; `only` is `unasked` or `open`."""
    found = AccessFinding.objects.select_related("case")
    if rule:
        found = found.filter(rule=rule)
    if organisation:
        found = found.filter(organisation=organisation)
    if only == "unasked":
        return found.filter(case=None)
    return found.filter(case__due_on__isnull=False) if only == "open" else found


def finding(finding: UUID) -> AccessFinding:
    """One finding in sight; `NotFound` also for another body's."""
    found = AccessFinding.objects.select_related("case").filter(pk=finding).first()
    if found is None:
        raise NotFound("finding_not_found", "該当する検出がありません。")
    return found


def case_of(found: AccessFinding) -> AccessCase | None:
    """The case that was made of a finding, where the asker may see it."""
    return getattr(found, "case", None)


def open_cases(*states: str) -> QuerySet[AccessCase]:
    """Cases in sight that stand in one of these states."""
    return AccessCase.objects.filter(state__in=states)


def _family(town: str, surname: str) -> bytes:
    return b"\x1f".join([b"family", town.encode(), name_key(surname).encode()])


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    return (ids[place : place + _AT_ONCE] for place in range(0, len(ids), _AT_ONCE))
