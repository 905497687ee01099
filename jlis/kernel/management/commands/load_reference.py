"""manage.py load_reference: the carried places, bodies, towns and postcodes into the masters."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jlis.kernel.organisations.services import reference_data
from jlis.kernel.time import now


class Command(BaseCommand):
    help = (
        "参照データ（都道府県、市区町村、機関、町・字、郵便番号）を取り込みます。変わっていないファイルは読み飛ばします。"
        " / Loads prefectures, municipalities, bodies, towns and postcodes; unchanged files are skipped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="変わっていなくても読み込む / read unchanged files too"
        )
        parser.add_argument("--json", action="store_true", help="結果を1行のJSONで示す / one JSON line at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        def report(line: str) -> None:
            if options["verbosity"] > 0 and not options["json"]:
                self.stdout.write(line)

        loaded = reference_data.load(at=now(), force=options["force"], report=report)
        if options["json"]:
            files = [{"name": each.name, "rows": each.rows, "changed": each.changed} for each in loaded]
            self.stdout.write(json.dumps({"loaded": files}, ensure_ascii=False))
