"""Questions about those who left: what is seen is what the running scope may see."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.errors import NotFound
from juki.choices import MoveOutState
from juki.models import IdentityRecord, MoveOut


def waiting() -> QuerySet[MoveOut]:
    """Those whose 転入通知 has not come."""
    return MoveOut.objects.filter(state=MoveOutState.OPEN)


def get(move_out: int) -> MoveOut:
    """One in sight, over or not; `NotFound` for another town's."""
    found = MoveOut.objects.filter(pk=move_out).first()
    if found is None:
        raise NotFound("move_out_not_found", "該当する転出がありません。")
    return found


def codes_of(rows: Sequence[MoveOut]) -> dict[UUID, str]:
    """The 住民票コード of each by the version with which they left: the anchor may be another town's by now."""
    left = IdentityRecord.objects.filter(resident__in=[row.resident for row in rows], superseded_at=None)
    wanted = {(row.resident, row.version) for row in rows}
    found = left.values_list("resident", "version", "resident_code")
    return {resident: code for resident, version, code in found if (resident, version) in wanted}
