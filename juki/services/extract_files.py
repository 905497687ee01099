"""The result file of an extract, and the list of what could not be written in it as it stands.

The lines come ready-made from COPY and are handled a batch at a time, never cell by cell: at hundreds of thousands of
rows an object a cell would cost more than the query.
"""

import csv
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from jlis.kernel.domain import cp932
from jlis.kernel.domain.subject_sets import SubjectSet
from juki.domain.extracts import Encoding, ExtractRequest
from juki.domain.items import LABELS

_ID = slice(1, 37)
_CELLS = slice(39, -1)


class ExtractFile:
    """A heading, CRLF, all cells quoted; in CP932 with a note of each substituted character.

    A line is `"<resident's id>",` and the cells as COPY writes CSV: whom the extract concerns goes into the audit
    chain, not into the file.
    """

    def __init__(self, wanted: ExtractRequest, path: Path):
        self.rows = 0
        self.substitutions: list[tuple[int, str, str]] = []
        self.residents = SubjectSet()
        self._is_cp932 = wanted.encoding is Encoding.CP932
        self._file = path.open("wb")
        if not self._is_cp932:
            self._file.write(b"\xef\xbb\xbf")
        self._put((",".join(f'"{LABELS[item]}"' for item in wanted.items) + "\r\n").encode())

    def write(self, lines: Sequence[bytes], marker: bytes = b"", marked: Sequence[bytes] = ()) -> None:
        """Write a batch, with the values of `marked` in the place of the marker that each line has."""
        content = b"\r\n".join([line[_CELLS] for line in lines]) + b"\r\n"
        if marker:
            content = _filled(content, marker, marked)
        self._put(content)
        self.rows += len(lines)
        self.residents.add(ids_of(lines))

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


def ids_of(lines: Sequence[bytes]) -> bytes:
    """The residents' ids of some lines, 16 bytes each."""
    return bytes.fromhex(b"".join([line[_ID] for line in lines]).replace(b"-", b"").decode("ascii"))


def _filled(content: bytes, marker: bytes, values: Sequence[bytes]) -> bytes:
    around = content.split(marker)
    return b"".join(chain.from_iterable(zip(around, [*values, b""], strict=True)))


def write_substitutions(substitutions: Sequence[tuple[int, str, str]], path: Path) -> None:
    """Which character on which row was written as which: nobody is dropped, and nothing changes in silence."""
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["行", "元の文字", "符号位置", "置き換えた文字"])
        for row, character, substitute in substitutions:
            points = " ".join(f"U+{ord(each):04X}" for each in character)
            writer.writerow([row, character, points, substitute])
