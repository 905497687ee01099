"""The kinds of long work that the rooms offer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jlis.kernel.jobs.running import Run


@dataclass(frozen=True)
class JobKind:
    """A kind of job: its label on screens, the permission to see it, the permission to approve it, its work."""

    name: str
    label: str
    permission: str
    approval_permission: str
    work: Callable[["Run"], None]


_kinds: dict[str, JobKind] = {}


def job_kind(
    name: str, *, label: str, permission: str, approval_permission: str = ""
) -> Callable[[Callable[["Run"], None]], Callable[["Run"], None]]:
    """Register a function as the work of a kind of job. It must bear being run again after a crash."""

    def register(work: Callable[["Run"], None]) -> Callable[["Run"], None]:
        if name in _kinds:
            raise ValueError(f"job kind registered twice: {name}")
        _kinds[name] = JobKind(name, label, permission, approval_permission, work)
        return work

    return register


def kind_of(name: str) -> JobKind:
    """The kind of this name."""
    return _kinds[name]


def kinds() -> dict[str, JobKind]:
    """Every kind by name."""
    return dict(_kinds)
