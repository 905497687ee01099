"""manage.py load_network FILE [--good-rows]"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from jlis.kernel.commands import LoadCommand
from jlis.kernel.csv_rows import Loaded
from jlis.kernel.time import now
from lgwan.services import loading


class Command(LoadCommand):
    """Loads circuits; one faulty row refuses the file, unless the good rows alone are asked for."""

    help = "接続団体の回線をCSVから登録します。誤りが1行でもあれば何も登録しません / load circuits, all or nothing"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--by", help="操作する職員の利用者ID（実演では省略可） / user name of who acts")
        parser.add_argument("--good-rows", action="store_true", help="正しい行だけを登録する / the good rows alone")

    def load(self, path: Path, options: dict[str, Any]) -> Loaded:
        all_or_nothing = not options["good_rows"]
        with path.open("rb") as file:
            return loading.load_file(file=file, all_or_nothing=all_or_nothing, by=self.actor(options), at=now())
