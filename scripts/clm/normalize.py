"""Text normalization before scoring: the same rules, a profile, for reference and hypothesis.

Profile `spoken` is `basic` and the rules of `clm.spoken`, `clm.spelling` and `clm.numerals`; `whisper` is in
`clm.whisper`. Profile `basic`, version 1, applies the rules of `BASIC` in order. What it decides:

- Punctuation goes, except inside words and numbers: well-known, don't, at&t, yeti.com, 3.5, 1,000, 10:30, 24/7.
  A hyphen between letters stays, so well-known is one word; a slash between letters divides (and/or: two words).
- The dots of initials go: U.S.A. is usa, p.m. is pm, Ph.D. is phd. Symbols that stand alone ($ % & +) go.
- Every short [..], <..> and {..} is a tag and goes; (..) only if all its words name a sound, as in (applause).
- Fillers go as whole words, and only in languages that have them: in German `er` and `um` are words.
- In languages that are written without spaces (`profiles.UNSPACED`) every character is a word, but for letters that
  have case and digits, which stay together.
- Accents, digits and letters of every script stay; numbers keep their written form (5 is not five).

`basic` and `spoken` are idempotent and total: they accept any string. A change of a rule raises the version.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from clm.errors import UserError
from clm.profiles import VERSIONS, is_unspaced

type_of = unicodedata.category

TAG_LENGTH = 60  # a longer bracket is speech in brackets, or an unclosed tag: its words are kept

_SOUNDS = """
applause breath breathing cheering cheers chuckle chuckles chuckling clapping cough coughing coughs crosstalk inaudible
indiscernible laugh laughing laughs laughter music noise noises sigh sighs silence unintelligible
"""
SOUNDS = frozenset(_SOUNDS.split())

# Hesitations, as NIST's scoring takes them, without those that answer or ask (huh, ha, oh), and without er: after
# lower-casing nothing tells it from the ER of a hospital or a cell.
_FILLERS = "ah eh erm hm hmm hmmm mhm mm mmm uh uhh uhm um umm"
FILLERS = frozenset(_FILLERS.split())
FILLED_LANGUAGES = frozenset({"en"})

APOSTROPHES = "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u2032\u00b4`\uff40\u055a\ua78b\ua78c"
HYPHENS = "\u2010\u2011"
INSIDE_WORDS = "'\\-.&@_\u00b7\u05f3\u05f4"  # the last three: Catalan l·l, Hebrew geresh and gershayim
INSIDE_NUMBERS = ",:/\u066b\u066c"  # the last two: Arabic decimal and thousands separators
JOINERS = frozenset((INSIDE_WORDS + INSIDE_NUMBERS).replace("\\", ""))

_WORD = rf"[^\s{INSIDE_WORDS}{INSIDE_NUMBERS}]+"
_TOKEN = re.compile(rf"{_WORD}(?:(?:\.?['\-]|[{INSIDE_WORDS}]|(?<=\d)[{INSIDE_NUMBERS}](?=\d)){_WORD})*")
_TAG = re.compile(
    rf"\[[^\[\]\n]{{0,{TAG_LENGTH}}}\]|\{{[^{{}}\n]{{0,{TAG_LENGTH}}}\}}"
    rf"|<[^<>\s\d](?:[^<>\n]{{0,{TAG_LENGTH}}}[^<>\s])?>"
)
_PARENTHESIS = re.compile(rf"\(([^()\n]{{1,{TAG_LENGTH}}})\)")
_INITIALS = re.compile(r"(?<!\S)(?:[a-z]|ph)(?:\.[a-z])+(?=['\-]|s?(?:\s|$))")


class _CharacterTable(dict[int, str | None]):
    """A table for `str.translate` that works out a character's replacement when it first meets it."""

    def __init__(self, replacement: Callable[[str], str | None]) -> None:
        super().__init__()
        self.replacement = replacement

    def __missing__(self, codepoint: int) -> str | None:
        self[codepoint] = self.replacement(chr(codepoint))
        return self[codepoint]


def _before_composition(character: str) -> str | None:
    """What must change before NFKC, which would turn ´ into a space, 1½ into 11/2 and x™ into xtm."""
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
    """Letters, marks, digits and what may join them stay; all else divides words."""
    return character if character in JOINERS or type_of(character)[0] in "LMN" else " "


_BEFORE = _CharacterTable(_before_composition)
_AFTER = _CharacterTable(_after_composition)
_WORDS_ONLY = _CharacterTable(_word_or_space)


def unify(text: str) -> str:
    """Bring characters to one form: NFKC, lower case, one apostrophe, one hyphen, nothing invisible.

    >>> unify("Don’t re‑use ＡＢＣ CO₂ 1½ Naïve")
    "don't re-use abc co2 1 1/2 naïve"
    """
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE)).lower()
    return unicodedata.normalize("NFKC", text).translate(_AFTER)


def drop_tags(text: str) -> str:
    """Drop bracketed notes of the transcriber.

    >>> drop_tags("so [inaudible] the <laugh> cell (applause) wall (or membrane) if a < b and c > d")
    'so   the   cell   wall (or membrane) if a < b and c > d'
    """

    def keep_speech(match: re.Match[str]) -> str:
        return " " if SOUNDS.issuperset(re.findall(r"\w+", match[1])) else match[0]

    return _PARENTHESIS.sub(keep_speech, _TAG.sub(" ", text))


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

    >>> drop_fillers("um the uh-huh column umbrella mm-hmm is 5 mm erm tall")
    'the column umbrella is 5 mm tall'
    """
    kept: list[str] = []
    for word in text.split():
        is_filler = word == "uh-huh" or FILLERS.issuperset(word.split("-"))
        if not is_filler or (word == "mm" and kept and kept[-1][-1].isdigit()):
            kept.append(word)
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
BASIC: tuple[Rule, ...] = (unify, drop_tags, strip_punctuation, join_initials, drop_fillers)


@dataclass(frozen=True)
class Normalizer:
    """A profile's rules, applied in order; the function's name is the rule's name.

    >>> normalize = create("basic")
    >>> normalize("Um, the U.S. isn't [inaudible] well-known -- 3.5%!")
    "the us isn't well-known 3.5"
    """

    name: str
    version: int
    rules: tuple[Rule, ...]
    without: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        """Normalize `text`: words divided by single spaces, or the empty string."""
        for rule in self.rules:
            text = rule(text)
        return text

    def __str__(self) -> str:
        """Name, version and the rules left out, as they stand beside a WER."""
        left_out = f" without {', '.join(self.without)}" if self.without else ""
        return f"{self.name} {self.version}{left_out}"

    def tokens(self, text: str) -> list[str]:
        """Words of the normalized text."""
        return self(text).split()

    def steps(self, text: str) -> Iterator[tuple[str, str]]:
        """Name of each rule with the text after it, for explanations."""
        for rule in self.rules:
            text = rule(text)
            yield rule.__name__, text


def create(profile: str, language: str = "en-US", without: Iterable[str] = ()) -> Normalizer:
    """Make the normalizer of a profile for a language (a BCP 47 code), without the rules named in `without`.

    Raises:
        UserError: there is no such profile or rule, the profile does not know the language, or its package is missing.

    """
    if profile not in VERSIONS:
        raise UserError(
            f"normalizer.profile: unknown profile {profile!r}", f"choose one of: {', '.join(sorted(VERSIONS))}"
        )
    english = language.split("-")[0].lower() in FILLED_LANGUAGES
    if profile == "spoken" and not english:
        raise UserError(
            f"normalizer.profile: spoken knows English only, not {language}",
            "profile basic works in every language",
        )
    rules = _rules(profile, english)
    if is_unspaced(language):
        rules = _with_division(rules)
    names = {rule.__name__ for rule in rules}
    left_out = tuple(sorted(set(without)))
    for name in left_out:
        if name not in names:
            raise UserError(
                f"normalizer.without: profile {profile} has no rule {name!r}", f"its rules: {', '.join(sorted(names))}"
            )
    return Normalizer(
        profile, VERSIONS[profile], tuple(rule for rule in rules if rule.__name__ not in left_out), left_out
    )


def _with_division(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules with that for languages without spaces, before what looks at whole words."""
    place = rules.index(join_initials) if join_initials in rules else len(rules)
    return (*rules[:place], divide_characters, *rules[place:])


def _rules(profile: str, english: bool) -> tuple[Rule, ...]:
    """Rules of a profile in their order; only the modules that it needs are loaded."""
    if profile == "whisper":
        from clm import whisper

        return whisper.rules(english)
    if profile == "spoken":
        from clm import numerals, spelling, spoken

        return (
            unify,
            drop_tags,
            spoken.speak_money,
            spoken.speak_times,
            spoken.speak_fractions,
            spoken.speak_units,
            spoken.speak_symbols,
            strip_punctuation,
            join_initials,
            drop_fillers,
            spoken.divide_compounds,
            spoken.speak_numbers,
            drop_fillers,  # those that a hyphen or a digit held
            spelling.expand_contractions,
            spoken.join_letters,
            spelling.expand_abbreviations,
            spelling.unify_spelling,
            numerals.unify_numbers,
        )
    return BASIC if english else tuple(rule for rule in BASIC if rule is not drop_fillers)
