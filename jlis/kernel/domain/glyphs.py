"""Kanji variants: which character stands for which in search keys, and what CP932 can print instead.

The large table is carried data under its own licence (mojikiban/README.md) and is read on first use, some 10 ms.
"""

from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "mojikiban" / "variants.tsv"

# Traditional forms that JIS X 0213 encodes apart from the simplified ones of JIS X 0208; the carried map does not
# join them.
_TRADITIONAL = (
    "俱倶 剝剥 𠮟叱 吞呑 噓嘘 塡填 姸妍 屛屏 幷并 瘦痩 繫繋 啞唖 嚙噛 囊嚢 搔掻 摑掴 潑溌 瀆涜 焰焔 禱祷 "
    "簞箪 繡繍 萊莱 蔣蒋 蠟蝋 軀躯 醬醤 醱醗 頰頬 顚顛 驒騨 鷗鴎 麴麹 鹼鹸 麵麺 俠侠"
)
# Both in CP932, and taken for one another in names.
_TAKEN_FOR_ANOTHER = (
    "斎斉 檜桧 籠篭 攪撹 灌潅 諫諌 頸頚 礪砺 蠣蛎 賤賎 鰺鯵 鴬鶯 蠅蝿 邇迩 遙遥 堯尭 凜凛 皋皐 碕崎 壺壷"
)

NO_GLYPH = "〓"
"""Printed where nothing else may stand for a character; never a question mark."""


@cache
def search_representatives() -> dict[int, str]:
    """For `str.translate`: each variant's code point and the character that stands for it."""
    own = _pairs(_TRADITIONAL) | _pairs(_TAKEN_FOR_ANOTHER)
    carried = {character: own.get(standing, standing) for character, standing, _ in _rows() if standing}
    return {ord(character): standing for character, standing in (carried | own).items()}


@cache
def cp932_substitutes() -> dict[str, str]:
    """For characters outside CP932: the one character of CP932 that may be printed in its place."""
    carried = {character: substitute for character, _, substitute in _rows() if substitute}
    return carried | _pairs(_TRADITIONAL)


def _pairs(words: str) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in words.split()}


def _rows() -> list[list[str]]:
    lines = TABLE.read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines[1:]]
