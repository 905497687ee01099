"""manage.py load_residents FILE --municipality CODE"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from jlis.kernel.commands import HouseCommand, Unfinished
from jlis.kernel.time import now
from juki.services import loading


class Command(HouseCommand):
    """Loads a municipality's register from CSV; refused rows go to FILE.rejected.csv."""

    help = "市区町村の住民をCSVから初期登録します。受け付けない行は FILE.rejected.csv に書きます / first load from CSV"
    touches_persons = True
    default_purpose = "JUKI-COUNTER"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="CSVファイル（UTF-8またはCP932） / CSV in UTF-8 or CP932")
        parser.add_argument("--municipality", required=True, help="市区町村コード（6桁） / 6-digit code")

    def work(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"ファイル {path} がありません。")
        rejected = path.with_name(path.name + ".rejected.csv")
        _make_room(rejected)
        loaded = loading.load_file(
            path=path,
            office=options["municipality"],
            by=self.actor(options),
            at=now(),
            on_progress=lambda rows: self.show_progress(f"{rows:,}件"),
        )
        self.say(f"登録 {loaded.rows:,}件  受け付けない行 {loaded.refused:,}件", options)
        if not loaded.rejects:
            return {"loaded": loaded.rows, "rejected": 0}
        loading.write_rejects(loaded.rejects, rejected)
        raise Unfinished(
            f"受け付けない行が{loaded.refused:,}件あります（登録は{loaded.rows:,}件）。理由: {rejected}",
            {"loaded": loaded.rows, "rejected": loaded.refused, "reasons": str(rejected)},
        )


def _make_room(rejected: Path) -> None:
    """Take away the reasons of an earlier run, and make sure beforehand that new ones could be written."""
    try:
        rejected.touch()
        rejected.unlink()
    except OSError as error:
        raise CommandError(f"理由のファイル {rejected} に書けません（{error.strerror}）。") from error
