"""What is wrong with a folder's figures, in words, and what to do next.

Works on what wer.json and normalized.tsv say about one model and folder. A finding is a dict of `finding` (what),
`detail` (the figures and words behind it) and `next_step`. Thresholds are stated beside the constants; they ask for
attention and decide nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from clm.scoring.error_rate import Chunk

Finding = dict[str, str]
Words = Sequence[str]

FEWEST_WORDS = 20  # below, shares say nothing
HIGH_WER = 0.7  # text and audio hardly fit together
ONE_KIND = 0.6  # share of one kind of error that gives errors a shape ...
NOTABLE = 0.1  # ... once it alone costs so many errors per reference word
LONG_RUN = 15  # words in a row that were not heard, or that are not in the reference
OFTEN_MISSED = 0.5  # share of a word's occurrences
SHINGLE = 3  # words in a row by which texts are recognised
SAME_TEXT = 0.3  # share of a hypothesis's shingles in another folder's reference that makes it that text
MOST_WORDS = 12
SHORTEST_TYPO = 5

_SPOKEN_ONLY_TEXT = """
actually and basically i just kinda know like mean now okay right so sort then think uh um well yeah yes you
"""
SPOKEN_ONLY = frozenset(_SPOKEN_ONLY_TEXT.split())


def shingles(words: Words) -> set[tuple[str, ...]]:
    """All runs of three words."""
    return {tuple(words[start : start + SHINGLE]) for start in range(len(words) - SHINGLE + 1)}


def diagnose(
    score: Mapping[str, Any],
    rows: Iterable[Mapping[str, str]],
    *,
    others: Mapping[str, Callable[[], set[tuple[str, ...]]]],
    learnable: Callable[[str], bool],
    known: Collection[str],
    keywords: Collection[str],
) -> list[Finding]:
    """Findings about one folder.

    Args:
        score: wer.json.
        rows: normalized.tsv.
        others: for every other folder what gives the shingles of its references; asked only if a text does not fit.
        learnable: whether a word is worth learning.
        known: words of dictionary and corpus, to find typing errors; empty if there is no dictionary of the language.
        keywords: words that are keywords already.

    """
    texts = {row["recording"]: (row["reference"].split(), row["hypothesis"].split()) for row in rows}
    findings: list[Finding] = []
    for recording in score["recordings"]:
        reference, hypothesis = texts[recording["recording"]]
        findings += _shape(recording, reference, hypothesis, others)
    spoken = Counter(word for reference, _ in texts.values() for word in reference)
    findings += _missing_words(score["missed_words"], spoken, learnable, keywords)
    findings += _typos(texts, score["recordings"], known, keywords)
    findings += _not_verbatim(score)
    return findings


def _shape(
    recording: Mapping[str, Any],
    reference: Words,
    hypothesis: Words,
    others: Mapping[str, Callable[[], set[tuple[str, ...]]]],
) -> Iterator[Finding]:
    """What the kinds of errors of one recording point to."""
    counts, name = recording["counts"], recording["recording"]
    words = len(reference)
    errors = counts["substitutions"] + counts["deletions"] + counts["insertions"]
    if words < FEWEST_WORDS or errors < NOTABLE * words:
        return
    if not hypothesis:
        yield _finding(
            f"{name}: nothing was heard",
            f"{words} words in the reference, none in the transcript",
            f"listen to {name}: silence, another language, or the wrong file?",
        )
        return
    if errors > HIGH_WER * words and counts["hits"] < 0.5 * words:
        yield _mismatch(name, errors / words, hypothesis, others)
        return
    chunks = [Chunk(*chunk) for chunk in recording["alignment"]]
    deleted = max((c.ref_end - c.ref_start for c in chunks if c.op == "delete"), default=0)
    inserted = max((c.hyp_end - c.hyp_start for c in chunks if c.op == "insert"), default=0)
    if counts["deletions"] >= max(ONE_KIND * errors, NOTABLE * words) or deleted >= LONG_RUN:
        place = _place(chunks, "delete", words)
        yield _finding(
            f"{name}: words are missing from the transcript",
            f"{counts['deletions']} of {words} words were not heard, up to {deleted} in a row{place}",
            f"listen to {name}: cut or quiet audio, another language, or more text than speech?",
        )
    if counts["insertions"] >= max(ONE_KIND * errors, NOTABLE * words) or inserted >= LONG_RUN:
        place = _place(chunks, "insert", words)
        yield _finding(
            f"{name}: words are missing from the reference",
            f"{counts['insertions']} words were heard that are not in the reference, up to {inserted} in a row{place}",
            f"listen to {name}: speech that is not written down, noise, or several people at once?",
        )


def _mismatch(
    name: str, rate: float, hypothesis: Words, others: Mapping[str, Callable[[], set[tuple[str, ...]]]]
) -> Finding:
    heard = shingles(hypothesis)
    for folder, theirs in others.items():
        if heard and len(heard & theirs()) >= SAME_TEXT * len(heard):
            return _finding(
                f"{name}: text and audio are probably swapped",
                f"what was heard is the text of folder {folder}",
                f"exchange the references of this folder and {folder}",
            )
    return _finding(
        f"{name}: text and audio hardly fit together",
        f"{rate:.0%} errors".replace("%", " %"),
        f"listen to {name}: the wrong text, another language, or audio that cannot be understood?",
    )


def _place(chunks: Sequence[Chunk], op: str, words: int) -> str:
    """Whether the longest run of one kind of error is at an end of the recording."""
    longest = max(
        (chunk for chunk in chunks if chunk.op == op),
        key=lambda chunk: max(chunk.ref_end - chunk.ref_start, chunk.hyp_end - chunk.hyp_start),
    )
    if longest.ref_start == 0:
        return " (at the start)"
    return " (at the end)" if longest.ref_end == words else ""


def _missing_words(
    missed: Mapping[str, int], spoken: Mapping[str, int], learnable: Callable[[str], bool], keywords: Collection[str]
) -> Iterator[Finding]:
    often = (word for word, count in missed.items() if count > 1 and count >= OFTEN_MISSED * spoken[word])
    words = [word for word in often if learnable(word) and word not in keywords][:MOST_WORDS]
    if words:
        yield _finding(
            "domain words are missed again and again",
            ", ".join(f"{word} {missed[word]}" for word in words),
            "add as keywords what names something among these words, or heal",
        )


def _typos(
    texts: Mapping[str, tuple[Words, Words]],
    recordings: Iterable[Mapping[str, Any]],
    known: Collection[str],
    keywords: Collection[str],
) -> Iterator[Finding]:
    """Words of the reference that stand there once, are known nowhere, and were heard as a known word beside it."""
    if not known:
        return
    frequency = Counter(word for reference, _ in texts.values() for word in reference)
    suspects = {}
    for recording in recordings:
        reference, hypothesis = texts[recording["recording"]]
        for op, ref_start, ref_end, hyp_start, _ in recording["alignment"]:
            if op == "substitute":
                for place in range(ref_start, ref_end):
                    word, heard = reference[place], hypothesis[hyp_start + place - ref_start]
                    if frequency[word] == 1 and word not in keywords and _misspelt(word, heard, known):
                        suspects[word] = heard
    if suspects:
        listed = ", ".join(f"{word} (heard: {heard})" for word, heard in sorted(suspects.items())[:MOST_WORDS])
        yield _finding("the reference may have typing errors", listed, "correct them in the transcript")


def _misspelt(word: str, heard: str, known: Collection[str]) -> bool:
    """Whether a word is unknown and the word heard is a known one within one edit.

    >>> _misspelt("membrnae", "membrane", {"membrane"}), _misspelt("membran", "membrane", {"membrane"})
    (True, True)
    """
    inflected = word.removesuffix("s") in known or word.removesuffix("ed") in known
    if len(word) < SHORTEST_TYPO or word in known or inflected or heard not in known or not word.isalpha():
        return False
    from rapidfuzz.distance import OSA

    return OSA.distance(word, heard, score_cutoff=1) <= 1


def _not_verbatim(score: Mapping[str, Any]) -> Iterator[Finding]:
    """Many small words heard that the reference lacks, spread over the text: it was tidied up."""
    counts = score["counts"]
    words = counts["hits"] + counts["substitutions"] + counts["deletions"]
    small = sum(count for word, count in score["inserted_words"].items() if word in SPOKEN_ONLY)
    if words < 5 * FEWEST_WORDS or small < 0.02 * words or small < 0.4 * counts["insertions"]:
        return
    if counts["insertions"] > 2 * counts["deletions"]:
        yield _finding(
            "the reference is probably not verbatim",
            f"{small} small words such as and, so, you know were heard that it lacks",
            "write down what was said word for word, or read the WER as an upper bound",
        )


def _finding(finding: str, detail: str, next_step: str) -> Finding:
    return {"finding": finding, "detail": detail, "next_step": next_step}
