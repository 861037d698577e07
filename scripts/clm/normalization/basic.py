"""Profile `basic`, version 2: the rules of `BASIC` in order, in every language.

Decisions:

- Punctuation goes, except inside words and numbers: well-known, don't, at&t, yeti.com, 3.5, 1,000, 10:30, 24/7.
  A hyphen between letters stays, so well-known is one word; a slash between letters divides (and/or: two words).
- The dots of initials go: U.S.A. is usa, p.m. is pm, Ph.D. is phd. Symbols that stand alone ($ % & +) go.
- Every short [..], <..> and {..} is a tag and goes; (..) only if its words name a sound, who makes it, how, or when,
  as in (applause), (audience laughing loudly) or (inaudible 00:12:30). The tags of vendors go: %HESITATION, ~NS.
- A full stop between a small letter and a capital ends a sentence, though the space is missing: divides.Then.
- Fillers go as whole words, however long they are held (ummm), and only in languages that have them: in German `er` and
  `um` are words.
- Turkish and Azerbaijani have two letters i: the small one of I is ı there, and that of İ is i.
- In languages that are written without spaces (`profiles.UNSPACED`) every character is a word, but for letters that
  have case and digits, which stay together.
- Accents, digits and letters of every script stay; numbers keep their written form (5 is not five).

Every rule is idempotent and total: it accepts any string. A change of a rule raises the version.
"""

import re
import unicodedata
from collections.abc import Callable

from clm.english.fillers import is_filler
from clm.english.written import RAISED, TOP
from clm.normalization.profiles import DOTLESS

type_of = unicodedata.category

TAG_LENGTH = 60  # a longer bracket is speech in brackets, or an unclosed tag: its words are kept

_SOUNDS_TEXT = """
applauding applauds applause barking beep beeping beeps breath breathes breathing breaths buzzing chatter cheer
cheering cheers chuckle chuckles chuckling clapping claps clearing clears clicking cough coughing coughs crosstalk
crying foreign gasp gasps giggle giggles giggling groan groans humming inaudible indecipherable indiscernible
indistinct knocking laugh laughing laughs laughter mumbles mumbling murmuring music muttering noise noises overlapping
pause pauses ringing rings shouting sigh sighing sighs silence singing sings slams sneeze sneezes sneezing sniff
sniffing sniffles sniffs snort snorts unclear unintelligible whistle whistles whistling yawn yawning yawns
"""
SOUNDS = frozenset(_SOUNDS_TEXT.split())
#: What may stand beside a sound in a note: who or what makes it, how, and where.
_BESIDE_TEXT = """
a all ambient an and at audience audio background begins both brief briefly chair child children classical closes
continues crowd dog door dramatic ends everybody everyone fades fading faint faintly female from group heavily heavy
in interviewer intro jazz language laughs light lightly long loud loudly male man mark men minute minutes nervous
nervously of off on opens orchestral other others outro over people phone piano playing plays quiet quietly resumes
room second seconds section short slightly soft softly some sound sounds speaker speakers speaking speaks speech
starts still stops talking telephone the their theme then throat to upbeat voice voices woman women word words
"""
_BESIDE = frozenset(_BESIDE_TEXT.split())
#: Languages that somebody speaks in a note: (speaking Spanish), (in Latin).
_SPEAKING = frozenset({"speaking", "speaks", "in"})
_LANGUAGES_TEXT = """
arabic cantonese chinese dutch english farsi french german greek hebrew hindi italian japanese korean latin mandarin
native polish portuguese punjabi russian spanish swedish tagalog turkish urdu vietnamese welsh
"""
_LANGUAGES = frozenset(_LANGUAGES_TEXT.split())
_VENDOR_NOISES = "ns|sil|spn|nsn|noise|unk|bg|int|fil|laugh|breath|cough|lipsmack"

APOSTROPHES = "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\u00b4`\uff40\u055a\ua78b\ua78c"
HYPHENS = "\u2010\u2011"
INSIDE_WORDS = "'\\-.&@_\u00b7\u05f3\u05f4"  # the last three: Catalan l·l, Hebrew geresh and gershayim
INSIDE_NUMBERS = ",:/\u066b\u066c"  # the last two: Arabic decimal and thousands separators
JOINERS = frozenset((INSIDE_WORDS + INSIDE_NUMBERS).replace("\\", ""))

_WORD = rf"[^\s{INSIDE_WORDS}{INSIDE_NUMBERS}]+"
_TOKEN = re.compile(rf"{_WORD}(?:(?:\.?['\-]|[{INSIDE_WORDS}]|(?<=\d)[{INSIDE_NUMBERS}](?=\d)){_WORD})*")
_TAG = re.compile(
    rf"\[[^\[\]\n]{{0,{TAG_LENGTH}}}\]|\{{[^{{}}\n]{{0,{TAG_LENGTH}}}\}}"
    rf"|<[^<>\s\d](?:[^<>\n]{{0,{TAG_LENGTH}}}[^<>\s])?>|<\d+(?:\.\d+)?\s?m?s(?:ec(?:ond)?s?)?>"
)
# %HESITATION, but not the per cent of "5 %of"; ~NS, but not the ~ of "~ten"; ++laughter++, &=laughs, *coughs*
_VENDOR_TAG = re.compile(
    rf"(?<!\S)(?<!\d )(?:%[^\W\d][\w-]*|~(?:{_VENDOR_NOISES})|\+\+[\w ]{{1,30}}\+\+"
    rf"|&=\w+|#(?:{_VENDOR_NOISES})#)(?![\w'])"
    rf"|(?<!\S)\*+(?P<sound>[\w ]{{3,{TAG_LENGTH}}})\*+(?!\w)"
)
_TIME_OF_NOTE = re.compile(r"\d+(?::\d\d)+(?:\.\d+)?|\d+(?:\.\d+)?")
_TIME_ALONE = re.compile(r"\s*\d?\d:\d\d:\d\d(?:\.\d+)?\s*")
_GLUED = re.compile(r"(?<=[^\W\d_]{2})\.(?=[^\W\d_])")
_PARENTHESIS = re.compile(rf"\(([^()\n]{{1,{TAG_LENGTH}}})\)")
_FIRST_WORD = re.compile(r"\w+")
_INITIALS = re.compile(r"(?<!\S)(?:[a-z]|ph)(?:\.[a-z])+(?=['\-]|s?(?:\s|$))")


class _CharacterTable(dict[int, str | None]):
    """A table for `str.translate` that computes a character's replacement at its first occurrence."""

    def __init__(self, replacement: Callable[[str], str | None]) -> None:
        super().__init__()
        self.replacement = replacement

    def __missing__(self, codepoint: int) -> str | None:
        self[codepoint] = self.replacement(chr(codepoint))
        return self[codepoint]


def _before_composition(character: str) -> str | None:
    """Replacement that must precede NFKC, which would turn ´ into a space, 1½ into 11/2 and x™ into xtm."""
    if character in APOSTROPHES:
        return "'"
    if unicodedata.decomposition(character).startswith("<fraction>"):
        return f" {character}"
    if character == "\u200b":  # the zero-width space divides words, other invisible characters do not
        return " "
    variation_selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    invisible = variation_selector or type_of(character) in ("Cf", "Me")
    return None if invisible or character in "\u2122\u2120" else character


def _after_composition(character: str) -> str:
    """Unify what NFKC brought in: its own apostrophes, hyphens and the slash of fractions."""
    if character in APOSTROPHES:
        return "'"
    return {"\u2044": "/"}.get(character, "-" if character in HYPHENS else character)


def _word_or_space(character: str) -> str:
    """Letters, marks, digits and signs that may join them stay; all else divides words."""
    return character if character in JOINERS or type_of(character)[0] in "LMN" else " "


_BEFORE = _CharacterTable(_before_composition)
_AFTER = _CharacterTable(_after_composition)
_WORDS_ONLY = _CharacterTable(_word_or_space)


def divide_sentences(text: str) -> str:
    """Put the missing space behind a full stop between a small letter and a capital.

    >>> divide_sentences("It divides.Then the Ph.D. of U.S.Steel reads node.js and Yeti.com, e.g.The end.A cell")
    'It divides. Then the Ph.D. of U.S.Steel reads node.js and Yeti.com, e.g.The end. A cell'
    """

    def divide(match: re.Match[str]) -> str:
        before, after = text[match.start() - 2 : match.start()], text[match.end()]
        if before == "Ph" or not before[1].islower() or not after.isupper():
            return "."
        following = _FIRST_WORD.match(text, match.end())
        return "." if following and following[0].lower() in TOP else ". "

    return _GLUED.sub(divide, text)


def lower(text: str, language: str) -> str:
    """Small letters of a language (a BCP 47 code): Turkish and Azerbaijani distinguish a dotted and a dotless i.

    >>> lower("IĞDIR İzmir", "tr-TR"), lower("Iowa", "en-US")
    ('ığdır izmir', 'iowa')
    """
    if language.split("-")[0].lower() in DOTLESS:
        text = unicodedata.normalize("NFC", text).replace("\u0130", "i").replace("I", "\u0131")
    return text.lower()


def unify_turkic(text: str) -> str:
    """Bring characters to one form, like `unify`, with the two letters i of Turkish and Azerbaijani.

    >>> unify_turkic("ISPARTA'da İzmir, ılık, iyi")
    "ısparta'da izmir, ılık, iyi"
    """
    return unify(lower(unicodedata.normalize("NFKC", RAISED.sub(r" \g<0>", text).translate(_BEFORE)), "tr"))


def unify(text: str) -> str:
    """Bring characters to one form: NFKC, lower case, one apostrophe, one hyphen, nothing invisible.

    >>> unify("Don’t re‑use ＡＢＣ CO₂ 1½ Naïve")
    "don't re-use abc co2 1 1/2 naïve"
    """
    text = unicodedata.normalize("NFKC", RAISED.sub(r" \g<0>", text).translate(_BEFORE)).lower()
    return unicodedata.normalize("NFKC", text).translate(_AFTER)


def drop_tags(text: str) -> str:
    """Drop bracketed notes of the transcriber.

    >>> drop_tags("so [inaudible] the <laugh> cell (applause) wall (or membrane) if a < b and c > d")
    'so   the   cell   wall (or membrane) if a < b and c > d'
    >>> drop_tags("so %hesitation it (audience laughing) is ~ns 5 % of (inaudible 00:12:30) a <2.3s> cell")
    'so   it   is   5 % of   a   cell'
    """

    def keep_speech(match: re.Match[str]) -> str:
        return " " if _is_note(match[1]) else match[0]

    def keep_words(match: re.Match[str]) -> str:
        return " " if match["sound"] is None or _is_note(match["sound"]) else match[0]

    return _VENDOR_TAG.sub(keep_words, _PARENTHESIS.sub(keep_speech, _TAG.sub(" ", text)))


def _is_note(bracketed: str) -> bool:
    """True for a note: the name of a sound and nothing else, or a time to the second."""
    words = set(re.findall(r"\w+", _TIME_OF_NOTE.sub(" ", bracketed)))
    if not words:
        return bool(_TIME_ALONE.fullmatch(bracketed)) or not re.search(r"\w", bracketed)
    if words & _SPEAKING and words & _LANGUAGES:
        words -= _LANGUAGES
        words |= {"foreign"}
    return not words.isdisjoint(SOUNDS) and words <= SOUNDS | _BESIDE


def strip_punctuation(text: str) -> str:
    """Divide into words, with punctuation only where it joins the parts of a word or number.

    >>> strip_punctuation("'well-known', $3.5 (1,000) and/or at&t -- end. .5 u.s.'s 👍")
    "well-known 3.5 1,000 and or at&t end 0.5 u.s's"
    """
    text = re.sub(r"(?<!\S)\.(?=\d)", "0.", text.translate(_WORDS_ONLY))
    tokens = (token.replace(".'", "'").replace(".-", "-") for token in _TOKEN.findall(text))
    return " ".join(token for token in tokens if any(map(str.isalnum, token)))


def join_initials(text: str) -> str:
    """Take the dots out of initials.

    >>> join_initials("the u.s.a and u.s-based m.d.s at yeti.com")
    'the usa and us-based mds at yeti.com'
    """
    return _INITIALS.sub(lambda match: match[0].replace(".", ""), text)


def drop_fillers(text: str) -> str:
    """Drop hesitations, also hyphenated ones; after a number `mm` means millimetres.

    >>> drop_fillers("um the uh-huh column ummm umbrella mm-hmm uh huh is 5 mm erm tall huh")
    'the column umbrella is 5 mm tall huh'
    """
    kept: list[str] = []
    before = ""
    for word in text.split():
        dropped = word[0] in "aehmu" and (
            word == "uh-huh" or (word == "huh" and before == "uh") or all(map(is_filler, word.split("-")))
        )
        if not dropped or (word == "mm" and kept and kept[-1][-1].isdigit()):
            kept.append(word)
        before = word
    return " ".join(kept)


def divide_characters(text: str) -> str:
    """Letters that have no case, with the marks on them, become words of their own.

    >>> divide_characters("dna解析は2024年")
    'dna 解 析 は 2024 年'
    """
    divided: list[str] = []
    after_one = False
    for character in text:
        if type_of(character).startswith("M"):
            divided.append(character)
            continue
        one = character.isalpha() and character.lower() == character.upper()
        divided.append(f" {character}" if one or after_one else character)
        after_one = one
    return strip_punctuation("".join(divided))  # what stood between two of them stands alone now


Rule = Callable[[str], str]
BASIC: tuple[Rule, ...] = (divide_sentences, unify, drop_tags, strip_punctuation, join_initials, drop_fillers)
