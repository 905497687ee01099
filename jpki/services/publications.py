"""Publishing revocation lists: on schedule, after changes, on demand. Each is held against the one before it."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.time import Moment
from jpki.choices import AuthorityCode
from jpki.engine import crl, crl_comparison, names, profiles
from jpki.gateways import key_store
from jpki.models import CrlPartition, CrlSeries
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.sql import lists, statuses

log = structlog.get_logger(__name__)
KEPT = 10
_PART = 200


class ListRefused(Exception):
    """A new list is at fault against the one before it and is not published."""


@dataclass
class PublishedLists:
    """How many lists were published and how many entries they hold; ``refused`` tells the faults by partition."""

    lists: int = 0
    entries: int = 0
    refused: dict[tuple[int, int | None], str] = field(default_factory=dict)


def publish_changed(*, by: Actor, at: Moment) -> PublishedLists:
    """Publish the lists of the towns where something has changed since, and the full list with them."""
    by.must("jpki.operate_authority")
    done = PublishedLists()
    for generation in _living(at):
        with acting(JPKI):
            changed = lists.take_changes(generation.id)
            if changed:
                _publish(generation, [*sorted(changed), None], done, by, at)
            _let_wait(generation, changed, done, at)
    return done


def publish_all(*, by: Actor, at: Moment, authority: str = "") -> PublishedLists:
    """Publish every list of every living generation: the daily run."""
    by.must("jpki.operate_authority")
    done = PublishedLists()
    for generation in _living(at, authority):
        # The full list first, and each part's marks with the part: where this run dies, the towns that it did not reach
        # keep their marks, and the next run of the changed lists makes theirs and the full one.
        with acting(JPKI):
            _publish(generation, [None], done, by, at)
            used = sorted(lists.used_partitions(generation.id))
        for start in range(0, len(used), _PART):
            part = used[start : start + _PART]
            with acting(JPKI):
                changed = lists.take_changes(generation.id, part)
                _publish(generation, part, done, by, at)
                _let_wait(generation, changed, done, at)
    return done


def publish_full(*, by: Actor, at: Moment, authority: str = "") -> PublishedLists:
    """Publish the full list of every living generation."""
    by.must("jpki.operate_authority")
    done = PublishedLists()
    for generation in _living(at, authority):
        with acting(JPKI):
            _publish(generation, [None], done, by, at)
    return done


def _living(at: Moment, authority: str = "") -> list[LivingGeneration]:
    with acting(JPKI):
        return [
            generation
            for code in AuthorityCode.values
            if authority in ("", code)
            for generation in authorities.generations(code)
            if generation.lives(at.instant)
        ]


def _let_wait(generation: LivingGeneration, changed: set[int], done: PublishedLists, at: Moment) -> None:
    """What was refused waits on; its former list goes on being served until it ends."""
    waiting = [(each, point) for each, point in done.refused if each == generation.id and point in changed]
    statuses.mark_changed([(each, point) for each, point in waiting if point is not None], at.instant)


def _publish(
    generation: LivingGeneration, partitions: Sequence[int | None], done: PublishedLists, by: Actor, at: Moment
) -> None:
    series = _locked_series(generation, partitions)
    horizon = at.instant - generation.profile.crl_lookback
    material = _joined(generation, series, horizon)
    missing = _at_fault(generation, series, horizon)
    former = lists.newest([each.pk for each in series])
    rows = []
    for each in series:
        try:
            if each.pk in missing:
                raise ListRefused("a certificate that is revoked and has not expired would be missing")
            rows.append(_list(generation, each, material.get(each.pk, lists.NOTHING), former.get(each.pk), at))
        except ListRefused as refusal:
            log.error("crl_refused", series=each.pk, fault=str(refusal))
            done.refused[generation.id, each.partition_id] = str(refusal)
    done.lists += len(rows)
    done.entries += sum(row.entries for row in rows)
    lists.keep(rows)
    lists.discard(sorted({each.pk for each in series} - {row.series for row in rows}))
    lists.prune([each.pk for each in series], KEPT)
    audit.record(
        action="jpki.lists_published",
        by=by,
        detail={
            "authority": generation.authority,
            "generation": generation.number,
            "key": generation.key_label,
            "lists": len(rows),
            "sha256": hashlib.sha256("".join(row.sha256 for row in rows).encode("ascii")).hexdigest(),
        },
    )


def _locked_series(generation: LivingGeneration, partitions: Sequence[int | None]) -> list[CrlSeries]:
    """The series of the partitions, made where missing, locked in one order."""
    CrlSeries.objects.bulk_create(
        [CrlSeries(generation_id=generation.id, partition_id=each) for each in partitions], ignore_conflicts=True
    )
    rows = CrlSeries.objects.select_for_update(of=("self",)).filter(generation_id=generation.id).order_by("pk")
    rows = rows.select_related("partition")
    wanted = set(partitions)
    full = rows.filter(partition__isnull=True) if None in wanted else rows.none()
    return [*rows.filter(partition_id__in=_without_none(wanted)), *full]


def _without_none(values: Iterable[int | None]) -> list[int]:
    return [value for value in values if value is not None]


def _joined(generation: LivingGeneration, series: Sequence[CrlSeries], horizon: datetime) -> dict[int, lists.Material]:
    """The entries of the next lists, written by the database."""
    material = lists.join_towns([each.pk for each in series if each.partition_id is not None], horizon)
    for full in (each for each in series if each.partition_id is None):
        material[full.pk] = lists.join_all(full.pk, full.last_number + 1, generation.id, horizon)
    return material


def _at_fault(generation: LivingGeneration, series: Sequence[CrlSeries], horizon: datetime) -> set[int]:
    """The series whose next list would forget somebody whom the one before it names."""
    gone: dict[int, set[int]] = defaultdict(set)
    for each, former, new in lists.changed_pieces([each.pk for each in series]):
        gone[each] |= crl_comparison.gone(former, new)
    return {
        each
        for each, serials in gone.items()
        if serials and lists.count_still_listed(generation.id, sorted(serials), horizon)
    }


def _list(
    generation: LivingGeneration,
    series: CrlSeries,
    material: lists.Material,
    former: lists.Published | None,
    at: Moment,
) -> lists.Made:
    request = crl.CrlRequest(
        number=series.last_number + 1,
        this_update=at.instant.replace(microsecond=0),
        next_update=(at.instant + generation.profile.crl_validity).replace(microsecond=0),
        entries=material.entries,
        partition=_point_name(generation, series.partition) if series.partition else (),
    )
    signed = crl.sign(request, generation.issuer, key_store.opened(generation.key_label))
    if former is not None and (faults := crl_comparison.faults(former.frame, signed.frame)):
        raise ListRefused("; ".join(faults))
    return lists.Made(
        series=series.pk,
        number=request.number,
        this_update=request.this_update,
        next_update=request.next_update,
        entries=material.number,
        size=signed.size,
        sha256=signed.sha256,
        head=signed.frame.head,
        tail=signed.frame.tail,
    )


def _point_name(generation: LivingGeneration, point: CrlPartition) -> tuple[names.Pair, ...]:
    """The distribution point's name, from the same pattern that its certificates were issued with."""
    row = authorities.profile_for(generation, f"{generation.authority}-card")
    pattern = profiles.certificate_from(row.code, row.document).distribution_point
    return names.filled(pattern, {"prefecture": point.prefecture_name, "municipality": point.municipality_name})
