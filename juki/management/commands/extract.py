"""manage.py extract REQUEST.json --out FILE"""

import json
import os
import shutil
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.actors import Actor
from jlis.kernel.commands import HouseCommand
from jlis.kernel.errors import Invalid
from jlis.kernel.isolation.scope import acting
from jlis.kernel.jobs import running, selectors
from jlis.kernel.jobs import services as jobs
from jlis.kernel.jobs.models import Job, JobState
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import now
from juki.services import extracts, media


class Command(HouseCommand):
    """Files a request, has it approved by a second person, draws it, and fetches the result."""

    help = "要求ファイルで一括抽出を行います。--approver に別の承認者を指定します / bulk extract from a request file"
    touches_persons = True
    default_purpose = "REQUEST"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("request", type=Path, help="要求ファイル（JSON） / request file")
        parser.add_argument("--out", type=Path, required=True, help="結果ファイル / result file")
        parser.add_argument("--slip", type=Path, help="媒体のときの送付票（PDF） / where the slip of a medium goes")
        parser.add_argument("--passphrase", type=Path, help="媒体のときの合言葉 / where its passphrase goes, mode 0600")
        parser.add_argument("--approver", help="承認者の利用者ID。省くと画面での承認を待つ / user name of who approves")

    def work(self, **options: Any) -> dict[str, Any]:
        operator = self.actor(options)
        with acting(operator.scope):
            job = extracts.request(document=_document(options["request"]), by=operator, at=now())
        approver_name = options["approver"] or (not options["by"] and self.default_operator(options, "approve"))
        if approver_name:
            approver = actor_named(approver_name)
            with acting(approver.scope):
                jobs.decide(job_id=job.pk, approve=True, reason="", by=approver, at=now())
            running.run_job(job.pk)
        job = self._wait(job, operator)
        with acting(operator.scope):
            _, path = jobs.fetch_result(job_id=job.pk, by=operator, at=now())
            shutil.copyfile(path, options["out"])
            if options["slip"]:
                options["slip"].write_bytes(media.slip(job_id=job.pk, by=operator, at=now()))
            if options["passphrase"]:
                _write_private(options["passphrase"], media.open_passphrase(job_id=job.pk, by=operator, at=now()))
        self.say(f"{job.summary.get('rows', 0):,}行  {options['out']}  SHA-256 {job.result_sha256}", options)
        return {"job": str(job.pk), "sha256": job.result_sha256, **job.summary}

    def place(self, options: dict[str, Any]) -> str:
        document = _document(options["request"])
        named = document.get("municipalities") if isinstance(document, dict) else None
        return str(named[0])[:2] if isinstance(named, list) and named else ""

    def _wait(self, job: Job, operator: Actor) -> Job:
        while True:
            with acting(operator.scope):
                job = selectors.get(job.pk, by=operator)
            if job.state == JobState.SUCCEEDED:
                return job
            if job.is_finished:
                raise CommandError(f"{job.get_state_display()}: {job.fault_message or job.decision_reason}")
            self.show_progress(f"{job.get_state_display()} {job.done:,}")
            time.sleep(1)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(f"{text}\n")


def _document(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(f"要求ファイル {path} がありません。") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Invalid("not_json", f"要求ファイルがJSONとして読めません: {error}") from error
