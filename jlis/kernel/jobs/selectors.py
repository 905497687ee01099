"""Questions about jobs; row-level security leaves only those of one's own organisation."""

from uuid import UUID

from django.db.models import QuerySet

from jlis.kernel.actors import Actor
from jlis.kernel.errors import NotFound
from jlis.kernel.jobs.kinds import kinds
from jlis.kernel.jobs.models import Job, JobState


def visible_to(actor: Actor) -> QuerySet[Job]:
    """The jobs of the actor's organisation whose kind the actor may ask for or approve."""
    allowed = [
        kind.name
        for kind in kinds().values()
        if actor.may(kind.permission) or (kind.approval_permission and actor.may(kind.approval_permission))
    ]
    return Job.objects.filter(organisation=actor.organisation, kind__in=allowed)


def waiting_for(actor: Actor) -> QuerySet[Job]:
    """The jobs that the actor may approve: of the organisation, asked for by somebody else."""
    allowed = [k.name for k in kinds().values() if k.approval_permission and actor.may(k.approval_permission)]
    return Job.objects.filter(
        organisation=actor.organisation, kind__in=allowed, state=JobState.AWAITING_APPROVAL
    ).exclude(requested_by=actor.id)


def get(job_id: UUID, *, by: Actor) -> Job:
    """One job; `NotFound` when it is not the actor's to see."""
    job = visible_to(by).filter(pk=job_id).first()
    if job is None:
        raise NotFound("job_not_found", "該当するジョブがありません。")
    return job
