"""Words over all compared recordings: how often each was said, missed, fixed and broken, and where."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from clm.report.gather import Results
from clm.scoring.folder_score import KINDS

MOST_PLACES = 12
MOST_EXAMPLES = 2
#: Words of context on either side.
CONTEXT = 4

Place = tuple[str, str, int]  # folder, recording, position in the reference
#: What was heard in place of a word of the reference, by its position; empty if it was left out.
Wrong = Mapping[int, str]


class Example(NamedTuple):
    """A place where a word was missed, fixed or broken: its context, and what was heard by the model that missed it."""

    place: Place
    said: str
    heard: str


class Errors(NamedTuple):
    """Errors of one model in a folder, by position in the references of its recordings, one after the other."""

    replaced: list[int]
    left_out: list[int]
    added: list[int]


@dataclass
class Words:
    """`said`: tokens of the references; `tokens[model][kind]`: tokens by word; `places`: where a word was missed.

    `pairs[model]` counts (said, heard) where one word was heard as another.
    `examples[model][kind][word]` are a few places of each. `errors[model][folder]` are positions of errors, of the
    models side by side only; `lengths` are the words of each folder's references.
    """

    said: Counter[str] = field(default_factory=Counter)
    tokens: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    pairs: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    examples: dict[str, dict[str, dict[str, list[Example]]]] = field(default_factory=dict)
    errors: dict[str, dict[str, Errors]] = field(default_factory=dict)
    lengths: Counter[str] = field(default_factory=Counter)

    def accuracy(self, model: str, word: str) -> float | None:
        """The share of a word's tokens that a model has right; None if the word was never said."""
        said = self.said[word]
        return 1 - min(self.tokens[model]["missed"][word], said) / said if said else None

    def add_reference(self, reference: Iterable[str]) -> None:
        """Count the words of a reference."""
        self.said.update(reference)

    def add_place(self, word: str, place: Place) -> None:
        """Remember where a word was missed by some model."""
        places = self.places.setdefault(word, [])
        if len(places) < MOST_PLACES:
            places.append(place)

    def add_examples(self, model: str, kind: str, reference: list[str], where: tuple[str, str], wrong: Wrong) -> None:
        """Remember places of a kind, by what the model that missed the word heard there, a few for each word."""
        listed = self.examples.setdefault(model, {}).setdefault(kind, {})
        for place, heard in sorted(wrong.items()):
            examples = listed.setdefault(reference[place], [])
            if len(examples) < MOST_EXAMPLES:
                context = " ".join(reference[max(0, place - CONTEXT) : place + CONTEXT + 1])
                examples.append(Example((*where, place), context, heard))

    def add_errors(self, model: str, folder: str, found: Errors) -> None:
        """Take in the errors of a recording, after those of the folder's recordings before."""
        before = self.errors.setdefault(model, {}).setdefault(folder, Errors([], [], []))
        for places, more in zip(before, found, strict=True):
            places.extend(self.lengths[folder] + place for place in more)


def count(results: Results) -> Words:
    """Tokens of every model by word; the sums are those of leaderboard.csv."""
    words = Words()
    for name, model in results.judged.items():
        counts: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for key, result in model.results.items():
            if key in results.compared:
                for kind in KINDS:
                    counts[kind].update(getattr(result, kind))
        words.tokens[name] = counts
    return words


def changes(results: Results, older: str, newer: str) -> tuple[list[tuple[str, int, int]], list[tuple[str, int, int]]]:
    """Words missed less and words missed more by the newer of two models: (word, before, now), ordered."""
    before: Counter[str] = Counter()
    now: Counter[str] = Counter()
    for name, total in ((older, before), (newer, now)):
        judged = results.judged.get(name)
        for key, result in judged.results.items() if judged else ():
            if key in results.compared:
                total.update(result.missed)
    changed = [(word, before[word], now[word]) for word in before.keys() | now.keys() if before[word] != now[word]]
    ordered = sorted(changed, key=lambda item: (-abs(item[1] - item[2]), item[0]))
    return [item for item in ordered if item[2] < item[1]], [item for item in ordered if item[2] > item[1]]
