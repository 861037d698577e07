"""The report card of a text on the recordings of a run, made before anything is trained from it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from clm.corpus import report_card
from clm.corpus.keywords import read_keywords
from clm.corpus.report_card import ReportCard
from clm.evaluation import summaries
from clm.pronunciation.general_english import known_words
from clm.settings import Settings
from clm.types import TrainingText

_WIDTH = 100


def card_of(
    text: TrainingText,
    references: Mapping[str, Iterable[str]],
    settings: Settings,
    *,
    missed: Mapping[str, int],
    keywords: Iterable[Path] = (),
) -> ReportCard:
    """The report card of a training text.

    Args:
        text: what is to be trained from.
        references: texts of the recordings, by folder.
        settings: of the run.
        missed: how often the stock model missed each word; empty before the first run.
        keywords: files of keywords of single folders.

    Raises:
        UserError: a file of keywords cannot be read.

    """
    files = [Path(settings.keywords)] if settings.keywords and settings.keywords != "auto" else []
    return report_card.examine(
        text.sources,
        missed=missed,
        keywords=dict.fromkeys(term for path in (*files, *keywords) for term in read_keywords(path)),
        references=references,
        tuning=text.tuning,
        known=_stock_words(settings.engine),
        language=settings.language,
    )


def missed_by(summary: Path) -> dict[str, int]:
    """How often a model missed each word, by its summary."""
    parts = summaries.read(summary).folders.values()
    missed: Counter[str] = Counter()
    for recording in (recording for part in parts for recording in part.recordings.values()):
        missed.update(recording.missed)
    return dict(missed)


def described(card: ReportCard, what: str, settings: Settings) -> str:
    """A report card in lines for the terminal; that of a text which can prove nothing is a warning."""
    said = report_card.paragraph(card, what, settings.engine)
    said = f"Warning: {said}" if card.is_small else said
    return textwrap.fill(said, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _stock_words(engine: str) -> Container[str] | None:
    """Words that the stock model knows, of an engine whose vocabulary is a list."""
    return (known_words() or None) if engine == "pocketsphinx" else None
