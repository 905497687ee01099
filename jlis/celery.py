"""The Celery application, and the beat schedule: in code, so that it is reviewed like code."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, task_prerun, worker_process_init

from jlis.kernel.collecting import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jlis.settings")

app = Celery("jlis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "deliver events": {"task": "jlis.kernel.tasks.deliver_events", "schedule": 2.0, "options": {"expires": 10}},
    "seal the audit chain": {"task": "jlis.kernel.tasks.seal_audit", "schedule": 5.0, "options": {"expires": 10}},
    "run jobs left behind": {"task": "jlis.kernel.tasks.run_due_jobs", "schedule": 10.0, "options": {"expires": 10}},
    "publish changed lists": {"task": "jpki.tasks.publish_changed_lists", "schedule": 15.0, "options": {"expires": 15}},
    "publish all lists": {"task": "jpki.tasks.publish_all_lists", "schedule": crontab(minute=30, hour=0)},
    "refresh OCSP answers": {"task": "jpki.tasks.refresh_ocsp", "schedule": crontab(minute="*/10")},
    "discard the unsigned": {"task": "jpki.tasks.discard_unfinished_certificates", "schedule": crontab(minute="*/10")},
    "melt the tallies": {"task": "jpki.tasks.melt_tallies", "schedule": crontab(minute="*/10")},
    "end certificates of who leaves Japan": {
        "task": "jpki.tasks.end_what_departures_end",
        "schedule": crontab(minute="*/10"),
    },
    "remind of consents": {
        "task": "jpki.tasks.remind_of_consents",
        "schedule": crontab(minute=20, hour=6, day_of_month=1),
    },
    "lint a sample": {"task": "jpki.tasks.lint_sample", "schedule": crontab(minute=40, hour=1)},
    "end cards whose time has passed": {
        "task": "mynacard.tasks.run_card_clocks",
        "schedule": crontab(minute=20, hour=0),
    },
    "send expiry notices": {"task": "mynacard.tasks.send_expiry_notices", "schedule": crontab(minute=0, hour=1)},
    "post express cards": {"task": "mynacard.tasks.dispatch_express_cards", "schedule": crontab(minute=0, hour=5)},
    "anchor the audit chain": {"task": "jlis.kernel.tasks.anchor_audit", "schedule": crontab(minute=10, hour=0)},
    "check isolation": {"task": "jlis.kernel.tasks.check_isolation", "schedule": crontab(minute=0)},
    "count the population": {
        "task": "juki.tasks.count_population",
        "schedule": crontab(minute=40, hour=2, day_of_month=1),
    },
    "end consistency checks that were left": {
        "task": "juki.tasks.break_off_left_checks",
        "schedule": crontab(minute=50, hour="*/6"),
    },
    "review the access log": {"task": "juki.tasks.review_access", "schedule": crontab(minute=10, hour=3)},
    "remind of emergency cases": {
        "task": "juki.tasks.remind_of_emergencies",
        "schedule": crontab(minute=30, hour=8),
    },
    "erase forgotten papers": {"task": "konbini.tasks.erase_forgotten_papers", "schedule": 60.0},
    "keep house": {"task": "jlis.kernel.tasks.keep_house", "schedule": crontab(minute="*/10")},
}


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Celery would put its own handlers on the root logger; ours, which leave persons out, stay."""


@worker_process_init.connect
def _settle(**_: object) -> None:
    settle()


@task_prerun.connect
def _name_the_work(task_id: str, **_: object) -> None:
    from jlis.kernel.isolation.scope import enter
    from jlis.kernel.request_context import set_request_id

    # A worker process is used again: what the task before it left in the context must not carry over.
    enter(None)
    set_request_id(task_id)
