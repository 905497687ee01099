"""What every command has: help in two languages, one JSON line with `--json`, an actor, exit status 1 on refusal."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from jlis.kernel import csv_rows
from jlis.kernel.actors import Actor
from jlis.kernel.csv_rows import Loaded
from jlis.kernel.errors import Refused
from jlis.kernel.people.selectors import actor_named
from jlis.kernel.time import Moment, now


class Unfinished(CommandError):
    """A part was done and the rest was not; `result` is for the JSON line."""

    def __init__(self, message: str, result: dict[str, Any]):
        super().__init__(message)
        self.result = result


class HouseCommand(BaseCommand):
    """A command; `work` does it and returns what the JSON line says."""

    touches_persons = False
    default_purpose = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="結果を1行のJSONで示す / one JSON line at the end")
        if self.touches_persons:
            parser.add_argument("--by", help="操作する職員の利用者ID（実演では省略可） / user name of who acts")
            parser.add_argument(
                "--purpose",
                default=self.default_purpose,
                required=not self.default_purpose,
                help="事務区分コード / affair code",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the work; a refusal becomes an error message naming each fault, and its JSON line says so too."""
        try:
            result = self.work(**options)
        except Refused as refusal:
            self._line(
                {"ok": False, "code": refusal.code, "errors": [vars(fault) for fault in refusal.errors]}, options
            )
            raise CommandError(_sentences(refusal)) from refusal
        except CommandError as error:
            self._line({"ok": False, "message": str(error)} | getattr(error, "result", {}), options)
            raise
        self._line({"ok": True} | result, options)

    def _line(self, result: dict[str, Any], options: dict[str, Any]) -> None:
        if options.get("json"):
            self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))

    def work(self, **options: Any) -> dict[str, Any]:
        """Do it."""
        raise NotImplementedError

    def say(self, text: str, options: dict[str, Any]) -> None:
        """A line for people, unless only the JSON line is wanted."""
        if not options.get("json"):
            self.stdout.write(text)

    def actor(self, options: dict[str, Any]) -> Actor:
        """Who `--by` names; in the demonstration, where it is left out, the operator that it supplies."""
        return actor_named(options["by"] or self.default_operator(options))

    def default_operator(self, options: dict[str, Any], task: str = "") -> str:
        """The user name that the demonstration supplies for a task of this command; `CommandError` elsewhere."""
        path = Path(settings.JLIS_HOME) / "demo" / "operators.json"
        operators = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for wanted in (f"{task or self.name()}:{self.place(options)}", task or self.name()):
            if wanted in operators:
                return str(operators[wanted])
        raise CommandError("--by で操作する職員の利用者IDを指定してください。 / Name who acts with --by.")

    def place(self, options: dict[str, Any]) -> str:
        """The municipality or prefecture that the command is about, for choosing the demonstration's operator."""
        return str(options.get("municipality", ""))

    @classmethod
    def name(cls) -> str:
        """The command's own name."""
        return cls.__module__.rpartition(".")[2]

    def show_progress(self, text: str) -> None:
        """A line that overwrites itself, on a terminal alone."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{text}", ending="")


class LoadCommand(HouseCommand):
    """A command that loads a CSV file: the good rows at once, the refused ones with reasons to FILE.rejected.csv."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="CSVファイル（UTF-8またはCP932） / CSV in UTF-8 or CP932")

    def load(self, path: Path, options: dict[str, Any]) -> Loaded:
        """Load the file."""
        raise NotImplementedError

    def work(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"ファイル {path} がありません。")
        rejected = path.with_name(path.name + ".rejected.csv")
        _make_room(rejected)
        loaded = self.load(path, options)
        self.say(f"登録 {loaded.rows:,}件  受け付けない行 {loaded.refused:,}件", options)
        if not loaded.rejects:
            return {"loaded": loaded.rows, "rejected": 0}
        csv_rows.write_rejects(loaded.rejects, rejected)
        raise Unfinished(
            f"受け付けない行が{loaded.refused:,}件あります（登録は{loaded.rows:,}件）。理由: {rejected}",
            {"loaded": loaded.rows, "rejected": loaded.refused, "reasons": str(rejected)},
        )


class BatchCommand(HouseCommand):
    """A batch for one legal day; today where none is named."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--on", type=date.fromisoformat, help="処理日（省くと今日） / the day, today if left out")
        parser.add_argument("--by", help="操作する職員の利用者ID（実演では省略可） / user name of who acts")

    def moment(self, options: dict[str, Any]) -> Moment:
        """The present instant, on the day that was named."""
        present = now()
        return Moment(present.instant, options["on"] or present.day)


def _make_room(rejected: Path) -> None:
    """Take away the reasons of an earlier run, and make sure beforehand that new ones could be written."""
    try:
        rejected.touch()
        rejected.unlink()
    except OSError as error:
        raise CommandError(f"理由のファイル {rejected} に書けません（{error.strerror}）。") from error


def _sentences(refusal: Refused) -> str:
    lines = [refusal.message]
    for fault in refusal.errors:
        place = " ".join(filter(None, (f"{fault.row}行目" if fault.row else "", fault.field)))
        lines.append(f"  {place}: {fault.message}" if place else f"  {fault.message}")
    return "\n".join(lines)
