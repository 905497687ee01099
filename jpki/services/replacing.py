"""一斉再発行: what a generation has signed and is in force, issued anew under the generation that signs now (P1, P2).

For a key that must not be relied on any longer, or an algorithm whose time is over. Holder, key pair, last day and
confirmed exemptions stay; the former certificate ends with the new one's issue, in one transaction. Where the
authority's key was compromised (発行者署名符号の漏えい等, 法第14条) nothing that it signed is relied on any longer:
what cannot be issued anew ends as well, and so does what is on hold. The work may die at any moment: what was replaced
is revoked, so what is in force still is what is left to do.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import JPKI, acting
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job
from jlis.kernel.jobs.running import Run
from jlis.kernel.time import Moment
from jpki.choices import Cause
from jpki.domain.devices import DEVICE_MOVES
from jpki.domain.kinds import Kind
from jpki.domain.lifecycle import MOVES
from jpki.engine.certificates import subject_key_of
from jpki.selectors import authorities
from jpki.selectors.authorities import LivingGeneration
from jpki.services import device_moves, endings, issuing
from jpki.services.issuing import Order
from jpki.sql import replacing as sql
from jpki.sql.replacing import InForce

KIND = "jpki.replacement"
# So many at once: signers are started for each call, and a killed worker repeats no more than this.
_CALL = 10_000
_ENDED_AT_ONCE = 500
LONGEST_REASON = 200


def request(*, generation: int, reason: str, key_compromised: bool = False, by: Actor, at: Moment) -> Job:
    """Ask for it; a second officer approves before it runs. Raises Invalid, Forbidden, NotFound, Conflict."""
    by.must("jpki.operate_authority")
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        message = f"一斉再発行の理由を{LONGEST_REASON}文字までで入力してください。"
        raise Invalid.of([FieldError("reason", "reason_missing", message)])
    with acting(JPKI):
        former = authorities.generation(generation)
        current = _successor(former, at)
        count = sql.count_in_force(generation, at.instant)
    shown = [
        ["対象の世代", f"{former.authority} 第{former.number}世代"],
        ["再発行する世代", f"{current.authority} 第{current.number}世代"],
        ["有効な証明書", f"{count:,}"],
        ["失効の事由", str((Cause.AUTHORITY_KEY if key_compromised else Cause.REPLACEMENT).label)],
        ["理由", reason.strip()],
    ]
    return jobs.submit(
        kind=KIND,
        by=by,
        at=at,
        purpose="",
        parameters={"generation": generation, "key_compromised": key_compromised, "shown": shown},
        needs_approval=True,
    )


def replace(run: Run, *, clock: Callable[[], Moment], call: int = _CALL) -> None:
    """The job's work, from wherever it had come."""
    # The register is read as the authority: the officer who asked sees no resident.
    by = changed(run.actor, scope=JPKI)
    generation, is_compromised = run.parameters["generation"], run.parameters.get("key_compromised", False)
    with acting(JPKI):
        former = authorities.generation(generation)
        _successor(former, clock())
        left = sql.count_in_force(generation, clock().instant)
        done_before = sql.count_replaced(generation, since=run.job.created_at)
    refusals: list[tuple[InForce, FieldError]] = []
    done, total, after = done_before, done_before + left, 0
    run.progress(done, total, at_once=True)
    while part := _next_part(generation, after, call, clock()):
        at, so_far = clock(), done

        def tell(count: int, so_far: int = so_far) -> None:
            run.progress(so_far + count, total)

        orders = [_order(each, is_compromised) for each in part]
        issued = issuing.issue_many(orders=orders, by=by, at=at, purpose="", progress=tell)
        refusals += [(part[(refusal.row or 1) - 1], refusal) for refusal in issued.refusals]
        done += len(issued.certificates)
        after = part[-1].id
        run.progress(done, total)
    verb = "end_for_authority_key" if is_compromised else "end_for_replacement"
    device_moves.end_under(DEVICE_MOVES[verb], generation, by=by, at=clock())
    ended = _end_the_rest(generation, by, clock) if is_compromised else 0
    _finish(run, former, {"count": done, "refused": len(refusals), "ended": ended}, refusals, by)


def _successor(former: LivingGeneration, at: Moment) -> LivingGeneration:
    """Which generation issues in its place. Raises Conflict while it issues itself, be it beside a newer one."""
    found = authorities.successor(former, at.instant)
    if found.id == former.id:
        message = "この世代は現在発行に使われています。先に鍵更新（新しい世代の儀式）を行ってください。"
        raise Conflict("generation_in_use", message, field="generation")
    return found


def _next_part(generation: int, after: int, size: int, at: Moment) -> list[InForce]:
    with acting(JPKI):
        return sql.in_force(generation, after=after, limit=size, at=at.instant)


def _order(each: InForce, is_compromised: bool) -> Order:
    key = subject_key_of(each.to_be_signed)
    # What the counter confirmed for the former one holds for its successor.
    exemptions = frozenset(each.exemptions)
    return Order(
        each.resident, Kind(each.kind), key, replaces=True, for_authority_key=is_compromised, exemptions=exemptions
    )


def _end_the_rest(generation: int, by: Actor, clock: Callable[[], Moment]) -> int:
    """End what is left: refused, on hold, issued meanwhile. Returns how many."""
    ended = 0
    while True:
        with acting(JPKI):
            at = clock()
            part = sql.relied_on(generation, limit=_ENDED_AT_ONCE, at=at.instant)
            if not part:
                return ended
            ended += len(endings.apply(MOVES["revoke_for_authority_key"], part, by=by, at=at, purpose=""))


def _finish(
    run: Run,
    former: LivingGeneration,
    counts: dict[str, int],
    refusals: Sequence[tuple[InForce, FieldError]],
    by: Actor,
) -> None:
    detail = {"authority": former.authority, "generation": former.number, **counts}
    with acting(JPKI):
        audit.record(action="jpki.certificates_replaced", by=by, detail=detail)
    path = run.folder() / "report.csv"
    _write_report(path, refusals)
    run.attach(path, filename=f"replacement-{run.job.pk}.csv", content_type="text/csv; charset=utf-8")
    run.summary = _summary(**counts)


def _write_report(path: Path, refusals: Sequence[tuple[InForce, FieldError]]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["発行の番号", "種類", "再発行できなかった理由"])
        writer.writerows([each.serial, each.kind, refusal.message] for each, refusal in refusals)


def _summary(count: int, refused: int, ended: int) -> dict[str, Any]:
    shown = [["再発行した証明書", f"{count:,}"], ["再発行できなかった証明書", f"{refused:,}"]]
    shown += [["再発行せずに失効させた証明書", f"{ended:,}"]] if ended else []
    return {"replaced": count, "refused": refused, "ended": ended, "shown": shown}
