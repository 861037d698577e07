"""Words over all compared recordings: how often each was said, missed, fixed and broken, and where."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from clm.report.gather import Results
from clm.scoring.folder_score import KINDS, FolderScore

MOST_PLACES = 12
MOST_EXAMPLES = 2

Place = tuple[str, str, int]  # folder, recording, position in the reference


@dataclass
class Words:
    """`said`: tokens of the references; `tokens[model][kind]`: tokens by word; `places`: where a word was missed.

    `pairs[model]` counts (said, heard) where one word was heard as another.
    `examples[model][kind][word]` are contexts as wer.json has them: folder, reference, heard.
    """

    said: Counter[str] = field(default_factory=Counter)
    tokens: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    pairs: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    examples: dict[str, dict[str, dict[str, list[dict[str, str]]]]] = field(default_factory=dict)

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

    def add_contexts(self, model: str, folder: str, score: FolderScore, names: Iterable[str]) -> None:
        """Take in the contexts of a folder's scores, of these recordings only."""
        kept = set(names)
        for kind, by_word in score.contexts.items():
            listed = self.examples.setdefault(model, {}).setdefault(kind, {})
            for word, contexts in by_word.items():
                examples = listed.setdefault(word, [])
                for context in contexts:
                    if len(examples) < MOST_EXAMPLES and context["recording"] in kept:
                        examples.append({"folder": folder, **context})


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
