"""manage.py load_residents FILE --municipality CODE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from jlis.kernel.commands import LoadCommand
from jlis.kernel.csv_rows import Loaded
from jlis.kernel.time import now
from juki.services import loading


class Command(LoadCommand):
    """Loads a municipality's register from CSV; refused rows go to FILE.rejected.csv."""

    help = "市区町村の住民をCSVから初期登録します。受け付けない行は FILE.rejected.csv に書きます / first load from CSV"
    touches_persons = True
    default_purpose = "JUKI-COUNTER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--municipality", required=True, help="市区町村コード（6桁） / 6-digit code")

    def load(self, path: Path, options: dict[str, Any]) -> Loaded:
        return loading.load_file(
            path=path,
            office=options["municipality"],
            by=self.actor(options),
            at=now(),
            on_progress=lambda rows: self.show_progress(f"{rows:,}件"),
        )
