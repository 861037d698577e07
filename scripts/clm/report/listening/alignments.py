"""Alignments of references and hypotheses of each model, as compact data for the page.

A recording is an object with `name`, `words` (the reference, divided by spaces), `models` (for each model its stretches
that differ: kind, start and end in the reference, what was heard instead), `times` (starts in hundredths of a second,
each as the difference to the one before; null without), `audio` (an address relative to the page) and `seconds`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.errors import UserError
from clm.normalization.normalizer import create_normalizer
from clm.report.escaping import LONGEST_WORD, short
from clm.report.gather import Results
from clm.report.listening import word_times
from clm.report.listening.word_totals import Errors, Words
from clm.results import transcripts
from clm.results.transcripts import Entry
from clm.scoring import folder_score
from clm.scoring.error_rate import Alignment
from clm.scoring.folder_score import RecordingScore

KIND = {"substitute": "s", "delete": "d", "insert": "i"}

Record = dict[str, Any]


class Alignments:
    """Reader of the runs, folder by folder; it also counts words.

    `order` are the models in the order in which their times are preferred; `address` gives the audio of a recording
    from its folder and name.
    """

    def __init__(
        self, results: Results, words: Words, order: Iterable[str], address: Callable[[str, str], str | None]
    ) -> None:
        self._results = results
        self._words = words
        self._models = list(results.models)
        self._order = list(order)
        self._address = address
        self._tokens = _tokenizer(results)

    def folders(self) -> Iterator[tuple[str, list[Record]]]:
        """Every folder with its recordings."""
        for folder in self._results.folders:
            yield folder, self.recordings(folder)

    def recordings(self, folder: str) -> list[Record]:
        """The recordings of one folder that some model has transcribed."""
        scores: dict[str, Mapping[str, RecordingScore]] = {}
        tables: dict[str, dict[str, dict[str, str]]] = {}
        for model in self._models:
            directory = self._results.directory / "runs" / model / folder
            try:
                score = folder_score.read(directory / "wer.json")
                rows = files.read_table(directory / "normalized.tsv", delimiter="\t")
            except (OSError, UserError, ValueError):
                continue
            scores[model] = score.recordings
            tables[model] = {row["recording"]: row for row in rows}
        transcripts = _Transcripts(self._results.directory, folder)
        records = []
        for name in self._results.folders[folder]:
            heard = {model: (scores[model][name], tables[model][name]) for model in scores if name in scores[model]}
            if heard:
                records.append(self._record(folder, name, heard, transcripts))
        return records

    def _record(self, folder: str, name: str, heard: dict[str, Any], transcripts: "_Transcripts") -> Record:
        first = next((model for model in self._reference_order() if model in heard), next(iter(heard)))
        reference = heard[first][1]["reference"]
        same = {model: pair for model, pair in heard.items() if pair[1]["reference"] == reference}
        words = reference.split()
        self._count(folder, name, words, same)
        timed, times, seconds = self._times(same, transcripts, name, len(words))
        return {
            "name": name,
            "words": " ".join(short(word, LONGEST_WORD).replace(" ", "\u00a0") for word in words),
            "models": {
                self._models.index(model): list(_stretches(score.alignment, row["hypothesis"].split()))
                for model, (score, row) in same.items()
            },
            "times": times,
            "timed": timed,
            "audio": self._address(folder, name),
            "seconds": seconds,
        }

    def _reference_order(self) -> list[str]:
        baseline = self._results.baseline
        return [*([baseline.name] if baseline else []), *self._models]

    def _count(self, folder: str, name: str, words: list[str], heard: dict[str, Any]) -> None:
        """Count words, confusions and places of errors of a recording, if it is compared."""
        if (folder, name) not in self._results.compared:
            return
        self._words.add_reference(words)
        wrong: dict[str, dict[int, str]] = {}
        for model, (score, row) in heard.items():
            pairs = self._words.pairs.setdefault(model, Counter())
            wrong[model], added, confused = _wrong(score.alignment, row["hypothesis"].split())
            pairs.update((words[place], other) for place, other in confused.items())
            if model in self._order[:2]:
                left_out = sorted(wrong[model].keys() - confused.keys())
                self._words.add_errors(model, folder, Errors(sorted(confused), left_out, added))
        self._words.lengths[folder] += len(words)
        for place in sorted(set().union(*wrong.values())):
            self._words.add_place(words[place], (folder, name, place))
        self._exemplify(folder, name, words, wrong)

    def _exemplify(self, folder: str, name: str, words: list[str], wrong: dict[str, dict[int, str]]) -> None:
        """Places of missed, fixed and broken words: of fixed ones with what the baseline heard."""
        base = wrong.get(self._results.baseline.name) if self._results.baseline else None
        for model, now in wrong.items():
            self._words.add_examples(model, "missed", words, (folder, name), now)
            if base is None or now is base:
                continue
            fixed = {place: base[place] for place in base.keys() - now.keys()}
            broken = {place: now[place] for place in now.keys() - base.keys()}
            self._words.add_examples(model, "fixed", words, (folder, name), fixed)
            self._words.add_examples(model, "broken", words, (folder, name), broken)

    def _times(
        self, heard: dict[str, Any], transcripts: "_Transcripts", name: str, words: int
    ) -> tuple[int | None, list[int] | None, float | None]:
        """Model that the times are from, the times, and the recording's length."""
        length = None
        for model in (model for model in self._order if model in heard):
            result, seconds = transcripts.result(model, name)
            length = length or seconds
            score, row = heard[model]
            starts = word_times.heard_times(result, row["hypothesis"].split(), self._tokens)
            times = word_times.reference_times(score.alignment, starts, words)
            if times:
                return self._models.index(model), list(_differences(times)), length
        return None, None, length


class _Transcripts:
    """transcript.json of a folder, read when asked for."""

    def __init__(self, directory: Path, folder: str) -> None:
        self._directory = directory
        self._folder = folder
        self._read: dict[str, dict[str, Entry]] = {}

    def result(self, model: str, name: str) -> tuple[Mapping[str, Any], float | None]:
        """Result (may be empty) and length of one recording."""
        if model not in self._read:
            path = self._directory / "runs" / model / self._folder / "transcript.json"
            try:
                found = transcripts.read(path).recordings
            except (OSError, UserError, TypeError, ValueError):
                found = ()
            self._read[model] = {entry.recording: entry for entry in found}
        entry = self._read[model].get(name)
        return (entry.result or {}, entry.seconds) if entry else ({}, None)


def _stretches(alignment: Alignment, hypothesis: list[str]) -> Iterator[list[Any]]:
    for op, ref_start, ref_end, hyp_start, hyp_end in alignment:
        if op != "equal":
            heard = (short(word, LONGEST_WORD).replace(" ", "\u00a0") for word in hypothesis[hyp_start:hyp_end])
            yield [KIND[op], ref_start, ref_end, " ".join(heard)]


def _wrong(alignment: Alignment, hypothesis: list[str]) -> tuple[dict[int, str], list[int], dict[int, str]]:
    """Words heard in place of others ("" if left out), places of added words, and the first without those left out."""
    wrong: dict[int, str] = {}
    added: list[int] = []
    confused: dict[int, str] = {}
    for op, start, end, hyp_start, hyp_end in alignment:
        if op == "substitute":
            confused.update(zip(range(start, end), hypothesis[hyp_start:hyp_end], strict=True))
        elif op == "delete":
            wrong.update(dict.fromkeys(range(start, end), ""))
        elif op == "insert":
            added += [start] * (hyp_end - hyp_start)
    return wrong | confused, added, confused


def _differences(times: Iterable[float]) -> Iterator[int]:
    before = 0
    for time in times:
        now = round(100 * time)
        yield now - before
        before = now


def _tokenizer(results: Results) -> Callable[[str], list[str]]:
    settings = results.config.get("normalizer", {})
    try:
        normalizer = create_normalizer(
            settings.get("profile", "basic"), results.config.get("language", "en-US"), settings.get("without", ())
        )
    except UserError:  # another version's profile, or a package that is not here
        return lru_cache(maxsize=None)(lambda text: text.casefold().split())
    return lru_cache(maxsize=None)(lambda text: list(normalizer.tokens(text)))
