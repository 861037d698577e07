"""Text normalization before scoring: the same rules, a profile, for reference and hypothesis.

Profile `basic` is in `clm.normalization.basic`; `spoken` is `basic`, the rules of `clm.normalization.spoken` and
the readings of `clm.english`; `whisper` is in `clm.normalization.whisper`.

`basic` and `spoken` are idempotent and total: they accept any string. A change of a rule raises the version.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clm.base.errors import UserError
from clm.english.fillers import FILLED_LANGUAGES
from clm.normalization.basic import (
    BASIC,
    Rule,
    divide_characters,
    divide_sentences,
    drop_fillers,
    drop_tags,
    join_initials,
    strip_punctuation,
    unify,
    unify_turkic,
)
from clm.normalization.profiles import DOTLESS, VERSIONS, is_unspaced


@dataclass(frozen=True)
class Normalizer:
    """A profile's rules, applied in order; the function's name is the rule's name.

    >>> normalize = create_normalizer("basic")
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


def create_normalizer(profile: str, language: str = "en-US", without: Iterable[str] = ()) -> Normalizer:
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
            f"normalizer.profile: spoken supports only English, not {language}",
            "profile basic works in every language",
        )
    rules = _rules(profile, english)
    if is_unspaced(language):
        rules = _with_division(rules)
    if language.split("-")[0].lower() in DOTLESS:
        rules = tuple(unify_turkic if rule is unify else rule for rule in rules)
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
    """The rules with that for languages without spaces, before the rules for whole words."""
    place = rules.index(join_initials) if join_initials in rules else len(rules)
    return (*rules[:place], divide_characters, *rules[place:])


def _rules(profile: str, english: bool) -> tuple[Rule, ...]:
    """Rules of a profile in their order; only the modules that it needs are loaded."""
    if profile == "whisper":
        from clm.normalization import whisper

        return whisper.rules(english)
    if profile == "spoken":
        from clm.english import addresses, amounts, dates, number_forms, roman, spelling, verbalize
        from clm.normalization import spoken

        return (
            divide_sentences,
            unify,
            drop_tags,
            addresses.speak_addresses,
            verbalize.join_thousands,
            amounts.speak_money,
            dates.speak_dates,
            dates.speak_times,
            dates.speak_fractions,
            amounts.speak_units,
            amounts.speak_phones,
            amounts.speak_ranges,
            spoken.speak_symbols,
            strip_punctuation,
            join_initials,
            drop_fillers,
            spoken.divide_compounds,
            spoken.speak_numbers,
            drop_fillers,  # those that a hyphen or a digit held
            spelling.expand_contractions,
            spoken.join_letters,
            roman.speak_roman,
            spelling.expand_abbreviations,
            spelling.unify_spelling,
            number_forms.unify_numbers,
            spoken.unify_dates,
        )
    return BASIC if english else tuple(rule for rule in BASIC if rule is not drop_fillers)
