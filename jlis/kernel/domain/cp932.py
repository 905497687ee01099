"""CP932 as Windows writes and reads it, with an account of every character that could not be written as it is.

Python's codec agrees with Windows but for the 374 characters that CP932 holds in IBM's place and in NEC's
selection: Windows writes the first (髙 = FB FC), Python the second (EE E0). Private-use characters are a
municipality's own (外字) and are never passed on by number.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from jlis.kernel.domain.glyphs import NO_GLYPH, cp932_substitutes

# The same character of JIS X 0208 under the name that JIS gives it, and the one Windows uses for its code.
_SAME_IN_JIS = {"〜": "～", "−": "－", "‖": "∥", "—": "―", "¢": "￠", "£": "￡", "¬": "￢", "¥": "￥", "‾": "￣"}
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_VOICE_MARKS = re.compile("[\u3040-\u30ff][\u3099\u309a]")


class BrokenText(ValueError):
    """Bytes that CP932 does not know; `position` counts bytes from 0."""

    def __init__(self, position: int, sequence: bytes) -> None:
        self.position = position
        super().__init__(f"{position + 1}バイト目の {sequence.hex(' ').upper()} は CP932（シフトJIS）として読めません")


class Substitution(NamedTuple):
    """At `position` (code points from 0) `character`, with its selector if any, was written as `substitute`."""

    position: int
    character: str
    substitute: str


@dataclass(frozen=True, slots=True)
class Encoded:
    data: bytes
    substitutions: tuple[Substitution, ...] = ()


def encode(text: str) -> Encoded:
    """Any text in CP932. `decode(result.data) == text` exactly where there are no substitutions.

    What needs care is looked for first; everything between goes through Python's codec whole.
    """
    parts: list[bytes] = []
    substitutions: list[Substitution] = []
    done = 0
    for run in _careful().finditer(text):
        # A selector or a voice mark belongs to the character before it.
        start = max(done, run.start() - 1)
        parts += (text[done:start].encode("cp932"), _encode_with_care(text[start : run.end()], start, substitutions))
        done = run.end()
    return Encoded(b"".join((*parts, text[done:].encode("cp932"))), tuple(substitutions))


def _encode_with_care(text: str, begins: int, substitutions: list[Substitution]) -> bytes:
    fitting = _unfit().sub(lambda match: _substitute(match, begins, substitutions), text)
    ibm = _ibm_codes()
    return b"".join(ibm.get(part) or part.encode("cp932") for part in _ibm_pattern().split(fitting))


def fits(text: str) -> bool:
    """Whether every character can be written as it is."""
    return not _unfit().search(text)


def decode(data: bytes) -> str:
    """Text from CP932 as Windows reads it; 外字 come as private-use code points. Raises BrokenText."""
    try:
        text = data.decode("cp932")
    except UnicodeDecodeError as error:
        raise BrokenText(error.start, data[error.start : error.end]) from None
    if stray := _STRAY.search(text):
        position = len(text[: stray.start()].encode("cp932"))
        raise BrokenText(position, data[position : position + 1])
    return text


_STRAY = re.compile("[\x80\uf8f0-\uf8f3]")


def _substitute(match: re.Match[str], begins: int, found: list[Substitution]) -> str:
    written = match[0]
    base = written[0]
    if len(written) == 2 and _VOICE_MARKS.fullmatch(written):
        plain = unicodedata.normalize("NFC", written)
        substitute = plain if len(plain) == 1 and plain in _clean_characters() else base
    elif base in _clean_characters():
        substitute = base
    elif _SELECTOR.match(base):
        substitute = ""
    else:
        substitute = _SAME_IN_JIS.get(base) or cp932_substitutes().get(base, NO_GLYPH)
    found.append(Substitution(begins + match.start(), written, substitute))
    return substitute


@cache
def _clean_characters() -> frozenset[str]:
    """What CP932 writes and reads back as the same character, municipalities' own and stray bytes left out."""
    singles = [bytes([code]) for code in (*range(0x80), *range(0xA1, 0xE0))]
    leads = (*range(0x81, 0xA0), *range(0xE0, 0xF0), *range(0xFA, 0xFD))
    pairs = [bytes([lead, trail]) for lead in leads for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD))]
    return frozenset(character for code in singles + pairs if (character := _character(code)))


@cache
def _ibm_codes() -> dict[str, bytes]:
    """The characters for which Python and Windows choose different codes, with Windows' choice."""
    codes = {}
    for code in range(0xFA40, 0xFC4C):
        pair = code.to_bytes(2)
        character = _character(pair)
        if character and character.encode("cp932")[0] in (0xED, 0xEE):
            codes[character] = pair
    return codes


def _character(code: bytes) -> str:
    try:
        return code.decode("cp932")
    except UnicodeDecodeError:
        return ""


@cache
def _ibm_pattern() -> re.Pattern[str]:
    return re.compile(f"([{''.join(_ibm_codes())}])")


@cache
def _careful() -> re.Pattern[str]:
    """A run of characters that Python's codec does not write as Windows does, or not at all."""
    plain = _clean_characters() - _ibm_codes().keys()
    careful = f"[^{re.escape(''.join(sorted(plain)))}]"
    return re.compile(f"{careful}{careful}*")  # written so, `re` scans for the first one three times as fast as with +


@cache
def _unfit() -> re.Pattern[str]:
    """A character that CP932 lacks, or one that carries a variation selector or a combining voice mark."""
    clean = re.escape("".join(sorted(_clean_characters())))
    after = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    return re.compile(f"[\u3040-\u30ff][\u3099\u309a]|[^\x00-\x7f]{after}|[^{clean}]")
