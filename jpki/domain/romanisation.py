"""Names of prefectures and municipalities in roman letters, as distribution points and subjects carry them.

From the katakana reading by Hepburn: long o and u are written short (Tokyo-to), n stays n before b, m and p, and an
apostrophe parts n from a vowel (Shin'onsen). What a reading alone cannot tell (a long vowel or two words that meet:
Matsu-ura) stands in ``EXCEPTIONS``, keyed by the six-digit code. A name is used once and kept for ever with its
partition, so a correction here changes no certificate that was issued.
"""

import re
from functools import lru_cache

_BASE = {
    "ア": "a", "イ": "i", "ウ": "u", "エ": "e", "オ": "o",
    "カ": "ka", "キ": "ki", "ク": "ku", "ケ": "ke", "コ": "ko",
    "ガ": "ga", "ギ": "gi", "グ": "gu", "ゲ": "ge", "ゴ": "go",
    "サ": "sa", "シ": "shi", "ス": "su", "セ": "se", "ソ": "so",
    "ザ": "za", "ジ": "ji", "ズ": "zu", "ゼ": "ze", "ゾ": "zo",
    "タ": "ta", "チ": "chi", "ツ": "tsu", "テ": "te", "ト": "to",
    "ダ": "da", "ヂ": "ji", "ヅ": "zu", "デ": "de", "ド": "do",
    "ナ": "na", "ニ": "ni", "ヌ": "nu", "ネ": "ne", "ノ": "no",
    "ハ": "ha", "ヒ": "hi", "フ": "fu", "ヘ": "he", "ホ": "ho",
    "バ": "ba", "ビ": "bi", "ブ": "bu", "ベ": "be", "ボ": "bo",
    "パ": "pa", "ピ": "pi", "プ": "pu", "ペ": "pe", "ポ": "po",
    "マ": "ma", "ミ": "mi", "ム": "mu", "メ": "me", "モ": "mo",
    "ヤ": "ya", "ユ": "yu", "ヨ": "yo",
    "ラ": "ra", "リ": "ri", "ル": "ru", "レ": "re", "ロ": "ro",
    "ワ": "wa", "ヰ": "i", "ヱ": "e", "ヲ": "o", "ヴ": "vu",
}  # fmt: skip
_SMALL = {"ャ": "a", "ュ": "u", "ョ": "o"}
_KINDS = {
    "都": (("ト", "to"),),
    "府": (("フ", "fu"),),
    "県": (("ケン", "ken"),),
    "市": (("シ", "shi"),),
    "区": (("ク", "ku"),),
    "町": (("チョウ", "cho"), ("マチ", "machi")),
    "村": (("ムラ", "mura"), ("ソン", "son")),
}
# Small letters written large in the published readings: シヨウ for ショウ. Before ウ no other reading exists.
_LARGE_FOR_SMALL = re.compile("([キシチニヒミリギジビピ])([ユヨ])(?=ウ)")
_SMALL_FORM = {"ユ": "ュ", "ヨ": "ョ"}
EXCEPTIONS = {
    "010006": "Hokkaido",
    # two towns of one reading in one prefecture
    "013617": "Hiyama-gun-Esashi-cho",
    "015148": "Esashi-gun-Esashi-cho",
    "014036": "Furuu-gun-Tomari-mura",
    "016969": "Kunashiri-gun-Tomari-mura",
    # two vowels that meet are not one long vowel
    "015601": "Takinoue-cho",
    "015717": "Toyoura-cho",
    "016420": "Hiroo-cho",
    "122181": "Katsuura-shi",
    "203033": "Koumi-machi",
    "204161": "Toyooka-mura",
    "205613": "Yamanouchi-machi",
    "213829": "Wanouchi-cho",
    "272205": "Minoo-shi",
    "282090": "Toyooka-shi",
    "304212": "Nachikatsuura-cho",
    "313718": "Kotoura-cho",
    "332127": "Setouchi-shi",
    "363014": "Katsuura-cho",
    "363219": "Sanagouchi-son",
    "422088": "Matsuura-shi",
    "462136": "Nishinoomote-shi",
    "462179": "Soo-shi",
    "465259": "Setouchi-cho",
    # small letters written large where no rule can tell
    "124435": "Onjuku-machi",
    "124630": "Kyonan-machi",
    "332089": "Soja-shi",
    "473260": "Chatan-cho",
}


def municipality_name(*, code: str, name: str, kana: str, city_name: str = "", city_kana: str = "") -> str:
    """``Shibuya-ku``; with the city's name and reading given, for its ward, ``Yokohama-shi-Naka-ku``.

    ValueError when the reading does not end as the name's last character says.
    """
    if code in EXCEPTIONS:
        return EXCEPTIONS[code]
    if city_kana:
        city = municipality_name(code="", name=city_name, kana=city_kana)
        ward_name = name.removeprefix(city_name)
        return f"{city}-{municipality_name(code='', name=ward_name, kana=kana.removeprefix(city_kana))}"
    for ending, romanised in _KINDS.get(name[-1:], ()):
        if kana.endswith(ending) and kana != ending:
            return f"{roman(kana.removesuffix(ending)).capitalize()}-{romanised}"
    raise ValueError(f"the reading {kana} does not fit the name {name}")


prefecture_name = municipality_name


@lru_cache(maxsize=4096)
def roman(kana: str) -> str:
    """Katakana in small roman letters. ValueError for anything but katakana."""
    syllables: list[str] = []
    for character in _LARGE_FOR_SMALL.sub(lambda found: found[1] + _SMALL_FORM[found[2]], kana):
        if character in _SMALL and syllables:
            syllables[-1] = _contracted(syllables[-1], _SMALL[character])
        elif character in {"ン", "ッ", "ー"}:
            syllables.append(character)
        elif character in _BASE:
            syllables.append(_BASE[character])
        else:
            raise ValueError(f"not katakana: {character}")
    return _joined(syllables)


def _contracted(syllable: str, vowel: str) -> str:
    if syllable in {"shi", "chi", "ji"}:
        return syllable[:-1] + vowel
    return syllable[:-1] + "y" + vowel


def _joined(syllables: list[str]) -> str:
    text = ""
    for index, syllable in enumerate(syllables):
        following = syllables[index + 1] if index + 1 < len(syllables) else ""
        if syllable == "ッ":
            text += "t" if following.startswith("ch") else following[:1]
        elif syllable == "ン":
            text += "n'" if following[:1] in set("aiueoy") and following else "n"
        elif syllable != "ー":
            text += syllable
    return re.sub(r"o[uo](?=.)|o[uo]$|uu", lambda found: found[0][0], text)
