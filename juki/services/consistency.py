"""整合性確認 (J16): the town's system tells digests of its register, the nation asks on where they differ.

A check belongs to the office that began it; one is under way at a time, and a new one takes the place of a check that
was left. Each step is answered once, by its number; whoever lost an answer asks for the check and goes on. Nothing is
told of a resident whom another office registers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.digest_tree import DigestTree
from jlis.kernel.domain.uuid7 import uuid7
from jlis.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from jlis.kernel.isolation.scope import REGISTRY, acting
from jlis.kernel.organisations.selectors import municipalities
from jlis.kernel.organisations.selectors.municipalities import Tenant
from jlis.kernel.time import Moment
from juki.choices import ConsistencyState
from juki.domain.consistency import SHA256, Comparison, Kind, Question
from juki.domain.consistency import Difference as Found
from juki.models import ConsistencyCheck, ConsistencyDifference, ConsistencyWork
from juki.selectors import consistency as selectors
from juki.selectors.consistency import NationSide

PURPOSE = "CORRECTION"
# Beyond this the register is not out of step but another one: the town loads it anew or asks the help desk.
MOST_DIFFERENCES = 5_000
LEFT_AFTER_HOURS = 24


@dataclass(frozen=True)
class Step:
    """A check as it stands, and what the town is to tell next; nothing once it has ended."""

    check: ConsistencyCheck
    question: Question | None


@dataclass(frozen=True)
class Opened:
    """A check with those who differ."""

    check: ConsistencyCheck
    question: Question | None
    rows: Sequence[ConsistencyDifference]


def start(*, office: str, told: Any, by: Actor, at: Moment) -> Step:
    """Begin a check with the digest of the town's whole register: `sha256` and `count`.

    Raises `Invalid`, `Forbidden` for an office that is not the actor's.
    """
    by.must("juki.check_consistency")
    digest, count = _opening(told)
    with acting(REGISTRY):
        tenant = _own(office, by)
        for left in ConsistencyCheck.objects.select_for_update().filter(
            office=tenant.office, state=ConsistencyState.COMPARING
        ):
            _end(left, ConsistencyState.BROKEN_OFF, by, at)
        tree, own_count = selectors.tree_of(tenant, at.day)
        check = ConsistencyCheck.objects.create(
            id=uuid7(at.instant),
            **tenant._asdict(),
            day=at.day,
            state=ConsistencyState.COMPARING,
            started_at=at.instant,
            sender=by.label,
            town_count=count,
            nation_count=own_count,
            told=1,
        )
        audit.record(
            action="juki.consistency_started", by=by, detail={"check": str(check.pk), "office": tenant.office}
        )  # fmt: skip
        if digest == tree.root.hex():
            _end(check, ConsistencyState.AGREED, by, at)
            return Step(check, None)
        comparison = Comparison(nodes=[""])
        ConsistencyWork.objects.create(run=check, digests=tree.packed(), nodes=comparison.nodes, codes=[])
    return Step(check, comparison.question())


def answer(*, check_id: UUID, step: int, told: Any, by: Actor, at: Moment) -> Step:
    """Take what the town told to the question of a step. Raises `Invalid`, `Conflict`, `NotFound`."""
    by.must("juki.check_consistency")
    with acting(REGISTRY):
        check = _of(check_id, by, lock=True)
        if check.state != ConsistencyState.COMPARING:
            raise Conflict("check_ended", "この整合性確認は終わっています。")
        if step != check.step:
            raise Conflict("step_mismatch", f"いま尋ねているのは段階{check.step}です。", field="step")
        work = ConsistencyWork.objects.get(pk=check.pk)
        comparison = Comparison(work.nodes, work.codes)
        question = comparison.question()
        assert question is not None, "a check without a question has ended"
        tenant = municipalities.tenant_of(check.office)
        nation = NationSide(tenant, check.day, DigestTree.unpacked(bytes(work.digests)))
        check.told += comparison.take(question, told, nation)
        check.step += 1
        _keep(check, comparison.found, tenant, nation)
        return _go_on(check, work, comparison, by, at)


def open_check(*, check_id: UUID, by: Actor, at: Moment) -> Opened:
    """A check of the own office with those who differ; written down as a look at them. Raises `NotFound`."""
    if not by.may("juki.check_consistency"):
        by.must("juki.see_consistency")
    with acting(REGISTRY):
        check = _of(check_id, by)
        rows = list(check.rows.all())
        subjects = [row.resident for row in rows if row.resident]
        detail = {"check": str(check.pk), "office": check.office, "count": len(rows)}
        audit.record(action="juki.consistency_opened", by=by, purpose=PURPOSE, subjects=subjects, detail=detail)
        work = ConsistencyWork.objects.filter(pk=check.pk).first()
        return Opened(check, Comparison(work.nodes, work.codes).question() if work else None, rows)


def break_off_left(*, by: Actor, at: Moment) -> int:
    """End the checks that their towns left a day ago; returns how many."""
    by.must("juki.check_consistency")
    with acting(REGISTRY):
        left = ConsistencyCheck.objects.select_for_update(skip_locked=True).filter(
            state=ConsistencyState.COMPARING, started_at__lte=at.later(hours=-LEFT_AFTER_HOURS).instant
        )
        for check in left:
            _end(check, ConsistencyState.BROKEN_OFF, by, at)
        return len(left)


def _own(office: str, by: Actor) -> Tenant:
    tenant = municipalities.tenant_of(office)
    if by.organisation not in (tenant.office, tenant.municipality):
        raise Forbidden("other_office", "ほかの市区町村の整合性確認はできません。", field="municipality")
    return tenant


def _of(check_id: UUID, by: Actor, *, lock: bool = False) -> ConsistencyCheck:
    checks = ConsistencyCheck.objects.select_for_update() if lock else ConsistencyCheck.objects
    found = checks.filter(pk=check_id).first()
    if found is None or by.organisation not in (found.office, found.municipality):
        raise NotFound("check_not_found", "該当する整合性確認がありません。")
    return found


def _opening(told: Any) -> tuple[str, int]:
    digest, count = (told.get("sha256"), told.get("count")) if isinstance(told, dict) else (None, None)
    faults = []
    if not isinstance(digest, str) or not (SHA256.match(digest) or digest == ""):
        faults.append(FieldError("sha256", "not_a_digest", "要約値は SHA-256 の16進64桁（小文字）です。"))
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count < 2**31:
        faults.append(FieldError("count", "not_a_number", "人数は0以上の整数です。"))
    if faults or not isinstance(digest, str) or not isinstance(count, int):
        raise Invalid.of(faults)
    return digest, count


def _keep(check: ConsistencyCheck, found: Sequence[Found], tenant: Tenant, nation: NationSide) -> None:
    waiting = selectors.waiting(tenant.office, [each.resident_code for each in found]) if found else set()
    ConsistencyDifference.objects.bulk_create(
        ConsistencyDifference(
            run=check,
            **tenant._asdict(),
            kind=each.kind.value,
            resident_code=each.resident_code,
            resident=nation.bearers.get(each.resident_code),
            items=list(each.items),
            is_waiting=each.resident_code in waiting,
        )
        for each in found
    )
    for kind in Kind:
        name = kind.value.lower()
        setattr(check, name, getattr(check, name) + sum(each.kind is kind for each in found))


def _go_on(check: ConsistencyCheck, work: ConsistencyWork, comparison: Comparison, by: Actor, at: Moment) -> Step:
    question = comparison.question()
    if question is None:
        _end(check, ConsistencyState.DIFFERED if check.differences else ConsistencyState.AGREED, by, at)
    elif check.differences > MOST_DIFFERENCES:
        _end(check, ConsistencyState.BROKEN_OFF, by, at)
        question = None
    else:
        check.save()
        work.nodes, work.codes = comparison.nodes, comparison.codes
        work.save(update_fields=["nodes", "codes"])
    return Step(check, question)


def _end(check: ConsistencyCheck, state: ConsistencyState, by: Actor, at: Moment) -> None:
    """End a check, and forget what was kept for it."""
    check.state, check.finished_at = state, at.instant
    check.save()
    ConsistencyWork.objects.filter(pk=check.pk).delete()
    residents = [row.resident for row in check.rows.all() if row.resident]
    detail = {
        "check": str(check.pk), "office": check.office, "state": state.value, "told": check.told,
        "only_in_town": check.only_in_town, "only_in_nation": check.only_in_nation, "items_differ": check.items_differ,
    }  # fmt: skip
    audit.record(
        action="juki.consistency_finished", by=by, purpose=PURPOSE, subjects=residents, detail=detail
    )  # fmt: skip
