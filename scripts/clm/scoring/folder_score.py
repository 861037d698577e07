"""The record `runs/<model>/<folder>/wer.json`: the scores of one model on the recordings of one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clm.base import files
from clm.reasons import codes
from clm.reasons.codes import Reason
from clm.scoring import mapsswe, word_metrics
from clm.scoring.error_rate import Alignment, Chunk, ErrorCounts, align, errors_by_block, missed_positions, score
from clm.scoring.mapsswe import Segments

if TYPE_CHECKING:
    from clm.normalization.normalizer import Normalizer
    from clm.normalization.profiles import Profile

#: Word counts, the most frequent first.
Words = Mapping[str, int]
#: For each word up to three places: the recording, the words of the reference around it, and what was heard there.
Contexts = Mapping[str, list[dict[str, str]]]

KINDS = ("missed", "fixed", "broken")
MOST_LISTED = 50  # confusions, insertions, deletions
MOST_EXPLAINED = 20  # words with contexts


@dataclass(frozen=True)
class RecordingScore:
    """The scores of one recording.

    `counts` are those of words; `missed`, `fixed` and `broken` are word tokens, the last two against the baseline;
    `blocks` are (words, errors) of about 1,000 words each; `mapsswe` are the sums of the matched-pairs test against
    the baseline (None: there is nothing to compare with). A summary has no `alignment`.
    """

    counts: ErrorCounts = field(default_factory=ErrorCounts)
    characters: ErrorCounts = field(default_factory=ErrorCounts)
    missed: Words = field(default_factory=dict)
    fixed: Words = field(default_factory=dict)
    broken: Words = field(default_factory=dict)
    blocks: tuple[tuple[int, int], ...] = ()
    mapsswe: Segments | None = None
    alignment: Alignment = ()


@dataclass(frozen=True)
class FolderScore:
    """The scores of one model on one folder.

    `recordings` are by name, `failures` the reasons of those that failed for good. `versions`, `made` (days) and
    `seconds` are those of the transcripts, `normalizer` is what made the texts comparable. `confusions` ("said ->
    heard"), `deleted_words` and `inserted_words` are the most frequent ones; `contexts` are by kind: missed, fixed,
    broken.
    """

    recordings: Mapping[str, RecordingScore] = field(default_factory=dict)
    failures: Mapping[str, Reason] = field(default_factory=dict)
    normalizer: Mapping[str, Any] = field(default_factory=dict)
    confusions: Words = field(default_factory=dict)
    deleted_words: Words = field(default_factory=dict)
    inserted_words: Words = field(default_factory=dict)
    contexts: Mapping[str, Contexts] = field(default_factory=dict)
    model: str = ""
    folder: str = ""
    engine: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    made: tuple[str, ...] = ()
    seconds: float | None = None

    @cached_property
    def counts(self) -> ErrorCounts:
        """Word errors of all recordings."""
        return sum((recording.counts for recording in self.recordings.values()), ErrorCounts())

    @cached_property
    def characters(self) -> ErrorCounts:
        """Character errors of all recordings."""
        return sum((recording.characters for recording in self.recordings.values()), ErrorCounts())

    @cached_property
    def missed_words(self) -> Words:
        """Missed tokens by word."""
        return _total(recording.missed for recording in self.recordings.values())

    @cached_property
    def fixed_words(self) -> Words:
        """Fixed tokens by word."""
        return _total(recording.fixed for recording in self.recordings.values())

    @cached_property
    def broken_words(self) -> Words:
        """Broken tokens by word."""
        return _total(recording.broken for recording in self.recordings.values())


def _total(parts: Iterable[Words]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return _by_frequency(total)


def as_json(score: FolderScore) -> dict[str, Any]:
    """Content of wer.json."""
    sums = [recording.mapsswe for recording in score.recordings.values() if recording.mapsswe is not None]
    return {
        "model": score.model,
        "folder": score.folder,
        "engine": score.engine,
        "versions": score.versions,
        "made": list(score.made),
        "seconds": score.seconds,
        "normalizer": score.normalizer,
        "counts": asdict(score.counts),
        "characters": asdict(score.characters),
        "wer": score.counts.rate,
        "cer": score.characters.rate,
        "mapsswe": mapsswe.matched_pairs(mapsswe.combine(sums))._asdict() if sums else None,
        "missed_words": score.missed_words,
        "fixed_words": score.fixed_words,
        "broken_words": score.broken_words,
        "confusions": score.confusions,
        "deleted_words": score.deleted_words,
        "inserted_words": score.inserted_words,
        "contexts": score.contexts,
        "recordings": [
            {
                "recording": name,
                "wer": recording.counts.rate,
                **recording_as_json(recording),
                "alignment": [list(chunk) for chunk in recording.alignment],
            }
            for name, recording in score.recordings.items()
        ],
        "failures": failures_as_json(score.failures),
    }


def recording_as_json(recording: RecordingScore) -> dict[str, Any]:
    """The scores of a recording, without its alignment."""
    return {
        "counts": asdict(recording.counts),
        "characters": asdict(recording.characters),
        "mapsswe": recording.mapsswe and list(recording.mapsswe),
        "blocks": [list(block) for block in recording.blocks],
        **{kind: getattr(recording, kind) for kind in KINDS},
    }


def failures_as_json(failures: Mapping[str, Reason]) -> list[dict[str, Any]]:
    """Failures as lists hold them, in the order of their names."""
    return [{"recording": name, "reason": failures[name].as_json()} for name in sorted(failures)]


def write(path: Path, folder_score: FolderScore) -> None:
    """Write wer.json."""
    files.write_json(path, as_json(folder_score), number=files.CODES_FORMAT)


def read(path: Path) -> FolderScore:
    """Read wer.json.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    data = files.read_json(path)
    plain = ("normalizer", "confusions", "deleted_words", "inserted_words", "contexts", "model", "folder", "engine",
             "versions", "seconds")  # fmt: skip
    return FolderScore(
        recordings={item["recording"]: read_recording(item) for item in data.get("recordings", ())},
        failures=read_failures(data.get("failures", ())),
        made=tuple(data.get("made", ())),
        **{key: data[key] for key in plain if key in data},
    )


def read_recording(data: Mapping[str, Any]) -> RecordingScore:
    """The scores of a recording from JSON."""
    sums = data.get("mapsswe")
    return RecordingScore(
        counts=ErrorCounts(**data.get("counts", {})),
        characters=ErrorCounts(**data.get("characters", {})),
        missed=data.get("missed", {}),
        fixed=data.get("fixed", {}),
        broken=data.get("broken", {}),
        blocks=tuple((words, errors) for words, errors in data.get("blocks", ())),
        mapsswe=None if sums is None else Segments(*sums),
        alignment=tuple(Chunk(*chunk) for chunk in data.get("alignment", ())),
    )


def read_failures(data: Iterable[Mapping[str, Any]]) -> dict[str, Reason]:
    """Failures from JSON; in format 1, reasons and hints are sentences."""
    return {item["recording"]: codes.read(item.get("reason", ""), item.get("hint", "")) for item in data}


def score_folder(
    rows: Iterable[Mapping[str, str]],
    baseline_rows: Iterable[Mapping[str, str]] | None,
    failures: Mapping[str, Reason],
    normalizer: Normalizer | Profile,
    *,
    unspaced: bool = False,
) -> FolderScore:
    """Score the recordings of a folder.

    Args:
        rows: normalized.tsv (recording, reference, hypothesis) of the model.
        baseline_rows: the baseline's; None for the baseline itself. A recording that the baseline lacks, or has with
            another reference, gets no fixed and broken words.
        failures: recordings that failed for good; empty references are added to them.
        normalizer: what made `rows`.
        unspaced: whether their language has no spaces between words.

    """
    baselines = {row["recording"]: row for row in baseline_rows or ()}
    failed = dict(failures)
    recordings, lists = {}, _Lists()
    for row in sorted(rows, key=lambda row: row["recording"]):
        name = row["recording"]
        if row["reference"].split():
            recordings[name] = _score_recording(row, baselines.get(name), lists, unspaced)
        else:
            failed[name] = codes.empty_reference()
    without = {"without": list(normalizer.without)} if normalizer.without else {}
    return FolderScore(
        recordings=recordings,
        failures=failed,
        normalizer={"profile": normalizer.name, "version": normalizer.version, **without},
        contexts=lists.contexts,
        confusions=_most_listed(Counter({" -> ".join(pair): count for pair, count in lists.pairs.items()})),
        deleted_words=_most_listed(lists.deleted),
        inserted_words=_most_listed(lists.inserted),
    )


class _Lists:
    """Word lists over the recordings of a folder."""

    def __init__(self) -> None:
        self.pairs: Counter[tuple[str, str]] = Counter()
        self.deleted: Counter[str] = Counter()
        self.inserted: Counter[str] = Counter()
        self.contexts: dict[str, dict[str, list[dict[str, str]]]] = {"missed": {}, "fixed": {}, "broken": {}}

    def add(
        self,
        recording: str,
        reference: tuple[str, ...],
        hypothesis: list[str],
        alignment: Alignment,
        places: Mapping[str, frozenset[int]],
    ) -> None:
        """Take in one recording; `places` are those of missed, fixed and broken words."""
        pairs, deleted, inserted = word_metrics.confusions(reference, hypothesis, alignment)
        self.pairs.update(pairs)
        self.deleted.update(deleted)
        self.inserted.update(inserted)
        for kind, where in places.items():
            frequent = Counter(reference[place] for place in where).most_common(MOST_EXPLAINED)
            words = [word for word, _ in frequent]
            for word, found in word_metrics.contexts(words, reference, hypothesis, alignment, where).items():
                listed = self.contexts[kind].setdefault(word, [])
                listed += [{"recording": recording, **item} for item in found][
                    : word_metrics.MOST_CONTEXTS - len(listed)
                ]


def _most_listed(words: Counter[str]) -> dict[str, int]:
    return dict(list(_by_frequency(words).items())[:MOST_LISTED])


def _score_recording(
    row: Mapping[str, str], baseline_row: Mapping[str, str] | None, lists: _Lists, unspaced: bool
) -> RecordingScore:
    scored = score(row["reference"], row["hypothesis"], unspaced=unspaced)
    missed = missed_positions(scored.alignment)
    places: dict[str, frozenset[int]] = {"missed": missed, "fixed": frozenset(), "broken": frozenset()}
    pairs: Segments | None = None
    if baseline_row is not None and baseline_row["reference"] == row["reference"]:
        baseline = align(scored.reference, baseline_row["hypothesis"].split())
        theirs = missed_positions(baseline)
        places |= {"fixed": theirs - missed, "broken": missed - theirs}
        pairs = mapsswe.summarize(scored.alignment, baseline)
    lists.add(row["recording"], scored.reference, row["hypothesis"].split(), scored.alignment, places)
    words = {kind: _by_frequency(Counter(scored.reference[p] for p in where)) for kind, where in places.items()}
    return RecordingScore(
        counts=scored.counts,
        characters=scored.characters,
        blocks=tuple(errors_by_block(scored.alignment, scored.counts.words)),
        mapsswe=pairs,
        alignment=scored.alignment,
        **words,
    )


def _by_frequency(words: Counter[str]) -> dict[str, int]:
    """Sort by falling count, then by word."""
    return dict(sorted(words.items(), key=lambda item: (-item[1], item[0])))
