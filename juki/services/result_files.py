"""The result file of a bulk provision, and the list of what could not be written in it as it stands.

The lines come ready-made from COPY and are handled a batch at a time, never cell by cell: at hundreds of thousands of
rows an object a cell would cost more than the query.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from secrets import token_hex

from psycopg.sql import Composable

from jlis.kernel import copying
from jlis.kernel.domain import cp932
from jlis.kernel.jobs.running import Run
from jlis.kernel.overlapping import Beside
from juki.domain.extracts import Encoding
from juki.services import numbers

# Stands in each line where its 個人番号 will be. Drawn by lot, for it must not be in anybody's name or address.
MARKER = token_hex(16).encode()
# Said of every file of some towns, and never how many: the number alone would tell the town of somebody looked for.
LEAVES_OUT = "区域を指定した抽出のため、支援措置対象者の行は、いる場合もいない場合も出力しない"
_ROWS_AT_ONCE = 5000
_ID = slice(1, 37)
_COVERED = slice(40, 41)
_CELLS = slice(43, -1)


@dataclass
class Batch:
    """Lines of COPY, and the 個人番号 of their persons in the same order where numbers are wanted."""

    lines: Sequence[bytes]
    numbers: Sequence[bytes] | None = None

    @cached_property
    def residents(self) -> bytes:
        """The residents' ids, 16 bytes each."""
        return bytes.fromhex(b"".join([line[_ID] for line in self.lines]).replace(b"-", b"").decode("ascii"))


class ResultFile:
    """A heading, CRLF, all cells quoted; with a note of each substituted character and of each covered person's row.

    A line is `"<resident's id>","<1 where covered>",` and the cells as COPY writes CSV: whom the provision concerns
    goes into the audit chain, not into the file.
    """

    def __init__(self, path: Path, *, headings: Sequence[str], encoding: Encoding):
        self.rows = 0
        self.substitutions: list[tuple[int, str, str]] = []
        self.covered_rows: list[int] = []
        # Whether rows of covered persons are not written, for the file itself would tell where they are.
        self.leaves_out = False
        self.content_type = f"text/csv; charset={'Shift_JIS' if encoding is Encoding.CP932 else 'utf-8'}"
        self._is_cp932 = encoding is Encoding.CP932
        self._file = path.open("wb")
        if not self._is_cp932:
            self._file.write(b"\xef\xbb\xbf")
        self._put((",".join(f'"{heading}"' for heading in headings) + "\r\n").encode())

    def write(self, batch: Batch) -> None:
        """Write a batch, each person's 個人番号 in the place of the marker where numbers are wanted."""
        content = b"\r\n".join([line[_CELLS] for line in batch.lines]) + b"\r\n"
        if batch.numbers is not None:
            content = _filled(content, batch.numbers)
        self._put(content)
        self.covered_rows += [self.rows + place for place, line in enumerate(batch.lines, 1) if line[_COVERED] == b"1"]
        self.rows += len(batch.lines)

    def close(self) -> None:
        """Finish the file."""
        self._file.close()

    def _put(self, content: bytes) -> None:
        if not self._is_cp932:
            self._file.write(content)
            return
        text = content.decode()
        encoded = cp932.encode(text)
        self._file.write(encoded.data)
        row, counted = self.rows + 1, 0
        for place, character, substitute in encoded.substitutions:
            row += text.count("\r\n", counted, place)
            counted = place
            self.substitutions.append((row, character, substitute))


def batches(statement: Composable, folder: Path, *, with_numbers: bool) -> Iterator[Batch]:
    """What a COPY gives, in batches; where numbers are wanted by way of a file, for they are asked for in between."""
    if with_numbers:
        return _numbered(copying.batches_by_file(statement, _ROWS_AT_ONCE, folder))
    return map(Batch, copying.batches(statement, _ROWS_AT_ONCE))


def _numbered(drawn: Iterator[list[bytes]]) -> Iterator[Batch]:
    """Each batch with its numbers: while one's are opened, the next one's are looked up."""
    with Beside() as database:
        former: _Asked | None = None
        for lines in drawn:
            asked = _Asked(Batch(lines))
            database.start(asked.look_up)
            if former:
                batch = former.opened()
                # Whoever takes it may have to stop: nothing runs then.
                database.wait()
                yield batch
            former = asked
        database.wait()
        if former:
            yield former.opened()


class _Asked:
    """A batch whose numbers are looked up first and opened then."""

    def __init__(self, batch: Batch):
        self._batch = batch
        self._sealed: Sequence[bytes | None] = []

    def look_up(self) -> None:
        self._sealed = numbers.sealed_in_order(self._batch.residents)

    def opened(self) -> Batch:
        self._batch.numbers = numbers.opened(self._sealed, self._batch.residents)
        return self._batch


def attach(run: Run, file: ResultFile, path: Path, *, name: str, by_law: bool = False) -> None:
    """Make the file the job's result, with its report beside it."""
    attach_report(run, file, path, name=name, by_law=by_law)
    run.attach(path, filename=f"{name}.csv", content_type=file.content_type)


def attach_report(run: Run, file: ResultFile, path: Path, *, name: str, by_law: bool = False) -> list[Path]:
    """Lay a report of rows that are not as the register has them beside the file; returns it where there is one."""
    if not file.substitutions and not file.covered_rows and not file.leaves_out:
        return []
    report = path.with_name("report.csv")
    _write_report(file, report, by_law=by_law)
    run.attach_report(report, filename=f"{name}-report.csv")
    return [report]


def _filled(content: bytes, values: Sequence[bytes]) -> bytes:
    around = content.split(MARKER)
    return b"".join(chain.from_iterable(zip(around, [*values, b""], strict=True)))


def _write_report(file: ResultFile, path: Path, *, by_law: bool) -> None:
    """Which rows are of covered persons, and which character was written as which: nothing changes in silence."""
    treated = "支援措置対象（法令により住所を提供）" if by_law else "支援措置対象（住所・市町村コードは空欄）"
    with path.open("w", newline="", encoding="utf-8-sig") as opened:
        writer = csv.writer(opened)
        writer.writerow(["行", "内容", "元の文字", "符号位置", "置き換えた文字"])
        writer.writerows([row, treated, "", "", ""] for row in file.covered_rows)
        if file.leaves_out:
            writer.writerow(["", LEAVES_OUT, "", "", ""])
        for row, character, substitute in file.substitutions:
            points = " ".join(f"U+{ord(each):04X}" for each in character)
            writer.writerow([row, "文字の置換え", character, points, substitute])
