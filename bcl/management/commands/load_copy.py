"""manage.py load_copy FILE --municipality CODE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from bcl.services import loading
from jlis.kernel.commands import LoadCommand
from jlis.kernel.csv_rows import Loaded
from jlis.kernel.time import now


class Command(LoadCommand):
    """Loads a town's copy whole from CSV; refused rows go to FILE.rejected.csv."""

    help = "市区町村の副本をCSVから一括登録します。受け付けない行は FILE.rejected.csv に書きます / load a copy from CSV"
    touches_persons = True
    default_purpose = "JUKI-COUNTER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--municipality", required=True, help="市区町村コード（6桁） / 6-digit code")
        parser.add_argument(
            "--sequence", type=int, default=0, help="ファイルに含まれる最後の順序番号 / last difference in the file"
        )
        parser.add_argument(
            "--replace", action="store_true", help="いまの副本と入れ替える / put it in the copy's place"
        )

    def load(self, path: Path, options: dict[str, Any]) -> Loaded:
        return loading.load_file(
            path=path,
            office=options["municipality"],
            sequence=options["sequence"],
            replace=options["replace"],
            by=self.actor(options),
            at=now(),
            on_progress=lambda rows: self.show_progress(f"{rows:,}件"),
        )
