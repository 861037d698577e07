"""Roman numerals after the names that have them, as they are said."""

import re

from clm.english.numbers import ordinal, spell
from clm.english.written import pattern, replace

_RULERS_TEXT = """
albert alexander alfonso benedict boniface carol catherine charles christian clement cleopatra constantine darius edward
elizabeth ferdinand francis frederick george gregory gustav harald henry innocent isabella ivan james john joseph karl
leo leopold louis margaret mary mehmed napoleon nicholas otto paul pedro peter philip pius pope ptolemy ramesses ramses
rameses richard robert rudolf selim sigismund stephen suleiman sultan thutmose urban victoria wilhelm william xerxes
"""
_THINGS_TEXT = """
act annex apollo appendix article book bowl chapter class corps division episode factor figure grade group level lemma
mark part phase pillar question rocky round saturn schedule section series stage superbowl table theorem tier title type
unit vatican verse vol volume war
"""
#: Numerals that are not words, names or abbreviations, so that any word may come before them.
_PLAIN_TEXT = """
ii iii vii viii ix xii xiii xiv xv xvi xvii xviii xix xxi xxii xxiii xxiv xxv xxvi xxvii xxviii xxix xxxi xxxii xxxiii
"""
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}
_ROMAN = r"(?=[ivxl])l?x{0,3}(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_WARS = pattern(r"(?<![^\W_])ww[ -]?(i{1,2}|[12]|(?<=[ -])(?:one|two))(?![\w&]|'(?!s))")
_NUMERAL = pattern(rf"(?<=[^\W\d_][^\S\n]){_ROMAN}(?![\w@&]|\.\w|'(?!s))")
_BEFORE = re.compile(r"[^\W\d_]+\s$")
_LONGEST_NAME = 24
_RULERS = frozenset(_RULERS_TEXT.split())
_THINGS = frozenset(_THINGS_TEXT.split())
_PLAIN = frozenset(_PLAIN_TEXT.split())


def speak_roman(text: str) -> str:
    """Read Roman numerals after a ruler's name as ordinals, after other words as numbers.

    A single I is a number only after World War, also in WWI; otherwise it is the word.

    >>> speak_roman("World War II, Henry VIII, phase IV, Fantasy VII; in part I think of Malcolm X")
    'World War two, Henry the eighth, phase four, Fantasy seven; in part I think of Malcolm X'
    """

    def read(match: re.Match[str]) -> str:
        roman = match[0].lower()
        before = text[max(0, match.start() - _LONGEST_NAME) : match.start()].lower()
        found = _BEFORE.search(before)
        name = found[0][:-1] if found else ""
        if roman == "i" and not before[:-1].endswith("world war"):
            return match[0]
        if roman == "l" or not (name in _RULERS or name in _THINGS or roman in _PLAIN):
            return match[0]
        words = spell(str(value(roman)))
        return f"the {ordinal(words)}" if name in _RULERS else words

    if "ww" in text or "WW" in text:
        text = replace(_WARS, _war, text)
    return replace(_NUMERAL, read, text)


def _war(match: re.Match[str]) -> str:
    number = "one" if match[1].lower() in ("i", "1", "one") else "two"
    return f"World War {number}" if match[0][0].isupper() else f"world war {number}"


def value(roman: str) -> int:
    """The number that a Roman numeral below 90 stands for.

    >>> value("xlviii"), value("xix")
    (48, 19)
    """
    values = [_VALUES[letter] for letter in roman]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
