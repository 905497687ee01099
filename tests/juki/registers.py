"""Registers as a town's own system writes them out: CSV with a heading."""

from pathlib import Path

from juki.services.codes import with_check_digit

HEADING = (
    "resident_code",
    "name",
    "name_kana",
    "address",
    "birth_date",
    "sex",
    "resident_class",
    "reason",
    "changed_on",
)


def row(number: int, **changes: str) -> dict[str, str]:
    """The number-th resident."""
    return {
        "resident_code": with_check_digit(f"90000{number:05}"),
        "name": f"住民　{number}",
        "name_kana": "ジュウミン　タロウ",
        "address": f"東京都千代田区霞が関一丁目{number}番1号",
        "birth_date": "1980-02-17",
        "sex": "M",
        "resident_class": "JAPANESE",
        "reason": "R06",
        "changed_on": "2020-04-01",
    } | changes


def text(*rows: dict[str, str], heading: tuple[str, ...] = HEADING) -> str:
    """The file's text, unquoted."""
    lines = [",".join(heading), *(",".join(each[name] for name in heading) for each in rows)]
    return "".join(f"{line}\r\n" for line in lines)


def file(folder: Path, *rows: dict[str, str], encoding: str = "utf-8", heading: tuple[str, ...] = HEADING) -> Path:
    """A register file."""
    path = folder / "register.csv"
    path.write_bytes(text(*rows, heading=heading).encode(encoding))
    return path
