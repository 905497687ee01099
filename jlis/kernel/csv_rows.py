"""CSV files of rows as other systems make them: decoded, read line by line, refused row by row with the reason.

A heading names the columns, in English or by their Japanese labels. Good rows are given on and faulty ones listed with
line and column; a file whose heading is at fault is refused whole. A cell never goes on into the next line.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from jlis.kernel.domain import cp932
from jlis.kernel.errors import FieldError, Invalid, TooLarge

ROWS_AT_ONCE = 4_000
LONGEST_LINE = 8_000
# Twice the register of the largest office at its longest lines; anything larger is another file.
LARGEST_FILE = 2 << 30
_SAMPLE = 1 << 20


@dataclass(frozen=True)
class Reject:
    """A refused row: its line in the file, the column at fault, the reason."""

    line: int
    column: str
    reason: str


@dataclass
class Loaded:
    """What a load did."""

    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many rows were refused; one row may have several faults."""
        return len({reject.line for reject in self.rejects})


@dataclass(frozen=True)
class Columns:
    """The columns that a file may have, those that it must have, and what they are called in Japanese."""

    names: Sequence[str]
    required: Sequence[str]
    labels: Mapping[str, str]


def check_size(path: Path) -> None:
    """Raises `TooLarge` for a file that is no register."""
    if path.stat().st_size > LARGEST_FILE:
        raise TooLarge("file_too_large", f"ファイルが大きすぎます（{LARGEST_FILE >> 20:,}MBまで）。")


def check_heading(file: BinaryIO, columns: Columns) -> None:
    """Raises `Invalid` for a heading at fault, before anything is done with the file."""
    _heading(_decoded(file, []), columns)


def batches(file: BinaryIO, columns: Columns, rejects: list[Reject]) -> Iterator[list[tuple[int, dict[str, str]]]]:
    """The file's rows with their line numbers, many at once. Raises `Invalid` for a heading at fault."""
    lines = _decoded(file, rejects)
    names = _heading(lines, columns)
    batch: list[tuple[int, str]] = []
    for numbered in lines:
        if numbered[1]:
            batch.append(numbered)
        if len(batch) == ROWS_AT_ONCE:
            yield list(_rows(batch, names, rejects))
            batch = []
    if batch:
        yield list(_rows(batch, names, rejects))


def write_rejects(rejects: Sequence[Reject], path: Path) -> None:
    """The refused rows as CSV: line, column, reason."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["行", "列", "理由"])
        writer.writerows((reject.line, reject.column, reject.reason) for reject in rejects)


def _rows(
    batch: Iterable[tuple[int, str]], names: list[str], rejects: list[Reject]
) -> Iterator[tuple[int, dict[str, str]]]:
    width = len(names)
    for number, line in batch:
        cells = _cells(line)
        if cells is None:
            rejects.append(Reject(number, "", '引用符（"）の使い方に誤りがあります。'))
        elif len(cells) != width:
            rejects.append(Reject(number, "", f"列の数が見出しと違います（{len(cells)}列、見出しは{width}列）。"))
        else:
            yield number, dict(zip(names, cells, strict=True))


def _decoded(file: BinaryIO, rejects: list[Reject]) -> Iterator[tuple[int, str]]:
    """The file's lines in UTF-8 or, where most of its first lines beyond ASCII are not, in CP932."""
    is_cp932 = _is_cp932(file)
    for number, raw in enumerate(_lines(file), start=1):
        line = raw.rstrip(b"\r\n")
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) > LONGEST_LINE:
            rejects.append(Reject(number, "", f"1行が長すぎます（{LONGEST_LINE:,}バイトまで）。"))
            continue
        try:
            yield number, cp932.decode(line) if is_cp932 else line.decode("utf-8")
        except UnicodeDecodeError as error:
            why = f"{error.start + 1}バイト目が UTF-8 として読めません。"
            rejects.append(Reject(number, "", why))
        except cp932.BrokenText as error:
            rejects.append(Reject(number, "", f"{error}。"))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; the rest of one that has no end in sight is passed over, never held."""
    while line := file.readline(LONGEST_LINE + 5):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(_SAMPLE)
        yield line


def _is_cp932(file: BinaryIO) -> bool:
    # By many lines, not by the first: one broken byte must not turn a whole register into other characters.
    beyond = [line for line in file.read(_SAMPLE).split(b"\n") if not line.isascii()]
    file.seek(0)
    return sum(map(_is_utf8, beyond)) * 2 < len(beyond)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _heading(lines: Iterator[tuple[int, str]], columns: Columns) -> list[str]:
    first = next(lines, None)
    if first is None:
        raise Invalid.of([FieldError("", "empty_file", "ファイルが空です。", 1)])
    by_label = {label: name for name, label in columns.labels.items() if name in columns.names}
    told = [name.strip() for name in _cells(first[1]) or [""]]
    names = [by_label.get(name, name) for name in told]
    errors = [
        FieldError(name[:40], "unknown_column", f"列「{name[:40]}」はありません。", 1)
        for name, column in zip(told, names, strict=True)
        if column not in columns.names
    ]
    errors += [
        FieldError(column, "missing_column", f"列「{columns.labels[column]}」（{column}）が必要です。", 1)
        for column in columns.required
        if column not in names
    ]
    if len(set(names)) != len(names):
        errors.append(FieldError("", "duplicate_column", "同じ列が2つあります。", 1))
    if errors:
        raise Invalid.of(errors)
    return names


def _cells(line: str) -> list[str] | None:
    """The cells of one line; None where its quotes do not close."""
    if '"' not in line:
        return line.split(",")
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return None
