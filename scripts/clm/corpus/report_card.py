"""A report card of training text before anything is trained from it: what it covers, what it repeats, what to expect.

The same for every engine, in `models/<model>/report_card.json`. What it found is data: figures, and findings as codes
with arguments; `sentence` and `paragraph` say them in English.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.messages import counted
from clm.base.text_files import read_text
from clm.english.tokenizer import tokenize
from clm.english.words import learnable
from clm.normalization.normalizer import create_normalizer
from clm.pronunciation.general_english import common_words, known_words
from clm.results.models import FEWEST_WORDS
from clm.scoring import leakage
from clm.scoring.word_metrics import Phrase, by_first_word, spans

#: Name of the record in a model's folder.
FILE = "report_card.json"
#: Amazon's advice for custom language models: with more words of transcripts, train on those alone.
ENOUGH_TRANSCRIPTS = 10_000
#: ... and with fewer, give this share of them as tuning text, at the most.
TUNING_SHARE = 0.25
#: Share of repeated sentences, and of running words of general English, from which a finding says so.
MANY_DUPLICATES, MOSTLY_GENERAL = 0.2, 0.9
_EXAMPLES = 10

#: What may be found, in the order in which it is said; arguments are fields of the card.
FINDINGS: dict[str, str] = {
    "no_words": "It has no words.",
    "few_words": "Fewer than {fewest} words are too few to prove anything.",
    "covers_missed": "It covers {missed_covered:,} of {missed:,} missed words{missed_examples}.",
    "covers_no_missed": "It covers none of {missed:,} missed words: expect no gain on these recordings.",
    "covers_keywords": "It covers {keywords_covered:,} of {keywords:,} keywords.",
    "new_words": "It brings {new_words} that the stock model does not know.",
    "rare_words": "It brings {rare_words} that a dictionary of general English lacks.",
    "mostly_general": "{general_percent} of it is general English, which the stock model knows already.",
    "duplicates": "{duplicates:,} of {sentences:,} sentences are repeated.",
    "references_in_text": "It holds {reference_percent} of what is spoken in the recordings: their WER proves nothing.",
    "references_in_tuning": "The tuning text holds {tuning_reference_percent} of what is spoken in the recordings.",
    "tuning_in_text": "It holds {tuning_percent} of the tuning text, which therefore cannot show its value.",
}
#: How well a text of this kind serves at Amazon, by its own guide, the best first.
RANKS: dict[str, str] = {
    "transcripts": "More than 10,000 words of transcripts: the best training text there is.",
    "related_and_tuning": "Related text, with transcripts as tuning text: second to 10,000 words of transcripts.",
    "related_alone": "Related text alone is the least robust: add a quarter of your transcripts as tuning text.",
}


@dataclass(frozen=True)
class ReportCard:
    """Measures of a text, and its coverage of the recordings' words.

    `words`, `sentences` of the text; `duplicates`, repeated sentences. `missed`, `missed_covered`:
    different words that were missed, and those of them in the text; `missed_tokens`, `missed_tokens_covered`: the same
    by how often they were missed. `keywords`, `keywords_covered`. `new_words`: different words that the stock model
    lacks, None where its vocabulary is not known; then `rare_words` are those that the dictionary of the embedded
    engine lacks, None for another language than English. `general_share`: of the running words, those that make up more
    than one in 10,000 of general English; None where that is not known. `reference_share`: of the references' 5-grams,
    those in the text; `tuning_words`, `tuning_share` and `tuning_reference_share`: words of the tuning text, its
    5-grams that the text has, and the references' 5-grams that it has itself. Shares are None where there is nothing
    to share. `missed_examples`: a few of the missed words that are covered, most missed first.
    """

    words: int
    sentences: int
    duplicates: int
    missed: int
    missed_covered: int
    missed_tokens: int
    missed_tokens_covered: int
    keywords: int
    keywords_covered: int
    new_words: int | None
    general_share: float | None
    reference_share: float | None
    tuning_words: int
    tuning_share: float | None
    tuning_reference_share: float | None
    missed_examples: tuple[str, ...] = ()
    rare_words: int | None = None

    def findings(self) -> list[str]:
        """Codes of the findings, keys of `FINDINGS`."""
        if not self.words:
            return ["no_words"]
        found = {
            "few_words": self.words < FEWEST_WORDS,
            "covers_missed": self.missed_covered > 0,
            "covers_no_missed": self.missed > 0 and not self.missed_covered,
            "covers_keywords": self.keywords > 0,
            "new_words": bool(self.new_words),
            "rare_words": bool(self.rare_words),
            "mostly_general": (self.general_share or 0.0) >= MOSTLY_GENERAL,
            "duplicates": self.duplicates >= MANY_DUPLICATES * self.sentences,
            "references_in_text": (self.reference_share or 0.0) >= leakage.NGRAM_SHARE,
            "references_in_tuning": (self.tuning_reference_share or 0.0) >= leakage.NGRAM_SHARE,
            "tuning_in_text": (self.tuning_share or 0.0) >= leakage.NGRAM_SHARE,
        }
        return [code for code in FINDINGS if found.get(code)]

    def rank(self) -> str:
        """Amazon's ranking of such text, a key of `RANKS`.

        https://docs.aws.amazon.com/transcribe/latest/dg/custom-language-models.html
        """
        if self.tuning_words > ENOUGH_TRANSCRIPTS:
            return "transcripts"
        return "related_and_tuning" if self.tuning_words else "related_alone"

    def as_json(self) -> dict[str, Any]:
        """All figures, the findings and the rank."""
        return {**asdict(self), "findings": self.findings(), "rank": self.rank()}

    @property
    def is_small(self) -> bool:
        """True if no model from this text can be called better."""
        return self.words < FEWEST_WORDS


def write(path: Path, card: ReportCard) -> None:
    """Write a report card."""
    files.write_json(path, card.as_json())


def read(path: Path) -> ReportCard:
    """Read a report card.

    Raises:
        UserError: the file is not JSON, or of an unknown format.
        FileNotFoundError: there is no such file.

    """
    known = {key: value for key, value in files.read_json(path).items() if key in ReportCard.__dataclass_fields__}
    return ReportCard(**{**known, "missed_examples": tuple(known.get("missed_examples", ()))})


def paragraph(card: ReportCard, what: str, engine: str) -> str:
    """Size, findings and, for Amazon's engine, Amazon's ranking of a text, as sentences that begin with its name.

    >>> card = ReportCard(300, 20, 0, 40, 7, 90, 30, 0, 0, None, 0.6, 0.01, 0, None, None)
    >>> paragraph(card, "Text of clm-001", "pocketsphinx")
    'Text of clm-001: 300 words in 20 sentences. It covers 7 of 40 missed words.'
    """
    size = f"{what}: {counted(card.words, 'word')} in {counted(card.sentences, 'sentence')}."
    ranking = RANKS[card.rank()] if engine == "transcribe" and card.words else ""
    return " ".join(filter(None, (size, sentence(card), ranking)))


def sentence(card: ReportCard) -> str:
    """Likely use of the text, as an English sentence.

    >>> sentence(ReportCard(5000, 300, 0, 40, 7, 90, 30, 0, 0, None, 0.6, 0.01, 0, None, None, ("kinase",)))
    'It covers 7 of 40 missed words, such as kinase.'
    """
    examples = f", such as {', '.join(card.missed_examples[:3])}" if card.missed_examples else ""
    arguments = asdict(card) | {
        "fewest": FEWEST_WORDS,
        "new_words": counted(card.new_words or 0, "word"),
        "rare_words": counted(card.rare_words or 0, "word"),
        "missed_examples": examples,
        "general_percent": _percent(card.general_share),
        "reference_percent": _percent(card.reference_share),
        "tuning_percent": _percent(card.tuning_share),
        "tuning_reference_percent": _percent(card.tuning_reference_share),
    }
    return " ".join(FINDINGS[code].format(**arguments) for code in card.findings())


def examine(
    sources: Mapping[str, Path],
    *,
    missed: Mapping[str, int],
    keywords: Iterable[str] = (),
    references: Mapping[str, Iterable[str]],
    tuning: Path | None = None,
    known: Container[str] | None = None,
    language: str = "en-US",
) -> ReportCard:
    """Make the report card of training text.

    Args:
        sources: text files by the name of their source, UTF-8, one sentence per line.
        missed: how often the stock model missed each word, as the normalizer writes it; stop words and numbers, which
            no text teaches, are left out here.
        keywords: the user's words and phrases.
        references: the texts of each folder of recordings.
        tuning: text like what will be spoken.
        known: the vocabulary of the stock model, if it is known.
        language: of text and recordings.

    """
    english = language.startswith("en")
    phrases = by_first_word(phrase for text in keywords for phrase in _sentences(text, language))
    text = _count((read_text(path) for path in sources.values()), phrases, language)
    wanted = Counter({word: count for word, count in missed.items() if learnable(word)})
    there = {word: count for word, count in wanted.most_common() if word in text.words}
    tuning_text = read_text(tuning) if tuning else ""
    spoken = [reference for listed in references.values() for reference in listed]
    common = common_words() if english else frozenset()
    dictionary = known_words() if english and known is None else frozenset()
    return ReportCard(
        words=text.words.total(),
        sentences=text.sentences,
        duplicates=text.sentences - len(text.unique),
        missed=len(wanted),
        missed_covered=len(there),
        missed_tokens=wanted.total(),
        missed_tokens_covered=sum(there.values()),
        keywords=sum(map(len, phrases.values())),
        keywords_covered=len(text.covered),
        new_words=None if known is None else sum(word not in known for word in text.words),
        general_share=_share(text.words, common) if common else None,
        reference_share=_overlap(sources, spoken),
        tuning_words=sum(map(len, _sentences(tuning_text, language))),
        tuning_share=_overlap(sources, [tuning_text]),
        tuning_reference_share=_overlap({"tuning": tuning}, spoken) if tuning else None,
        missed_examples=tuple(there)[:_EXAMPLES],
        rare_words=sum(word not in dictionary for word in text.words) if dictionary else None,
    )


@dataclass
class _Count:
    """Words of texts, their sentences, hashes of different ones, and the keywords found in them."""

    words: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    unique: set[int] = field(default_factory=set)
    covered: set[Phrase] = field(default_factory=set)


def _count(texts: Iterable[str], keywords: Mapping[str, list[Phrase]], language: str) -> _Count:
    found = _Count()
    for text in texts:
        for sentence in _sentences(text, language):
            found.words.update(sentence)
            found.sentences += 1
            found.unique.add(hash(sentence))
            found.covered.update(phrase for _, phrase in spans(sentence, keywords))
    return found


def _sentences(text: str, language: str) -> Iterator[tuple[str, ...]]:
    """Sentences of words, as the embedded engine reads them; of another language, lines of its words.

    >>> list(_sentences("麹菌。\\nはい", "ja-JP")), list(_sentences("Ja, gut.", "de-DE"))
    ([('麹', '菌'), ('は', 'い')], [('ja', 'gut')])
    """
    if language.startswith("en"):
        yield from tokenize([text]).sentences
    else:
        normalizer = create_normalizer("basic", language)
        yield from filter(None, (tuple(normalizer.tokens(line)) for line in text.splitlines()))


def _share(counts: Counter[str], words: Collection[str]) -> float | None:
    total = counts.total()
    return round(sum(counts[word] for word in words) / total, 6) if total else None


def _overlap(sources: Mapping[str, Path], texts: list[str]) -> float | None:
    """Share of the texts' 5-grams that the files hold."""
    return leakage.find(sources, {"": texts})[""].ngram_share


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"
