"""住民票コード: lots for municipalities, and codes drawn from them (住民基本台帳法30条の2・30条の3)."""

from collections.abc import Collection, Iterable, Sequence

from django.db import connection
from django.db.models import F, Sum

from jlis.kernel import prepared
from jlis.kernel.actors import Actor
from jlis.kernel.arrays import array
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.codes import ResidentRecordCode
from jlis.kernel.domain.permutation import NumberPermutation
from jlis.kernel.errors import Conflict, FieldError, Invalid
from jlis.kernel.isolation.scope import REGISTRY, scope
from jlis.kernel.time import Moment
from jlis.kernel.vault import keys
from juki.models import CodeLot

DIGITS = 10
LARGEST_LOT = 5_000_000
_LOTS_LOCK = 5_011_002
_BORNE = "SELECT code FROM juki_residentcode WHERE code = ANY(%s)"


def allot(*, office: str, size: int, by: Actor, at: Moment) -> CodeLot:
    """Allot the next `size` codes of the nation to an office."""
    by.must("juki.allot_codes")
    if not 1 <= size <= LARGEST_LOT:
        raise Invalid.of([FieldError("size", "out_of_range", f"件数は1から{LARGEST_LOT:,}までです。")])
    with scope(REGISTRY):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOTS_LOCK])
        last = CodeLot.objects.order_by("-first").first()
        first = last.first + last.size if last else 0
        lot = CodeLot.objects.create(office=office, first=first, size=size, allotted_at=at.instant)
        audit.record(action="juki.codes_allotted", by=by, detail={"office": office, "size": size, "lot": lot.pk})
    return lot


def left(office: str) -> int:
    """How many codes an office may still draw."""
    with scope(REGISTRY):
        sums = CodeLot.objects.filter(office=office).aggregate(size=Sum("size"), used=Sum("used"))
    return (sums["size"] or 0) - (sums["used"] or 0)


def hold(offices: Iterable[str]) -> None:
    """Let nobody else draw from these offices' lots until the running transaction ends."""
    wanted = sorted(offices)
    if wanted:
        list(CodeLot.objects.select_for_update().filter(office__in=wanted).order_by("first").values_list("pk"))


def draw(*, office: str, count: int, besides: Collection[str] = ()) -> list[str]:
    """Take unused codes from the office's lots, within the registry's running transaction; `Conflict` when short.

    None of those that the caller is about to enter, `besides`, is among them.
    """
    drawn: list[str] = []
    while len(drawn) < count:
        fresh = _take(office, count - len(drawn))
        # A code that came with somebody from before the network stands outside the lots' order: pass it over.
        known = borne(fresh)
        drawn += [code for code in fresh if code not in known and code not in besides]
    return drawn


def borne(codes: Sequence[str]) -> set[str]:
    """Those of some codes that somebody bears or bore."""
    return {row[0] for row in prepared.rows(_BORNE, [array(codes)])} if codes else set()


def lots_of(office: str) -> list[range]:
    """The places of an office's codes in the national sequence."""
    lots = CodeLot.objects.filter(office=office).values_list("first", "size")
    return [range(first, first + size) for first, size in lots]


def place_of(code: str) -> int:
    """The place of a code in the national sequence, allotted or not."""
    return NumberPermutation(keys.codes_key(), DIGITS).inverse(int(code[:DIGITS]))


def _take(office: str, count: int) -> list[str]:
    lot = CodeLot.objects.select_for_update().filter(office=office, used__lt=F("size")).order_by("first").first()
    if lot is None:
        raise Conflict(
            "codes_exhausted", "割り当てられた住民票コードを使い切りました。機構に追加の割当てを請求してください。"
        )
    taken = min(count, lot.size - lot.used)
    start = lot.first + lot.used
    CodeLot.objects.filter(pk=lot.pk).update(used=F("used") + taken)
    permutation = NumberPermutation(keys.codes_key(), DIGITS)
    bodies = (
        permutation.forward_many(start, taken) if taken > 50 else map(permutation.forward, range(start, start + taken))
    )
    return [with_check_digit(f"{body:010}") for body in bodies]


def with_check_digit(body: str) -> str:
    """A code from its ten digits."""
    return body + ResidentRecordCode.check_digit(body)
