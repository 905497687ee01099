"""媒体による提供: the encrypted archive of an extract, its passphrase for who asked alone, its 送付票 (J5)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import F

from jlis.kernel import archives
from jlis.kernel.actors import Actor
from jlis.kernel.audit import services as audit
from jlis.kernel.domain.eras import format_era_time
from jlis.kernel.errors import Conflict, Forbidden, NotFound
from jlis.kernel.isolation.scope import acting
from jlis.kernel.jobs import selectors as jobs
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.jobs.running import Run
from jlis.kernel.organisations.selectors import bodies
from jlis.kernel.time import TOKYO, Moment
from jlis.kernel.vault import sealing
from juki.models import ExtractMedium
from juki.pdf import delivery_slip
from juki.pdf.delivery_slip import Slip

SENDER = "地方公共団体情報システム機構"


def pack(run: Run, files: Sequence[Path], *, rows: int) -> Path:
    """The files of a job, the result first, as an encrypted archive beside them; the plain result is not kept."""
    passphrase = archives.new_passphrase()
    packed = files[0].with_suffix(".zip")
    archives.pack(packed, files, passphrase=passphrase)
    files[0].unlink()
    at = run.job.started_at or run.job.created_at
    with acting(run.scope):
        _register(run, packed, passphrase, rows=rows, made_at=at)
    return packed


def _register(run: Run, packed: Path, passphrase: str, *, rows: int, made_at: datetime) -> None:
    (sealed,) = sealing.seal_many([passphrase.encode()], [run.job.pk.bytes])
    ExtractMedium.objects.update_or_create(
        job=run.job.pk,
        defaults={
            "organisation": run.actor.organisation,
            "number": f"M{run.actor.organisation[:2]}-{Moment.of(made_at).day:%Y%m%d}-{run.job.pk.hex[-8:].upper()}",
            "sealed": sealed,
            "sha256": _digest(packed),
            "size": packed.stat().st_size,
            "rows": rows,
            "made_at": made_at,
        },
    )


def of_job(job_id: UUID, *, by: Actor) -> tuple[Job, ExtractMedium]:
    """A job of the own organisation and its medium; `NotFound` where there is none."""
    by.must("juki.extract")
    job = jobs.get(job_id, by=by)
    medium = ExtractMedium.objects.filter(job=job.pk).first()
    if medium is None:
        raise NotFound("no_medium", "この依頼に媒体はありません。")
    return job, medium


def open_passphrase(*, job_id: UUID, by: Actor, at: Moment) -> str:
    """The passphrase, for whoever asked for the extract; each look is written down.

    Raises `Forbidden` for anybody else, `Conflict` once the result is no longer there.
    """
    job, medium = of_job(job_id, by=by)
    if job.requested_by != by.id:
        raise Forbidden("not_the_requester", "合言葉は依頼した人だけが確かめられます。")
    if job.state != JobState.SUCCEEDED:
        raise Conflict("no_result", "結果がないため、合言葉は表示できません。")
    (passphrase,) = sealing.open_many([bytes(medium.sealed)], [job.pk.bytes])
    ExtractMedium.objects.filter(job=job.pk).update(opened=F("opened") + 1, opened_at=at.instant, opened_by=by.label)
    detail = {"job": str(job.pk), "medium": medium.number}
    audit.record(action="juki.medium_opened", by=by, purpose=job.purpose, detail=detail)
    return passphrase.decode()


def slip(*, job_id: UUID, by: Actor, at: Moment) -> bytes:
    """The 送付票 of a medium as PDF; written down."""
    job, medium = of_job(job_id, by=by)
    detail = {"job": str(job.pk), "medium": medium.number}
    audit.record(action="juki.medium_slip_drawn", by=by, purpose=job.purpose, detail=detail)
    return delivery_slip.render(
        Slip(
            number=medium.number,
            sender=SENDER,
            receiver=bodies.name_of(medium.organisation),
            asked_by=job.requested_by_label,
            approved_by=job.approved_by_label,
            made_at=format_era_time(medium.made_at.astimezone(TOKYO)),
            file_name=job.result_name,
            size=f"{medium.size:,}バイト",
            sha256=medium.sha256,
            rows=f"{medium.rows:,}件",
            request=[(label, value) for label, value in job.parameters.get("shown", [])],
        )
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
