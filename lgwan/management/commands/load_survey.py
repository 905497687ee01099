"""manage.py load_survey FILE --on DATE --title … --source … --generation N [--provisional] [--prefectures N]"""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from jlis.kernel.commands import LoadCommand
from jlis.kernel.csv_rows import Loaded
from jlis.kernel.time import now
from lgwan.domain.network import GENERATIONS
from lgwan.services import surveys


class Command(LoadCommand):
    """Loads a survey's counts by prefecture, whole or not at all."""

    help = "冗長化の調査の団体数（都道府県別）をCSVから登録します / load a survey's counts by prefecture"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID（実演では省略可） / user name of who acts")
        parser.add_argument("--on", type=date.fromisoformat, required=True, help="調査日 / the survey's day")
        parser.add_argument("--title", required=True, help="調査名 / its name")
        parser.add_argument("--source", required=True, help="出典 / where it was published")
        parser.add_argument(
            "--generation", type=int, choices=GENERATIONS, required=True, help="世代 / which generation it asked about"
        )
        parser.add_argument("--provisional", action="store_true", help="暫定値 / figures may still change")
        parser.add_argument("--prefectures", type=int, help="冗長化する都道府県の数 / told beside the table")

    def load(self, path: Path, options: dict[str, Any]) -> Loaded:
        about = surveys.About(
            options["on"], options["title"], options["source"], options["generation"], options["provisional"],
            options["prefectures"],
        )  # fmt: skip
        with path.open("rb") as file:
            return surveys.load_file(file=file, about=about, by=self.actor(options), at=now())
