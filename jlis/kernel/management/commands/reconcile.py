"""manage.py reconcile"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel import reconcile
from jlis.kernel.commands import HouseCommand
from jlis.kernel.outbox import delivery


class Command(HouseCommand):
    """Compares the counts and sums that must agree; exit status 1 when any differs."""

    help = "一致すべき件数を照合し、違いを行ごとに示します / compare what must agree"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--deliver", action="store_true", help="未配達の出来事を配達してから照合する / deliver what waits first"
        )

    def work(self, **options: Any) -> dict[str, Any]:
        if options["deliver"]:
            delivery.deliver_all()
        findings = reconcile.run()
        for finding in findings:
            mark = "一致" if finding.agrees else "不一致"
            self.say(f"{mark}  {finding.label}: {finding.expected:,} / {finding.actual:,}", options)
            for row in finding.rows:
                self.say(f"      {row}", options)
        differing = [finding.name for finding in findings if not finding.agrees]
        if differing:
            raise CommandError(f"不一致 {len(differing)}件: {'、'.join(differing)}")
        return {"checks": len(findings), "differing": []}
