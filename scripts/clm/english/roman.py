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
#: Numerals that are no words, names or abbreviations, so that any word may stand before them.
_PLAIN_TEXT = """
ii iii vii viii ix xii xiii xiv xv xvi xvii xviii xix xxi xxii xxiii xxiv xxv xxvi xxvii xxviii xxix xxxi xxxii xxxiii
"""
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}
_ROMAN = r"(?=[ivxl])l?x{0,3}(?:xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_NAMED = pattern(
    rf"\b(?:(?P<name>{'|'.join((_RULERS_TEXT + _THINGS_TEXT).split())})[^\S\n](?P<roman>{_ROMAN})"
    rf"|(?P<word>[^\W\d_]+)[^\S\n](?P<plain>{'|'.join(_PLAIN_TEXT.split())}))(?![\w@&]|\.\w|'(?!s))"
)
_RULERS = frozenset(_RULERS_TEXT.split())
#: Before these a single I is a number, elsewhere it is the word.
_WARS = pattern(r"\bworld[^\S\n]war$")


def speak_roman(text: str) -> str:
    """Read Roman numerals after a ruler's name as ordinals, after other words as numbers.

    >>> speak_roman("World War II, Henry VIII, phase IV, Fantasy VII; in part I think of Malcolm X")
    'World War two, Henry the eighth, phase four, Fantasy seven; in part I think of Malcolm X'
    """

    def read(match: re.Match[str]) -> str:
        if match["plain"]:
            return f"{match['word']} {spell(str(value(match['plain'].lower())))}"
        name, roman = match["name"], match["roman"].lower()
        if roman == "i" and not _WARS.search(match.string, 0, match.end("name")):
            return match[0]
        if roman == "l":
            return match[0]
        words = spell(str(value(roman)))
        return f"{name} the {ordinal(words)}" if name.lower() in _RULERS else f"{name} {words}"

    return replace(_NAMED, read, text)


def value(roman: str) -> int:
    """The number that a Roman numeral below 90 stands for.

    >>> value("xlviii"), value("xix")
    (48, 19)
    """
    values = [_VALUES[letter] for letter in roman]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
