"""Diagnosis of a folder's errors: findings, as codes with the figures and words behind them.

They come from wer.json and normalized.tsv of one model and folder. Thresholds are stated beside the constants; they
decide only which findings are shown.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from clm.reasons import codes
from clm.reasons.codes import Code, Reason
from clm.scoring.error_rate import Chunk
from clm.scoring.folder_score import FolderScore, RecordingScore

Words = Sequence[str]

FEWEST_WORDS = 20  # with fewer, shares are meaningless
HIGH_WER = 0.7  # text and audio hardly fit together
ONE_KIND = 0.6  # share of one kind of error that gives errors a shape ...
NOTABLE = 0.1  # ... once it alone causes this many errors per reference word
LONG_RUN = 15  # words in a row that were not heard, or that are not in the reference
OFTEN_MISSED = 0.5  # share of a word's occurrences
SHINGLE = 3  # words in a row by which texts are recognised
SAME_TEXT = 0.3  # share of a hypothesis's shingles in another folder's reference that makes it that text
MOST_WORDS = 12
SHORTEST_TYPO = 5

#: Codes of findings, the gravest first.
GRAVEST_FIRST = (
    Code.SWAPPED,
    Code.MISMATCH,
    Code.NOTHING_HEARD,
    Code.MISSING_IN_TRANSCRIPT,
    Code.MISSING_IN_REFERENCE,
    Code.NOT_VERBATIM,
    Code.MISSED_DOMAIN_WORDS,
    Code.TYPING_ERRORS,
)

_SPOKEN_ONLY_TEXT = """
actually and basically i just kinda know like mean now okay right so sort then think uh um well yeah yes you
"""
SPOKEN_ONLY = frozenset(_SPOKEN_ONLY_TEXT.split())


def shingles(words: Words) -> set[tuple[str, ...]]:
    """All runs of three words."""
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def diagnose(
    score: FolderScore,
    rows: Iterable[Mapping[str, str]],
    *,
    others: Mapping[str, Callable[[], set[tuple[str, ...]]]],
    learnable: Callable[[str], bool],
    known: Collection[str],
    keywords: Collection[str],
) -> list[Reason]:
    """Findings about one folder.

    Args:
        score: the scores of the folder.
        rows: normalized.tsv.
        others: functions for the shingles of every other folder's references; called only if a text does not fit.
        learnable: whether a word is worth learning.
        known: words of dictionary and corpus, to find typing errors; empty if there is no dictionary of the language.
        keywords: words that are keywords already.

    """
    texts = {row["recording"]: (row["reference"].split(), row["hypothesis"].split()) for row in rows}
    findings: list[Reason] = []
    for name, recording in score.recordings.items():
        reference, hypothesis = texts[name]
        findings += _shape(name, recording, reference, hypothesis, others)
    spoken = Counter(word for reference, _ in texts.values() for word in reference)
    findings += _missing_words(score.missed_words, spoken, learnable, keywords)
    findings += _typos(texts, score.recordings, known, keywords)
    findings += _not_verbatim(score)
    return findings


def _shape(
    name: str,
    recording: RecordingScore,
    reference: Words,
    hypothesis: Words,
    others: Mapping[str, Callable[[], set[tuple[str, ...]]]],
) -> Iterator[Reason]:
    """Findings from the kinds of errors of one recording."""
    counts, words = recording.counts, len(reference)
    errors = counts.errors
    if words < FEWEST_WORDS or errors < NOTABLE * words:
        return
    if not hypothesis:
        yield codes.nothing_heard(name, words)
        return
    if errors > HIGH_WER * words and counts.hits < 0.5 * words:
        yield _mismatch(name, errors / words, hypothesis, others)
        return
    chunks = recording.alignment
    deleted = max((c.ref_end - c.ref_start for c in chunks if c.op == "delete"), default=0)
    inserted = max((c.hyp_end - c.hyp_start for c in chunks if c.op == "insert"), default=0)
    if counts.deletions >= max(ONE_KIND * errors, NOTABLE * words) or deleted >= LONG_RUN:
        place = _place(chunks, "delete", words)
        yield codes.missing_in_transcript(name, counts.deletions, words, deleted, place)
    if counts.insertions >= max(ONE_KIND * errors, NOTABLE * words) or inserted >= LONG_RUN:
        yield codes.missing_in_reference(name, counts.insertions, inserted, _place(chunks, "insert", words))


def _mismatch(
    name: str, rate: float, hypothesis: Words, others: Mapping[str, Callable[[], set[tuple[str, ...]]]]
) -> Reason:
    heard = shingles(hypothesis)
    for folder, theirs in others.items():
        if heard and len(heard & theirs()) >= SAME_TEXT * len(heard):
            return codes.swapped(name, folder)
    return codes.mismatch(name, rate)


def _place(chunks: Sequence[Chunk], op: str, words: int) -> str:
    """The end of the recording, `start` or `end`, that the longest run of one kind of error is at; else empty."""
    longest = max(
        (chunk for chunk in chunks if chunk.op == op),
        key=lambda chunk: max(chunk.ref_end - chunk.ref_start, chunk.hyp_end - chunk.hyp_start),
    )
    if longest.ref_start == 0:
        return "start"
    return "end" if longest.ref_end == words else ""


def _missing_words(
    missed: Mapping[str, int], spoken: Mapping[str, int], learnable: Callable[[str], bool], keywords: Collection[str]
) -> Iterator[Reason]:
    often = (word for word, count in missed.items() if count > 1 and count >= OFTEN_MISSED * spoken[word])
    words = [word for word in often if learnable(word) and word not in keywords][:MOST_WORDS]
    if words:
        yield codes.missed_domain_words({word: missed[word] for word in words})


def _typos(
    texts: Mapping[str, tuple[Words, Words]],
    recordings: Mapping[str, RecordingScore],
    known: Collection[str],
    keywords: Collection[str],
) -> Iterator[Reason]:
    """Words that occur once in the reference, are known nowhere, and were heard as a known word."""
    if not known:
        return
    frequency = Counter(word for reference, _ in texts.values() for word in reference)
    suspects: dict[str, str] = {}
    for name, recording in recordings.items():
        reference, hypothesis = texts[name]
        for op, ref_start, ref_end, hyp_start, _ in recording.alignment:
            if op == "substitute":
                for place in range(ref_start, ref_end):
                    word, heard = reference[place], hypothesis[hyp_start + place - ref_start]
                    if frequency[word] == 1 and word not in keywords and _misspelt(word, heard, known):
                        suspects[word] = heard
    if suspects:
        yield codes.typing_errors(dict(sorted(suspects.items())[:MOST_WORDS]))


def _misspelt(word: str, heard: str, known: Collection[str]) -> bool:
    """True if a word is unknown and the word heard is a known one within one edit.

    >>> _misspelt("membrnae", "membrane", {"membrane"}), _misspelt("membran", "membrane", {"membrane"})
    (True, True)
    """
    inflected = word.removesuffix("s") in known or word.removesuffix("ed") in known
    if len(word) < SHORTEST_TYPO or word in known or inflected or heard not in known or not word.isalpha():
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(word, heard, score_cutoff=1) <= 1


def _not_verbatim(score: FolderScore) -> Iterator[Reason]:
    """Many small words heard that the reference lacks, spread over the text: it was tidied up."""
    counts = score.counts
    words = counts.words
    small = sum(count for word, count in score.inserted_words.items() if word in SPOKEN_ONLY)
    if words < 5 * FEWEST_WORDS or small < 0.02 * words or small < 0.4 * counts.insertions:
        return
    if counts.insertions > 2 * counts.deletions:
        yield codes.not_verbatim(small)
