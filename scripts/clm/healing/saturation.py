"""Signs that text has nothing more to teach the recogniser, and causes of words that are still missed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from clm.base import files
from clm.english.words import learnable, plain
from clm.evaluation import summaries
from clm.healing.plan import Recordings
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.reasons.sentences import statement
from clm.results import models, plans

#: Healing rounds in a row without a proven gain after which text has little left to teach.
ROUNDS = 2
_EXAMPLES = 4
#: An unexplained word this close to a known one is probably misspelt in the reference.
_TYPO_DISTANCE = 1
_SHORTEST_TYPO = 5


def nothing_left(results: Path, board: Sequence[Mapping[str, str]], engine: str, heldout: Collection[str]) -> str:
    """Statement that the last healing rounds had no proven gain, and why words are still missed; or an empty string.

    A round had a gain if its model is the champion, or older than it.
    """
    directory = results / "models"
    judged = {row["model"] for row in board if row["verdict"]}
    champion = max((models.number(row["model"]) for row in board if row["champion"]), default=0)
    fruitless = [
        name
        for name in models.finished(directory, engine)
        if name in judged
        and models.number(name) > champion
        and (plan := plans.read_if_there(directory / name / "plan.json"))
        and plan.learn
    ]
    if len(fruitless) < ROUNDS:
        return ""
    newest = fruitless[-1]
    reasons = "; ".join(_reasons(results, newest, heldout)) or "no word worth learning is missed"
    return (
        f"Nothing left to learn from text: the last {len(fruitless)} healing rounds brought no proven gain."
        f" What {newest} still misses, in tokens: {reasons}."
    )


def _reasons(results: Path, model: str, heldout: Collection[str]) -> Iterator[str]:
    """For each likely cause the number of missed tokens, with the words missed most often."""
    summary = summaries.read(results / "summaries" / f"{model}.json")
    folders = Recordings.read(results / "inputs.json").open_folders(heldout)
    missed: Counter[str] = Counter()
    for name in summary.folders.keys() & set(folders):
        for recording in summary.folders[name].recordings.values():
            missed.update({word: count for word, count in recording.missed.items() if learnable(word)})
    known = _Known(results / "models" / model)
    causes: dict[Reason, Counter[str]] = {}
    for word, count in sorted(missed.items()):
        causes.setdefault(known.cause(word), Counter())[word] += count
    for cause, words in sorted(causes.items(), key=lambda item: (-item[1].total(), item[0].code)):
        examples = ", ".join(word for word, _ in words.most_common(_EXAMPLES))
        yield f"{statement(cause)}: {words.total()} ({examples}{', ...' if len(words) > _EXAMPLES else ''})"


class _Known:
    """A model's knowledge of words: its text and its pronunciations."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def cause(self, word: str) -> Reason:
        """Likely cause of a word that is still missed."""
        guessed = word in self._guessed
        if not self._text.isdisjoint([word]) or (plain(word) and self._text.issuperset(plain(word))):
            return codes.guessed_pronunciation() if guessed else codes.acoustics()
        if word in self._dictionary:
            return codes.known_word()
        if len(word) >= _SHORTEST_TYPO and self._is_near_a_known_word(word):
            return codes.near_known_word()
        return codes.in_no_article()

    @cached_property
    def _text(self) -> frozenset[str]:
        paths = sorted(self._directory.glob("corpus/*.txt"))
        return frozenset(word for path in paths for word in plain(path.read_text(encoding="utf-8")))

    @cached_property
    def _guessed(self) -> frozenset[str]:
        path = self._directory / "lexicon.tsv"
        return (
            frozenset(row["word"] for row in files.read_table(path, delimiter="\t")) if path.exists() else frozenset()
        )

    @cached_property
    def _dictionary(self) -> frozenset[str]:
        """Words of the recogniser's own dictionary; the embedded engine's serves as a list of English words."""
        from clm.pronunciation.general_english import known_words

        return known_words()

    def _is_near_a_known_word(self, word: str) -> bool:
        from rapidfuzz.distance import DamerauLevenshtein

        return any(
            abs(len(known) - len(word)) <= _TYPO_DISTANCE
            and DamerauLevenshtein.distance(word, known, score_cutoff=_TYPO_DISTANCE) <= _TYPO_DISTANCE
            for known in self._text | self._dictionary
        )


def found(results: Path, model: str | None) -> Iterator[str]:
    """Counts of look-ups by status: of keywords, and of the missed words that a model learned."""
    from clm.corpus.collection import counts

    paths = {"Keywords": results / "corpus" / "keywords" / "status.csv"}
    if model:
        paths[f"Missed words of {model}"] = results / "models" / model / "corpus" / "status.csv"
    for title, path in paths.items():
        rows: list[dict[str, Any]] = files.read_table(path) if path.exists() else []
        if rows:
            yield f"{title}: {counts(rows)} ({path})."
