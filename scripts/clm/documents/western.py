"""Windows-1252, told from other encodings of eight bits by what the letters of languages do.

Nearly every byte is a character of Windows-1252, so that texts in Windows-1250 (Hungarian, Czech), -1251 (Russian),
-1254 (Turkish), -1257 (Latvian) or a Mac's encoding can be read as such, and give wrong words: the Hungarian letter
o with two acutes becomes an o with a tilde. A text is taken for Windows-1252 if one language of western Europe has its
letters, in places where that language has them; what could be either is refused.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

_VOWELS = "aeiou"
_UPPER, _LOWER = (
    "A-Z\u00c0-\u00d6\u00d8-\u00de\u0160\u0152\u017d\u0178",
    "a-z\u00df-\u00f6\u00f8-\u00ff\u0161\u0153\u017e",
)
_LETTER = f"[{_UPPER}{_LOWER}]"
_LOW = "\u201a\u0192\u201e\u2020\u2021\u02c6\u2030"
_SYMBOL = "\u00a1-\u00a9\u00ac\u00ae-\u00b1\u00b3-\u00b6\u00b8-\u00b9\u00bb-\u00bf\u00d7\u00f7" + _LOW
#: Signs of another encoding: a capital inside a word of small letters, a symbol inside or at the end of a word, signs
#: and letters beyond ASCII in a row.
_ODD = re.compile(
    f"(?<=[{_LOWER}])[\u00c0-\u00d6\u00d8-\u00de\u0160\u0152\u017d\u0178](?![{_UPPER}])|"
    f"(?<={_LETTER})[{_SYMBOL}\u201c\u201d](?={_LETTER})|"
    f"(?<={_LETTER})(?:þ|\u00b3|\u00b9|\u00bf)(?!{_LETTER})|(?<!\\S)[ªº\u00b3\u00b9](?={_LETTER})|"
    f"[{_LOW}][^\0-\x7f][{_LOW}\u00a2-\u00a9]|"
    "[\u00a2-\u00a9\u00ac-\u00be][\u00a2-\u00a9\u00ac-\u00be\u00c0-\u00ff]|[\u00c0-\u00ff][\u00a2-\u00a8\u00ac-\u00b6\u00bc-\u00be]"
)
#: Letters where no language of western Europe has them.
_MISPLACED = re.compile(
    rf"(?<!\w)è(?=\w)|è(?=[{_VOWELS}])|"  # c with a caron, in Slovenian and Croatian
    r"þ(?![aeiouyáéíóúýæörjv])|(?<!\w)ð|"  # Turkish, Romanian, Lithuanian
    r"ã(?=[a-df-mp-rt-z])|"  # a with a breve, in Romanian
    r"(?<!\w)[ßÿñðþ](?!\w)"
)
#: E with a macron, in Latvian; but Albanian has this, and e with a diaeresis.
_LATVIAN = re.compile("ç(?=[b-df-hj-np-tvwxz])")
_WORD = re.compile(r"[^\W\d_]+")
#: Words of more than one letter, all beyond ASCII, that there are.
_SHORT = re.compile("þ.{1,2}|öö|áð|íþ|ææ")
_ENGLISH = frozenset(("the", "and", "of", "that", "you", "this", "with", "was", "it", "to", "we", "for", "are"))
#: Letters of loanwords, which may be a few in any language.
_BORROWED = frozenset("àáâäåçéèêëíïñóôöøúü")
_BORROWED_SHARE, _OTHER_SHARE, _ENGLISH_SHARE, _ODD_SHARE, _FEW = 0.15, 0.03, 0.1, 0.02, 6
#: Share of all letters that are beyond ASCII at most.
_HIGH_SHARE = 0.5


@dataclass(frozen=True)
class _Language:
    """`letters` beyond ASCII; `foreign`: those of ASCII that it hardly has, with their greatest share; `fits`: more."""

    letters: str
    foreign: str = ""
    share: float = 0.02
    fits: Callable[[str], bool] = lambda _: True


def _is_portuguese(text: str) -> bool:
    """O with a tilde stands before e, as a rule; a with one is in ão more often than at an end."""
    if re.search(r"õ(?![es])", text):
        return False
    ends = [word for word in re.findall(r"\w*ãs?\b", text) if not re.fullmatch(r"(?:a?manh|irm|maç|alem)ãs?", word)]
    return len(ends) <= len(re.findall(r"ã[oei]|õe", text))


def _is_icelandic(text: str) -> bool:
    """Y with an acute is rare, where Turkish has its commonest letter; thorn begins words more often than not."""
    high = sum(character > "\x7f" for character in text)
    thorns = len(re.findall(r"þ", text))
    return text.count("ý") <= max(1, 0.15 * high) and 2 * len(re.findall(r"\bþ", text)) >= thorns


_LANGUAGES = (
    _Language("àâæçéèêëîïôœùûüÿ", "kwz", 0.03),  # French
    _Language("äöüßéàè"),  # German
    _Language("áéíóúüñïç"),  # Spanish
    _Language("áâãàçéêíóôõúü", "kwy", 0.02, _is_portuguese),  # Portuguese
    _Language("àèéìíîòóùú", "kwy", 0.03),  # Italian
    _Language("éëïóöüèêáàäç"),  # Dutch
    _Language("åäöéüàšž"),  # Swedish, Finnish
    _Language("åæøéèêòóôäö"),  # Danish, Norwegian
    _Language("áðéíóúýþæö", "cqwz", 0.02, _is_icelandic),  # Icelandic
    _Language("àçèéíïòóúüñ", "kwy", 0.03),  # Catalan
    _Language("äõöüšž", "cqwxyz"),  # Estonian
    _Language("ëç"),  # Albanian
    _Language("áéíóú"),  # Irish
    _Language("êëôûîïáéóúèö", "cqxz"),  # Afrikaans
    _Language("âêîôûïöá", "kqxvz"),  # Welsh
    # these are the same in Windows-1250, so that nothing can be read wrongly
    _Language("áâäçéëíîóôöúüýß"),
)  # fmt: skip


def decode(data: bytes) -> str | None:
    """The text as Windows-1252, or None if it has, or may have, another encoding."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    lower = text.lower()
    others = sum(character > "\x7f" for character in text)
    odd = len(_ODD.findall(text)) + len(_MISPLACED.findall(lower)) + sum(map(_is_odd, _WORD.findall(lower)))
    odd += len(_LATVIAN.findall(lower)) if "ë" not in lower else 0
    letters = [character for character in lower if character.isalpha()]
    high = Counter(character for character in letters if character > "\x7f")
    if odd > _ODD_SHARE * others or (len(letters) >= 4 and high.total() > _HIGH_SHARE * len(letters)):
        return None
    return text if _is_western(lower, len(letters), high) else None


def _is_odd(word: str) -> bool:
    return len(word) > 1 and min(word) > "\x7f" and not _SHORT.fullmatch(word)


def _is_western(text: str, letters: int, high: Counter[str]) -> bool:
    """True if one language has these letters; in an English text, each word may be of another."""
    if any(_fits(language, text, letters, high) for language in _LANGUAGES):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    english = [word for word in words if word in _ENGLISH]
    if len(english) < _ENGLISH_SHARE * len(words) or len(set(english)) < 2:
        return False
    foreign = [word for word in words if not word.isascii()]
    return all(any(set(word) - _ASCII <= set(language.letters) for language in _LANGUAGES) for word in foreign)


_ASCII = frozenset(map(chr, range(128)))


def _fits(language: _Language, text: str, letters: int, high: Counter[str]) -> bool:
    unknown = {letter: count for letter, count in high.items() if letter not in language.letters}
    borrowed = sum(count for letter, count in unknown.items() if letter in _BORROWED)
    rest = sum(unknown.values()) - borrowed
    most = high.total() if high.total() >= _FEW else 0
    if borrowed > _BORROWED_SHARE * most or rest > _OTHER_SHARE * most:
        return False
    strange = sum(text.count(letter) for letter in language.foreign)
    return strange <= language.share * letters and language.fits(text)
