"""Training of a custom language model for Whisper: from files of text to the model that joins its search.

English has a general language model to compare with, so there the words of the text are scored; in other languages
Whisper's own tokens are.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from clm.base import files
from clm.base.errors import UserError
from clm.base.text_files import read_text
from clm.base.writing_systems import composed, units
from clm.engines.whisper import prompt
from clm.engines.whisper.search import Fusion
from clm.engines.whisper.tokens import Tokens
from clm.english.tokenizer import tokenize
from clm.lm import general_model, vocabulary
from clm.lm.adapt import weigh
from clm.lm.ngrams import BackoffModel, Level, estimate
from clm.lm.prefix_tree import PrefixTree
from clm.lm.token_fusion import TokenFusion
from clm.lm.word_fusion import WordFusion, forms
from clm.lm.word_ratio import WordRatio
from clm.pronunciation.cmudict import read_dictionary
from clm.types import TrainingText

log = logging.getLogger(__name__)

FUSION_FILE, NGRAMS_FILE = "fusion.json", "ngrams.npz"
TOKEN_ORDER = 4
_APOSTROPHES = re.compile(
    "(?<=\\w)[\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}](?=\\w)"
)
#: Largest number of spellings of a word that are remembered.
_MOST_FORMS = 3
_MARKS = ".,;:!?()[]{}\"'\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"


def train(text: TrainingText, directory: Path, tokens: Tokens, language: str, weight: float) -> dict[str, Any]:
    """Train a CLM into `directory` that takes part with `weight`; return the details for model.json.

    Raises:
        UserError: the text is not UTF-8 or has no words.

    """
    if language.split("-")[0] == "en":
        about, report = _train_words(text, directory)
    else:
        about, report = _train_tokens(text, directory, tokens)
    files.write_json(directory / FUSION_FILE, {"weight": weight, **about}, indent=None)
    equals_stock = not weight or (about["kind"] == "words" and not _adds(about))
    return {"kind": about["kind"], "fusion_weight": weight, "equals_stock": equals_stock, **report}


def write_prompt(directory: Path, text: str) -> None:
    """Write a model that is nothing but a prompt."""
    _write_models(directory / NGRAMS_FILE, [])
    files.write_json(directory / FUSION_FILE, {"kind": "prompt", "text": text}, indent=None)


def load(directory: Path, tokens: Tokens) -> tuple[Fusion | None, Sequence[int]]:
    """Additions of a trained model to the search: a fusion, or the tokens of a prompt.

    Raises:
        UserError: a file is missing or damaged, or the model belongs to another recogniser.

    """
    path = directory / FUSION_FILE
    hint = "restore the model's folder, or train a new one: snakemake --forcerun heal"
    try:
        about = files.read_json(path)
        if about["kind"] == "prompt":
            return None, prompt.encode(about["text"], tokens)
        if about["kind"] == "words":
            return _load_words(directory, about, tokens) if _adds(about) else None, ()
        return _load_tokens(directory, about, tokens), ()
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise UserError(f"{directory}: files of the model are missing or damaged ({error})", hint) from error


def weighing(directory: Path, tokens: Tokens) -> Callable[[float], Fusion]:
    """The fusion of a trained model with any weight; what weights have in common is loaded once."""
    about = files.read_json(directory / FUSION_FILE)
    fusion = (_load_words if about["kind"] == "words" else _load_tokens)(directory, about, tokens)
    return fusion.with_weight


def set_weight(directory: Path, weight: float) -> None:
    """Give a trained model its weight."""
    about = files.read_json(directory / FUSION_FILE)
    files.write_json(directory / FUSION_FILE, {**about, "weight": weight}, indent=None)


def _train_words(text: TrainingText, directory: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data for the fusion, and details for model.json, of a model of English words."""
    raw = {name: read_text(path) for name, path in sorted(text.sources.items())}
    sources = {name: tokenize([content]) for name, content in raw.items()}
    _check_words(any(source.sentences for source in sources.values()), text)
    general = general_model.read()
    counts = sum((source.counts() for source in sources.values()), Counter())
    words = vocabulary.choose(counts, general, read_dictionary(general_model.dictionary()))
    tuning = tokenize([read_text(text.tuning)]).sentences if text.tuning else ()
    mixture = weigh(general, {name: source.sentences for name, source in sources.items()}, tuning, words)
    listed = sorted({word for word in counts if word in words.codes} | set(words.new))
    written = spellings(raw.values(), listed)
    _write_models(directory / NGRAMS_FILE, mixture.domain)
    about = {
        "kind": "words",
        "general_words": len(general.words),
        "new_words": words.new,
        "words": [[word, *written.get(word, ())] for word in listed],
        "weights": [round(float(weight), 9) for weight in mixture.weights],
    }
    sentences = sum(len(source.sentences) for source in sources.values())
    return about, {**mixture.report, "sentences": sentences}


def _adds(about: Mapping[str, Any]) -> bool:
    """False for a text that earned no weight, so that the search is that of the stock model."""
    return any(about["weights"][1:])


def _load_words(directory: Path, about: Mapping[str, Any], tokens: Tokens) -> WordFusion:
    general = general_model.read()
    if len(general.words) != about["general_words"]:
        raise UserError(f"{directory}: it was trained with another general model", "train a new one")
    listed = [word for word, *_ in about["words"]]
    words = general.words + about["new_words"]
    model = WordRatio(general, _read_models(directory / NGRAMS_FILE), np.array(about["weights"]), words, listed)
    texts = [(form, number) for number, (word, *written) in enumerate(about["words"]) for form in _forms(word, written)]
    encoded = tokens.encode(form for form, _ in texts)
    tree = PrefixTree((ids, number) for ids, (_, number) in zip(encoded, texts, strict=True))
    return WordFusion(model, tree, tokens.kinds, about["weight"])


def _forms(word: str, written: Iterable[str]) -> list[str]:
    # The letters of the general model have a dot, those that Whisper writes have none.
    plain = word[0] if len(word) == 2 and word[1] == "." else word
    return sorted(forms(plain, written))


def spellings(texts: Iterable[str], listed: Sequence[str]) -> dict[str, list[str]]:
    """For each of the words the ways in which texts write it otherwise than in lower case, the most frequent first.

    >>> spellings(["The DNA, and mRNA. DNA makes (Dna)."], ["dna", "mrna", "the"])
    {'dna': ['DNA', 'Dna'], 'mrna': ['mRNA'], 'the': ['The']}
    """
    known = set(listed)
    found: dict[str, Counter[str]] = {}
    for chunk, count in Counter(chunk.strip(_MARKS) for text in texts for chunk in text.split()).items():
        word = chunk.lower()
        if word != chunk and word in known:
            found.setdefault(word, Counter())[chunk] += count
    ranked = {word: sorted(forms.items(), key=lambda item: (-item[1], item[0])) for word, forms in found.items()}
    return {word: [form for form, _ in ranked[word][:_MOST_FORMS]] for word in sorted(ranked)}


def _train_tokens(text: TrainingText, directory: Path, tokens: Tokens) -> tuple[dict[str, Any], dict[str, Any]]:
    """Data for the fusion, and details for model.json, of a model of Whisper's tokens."""
    sentences = [line for path in text.sources.values() for line in read_text(path).splitlines() if line.strip()]
    _check_words(any(letter.isalpha() for line in sentences for letter in line), text)
    start = tokens.end + 1
    encoded = [tokens.roles.without_marks(ids) for ids in tokens.encode(map(as_recognised, sentences))]
    symbols = np.array([token for ids in encoded for token in (start, *ids)], np.int64)
    model = estimate(symbols, tokens.end + 2, start, TOKEN_ORDER)
    _write_models(directory / NGRAMS_FILE, [model])
    words = sum(len(units(sentence)) for sentence in sentences)
    about = {"kind": "tokens", "end": tokens.end}
    return about, {"sentences": len(sentences), "words": words, "tokens": sum(map(len, encoded))}


def as_recognised(sentence: str) -> str:
    """A sentence with letters, digits and apostrophes as recognisers write them: composed, of usual width, straight.

    >>> as_recognised(" l’ＡＰＩ ２０２４ ")
    "l'API 2024"
    """
    return _APOSTROPHES.sub("'", " ".join(composed(sentence).split()))


def _load_tokens(directory: Path, about: Mapping[str, Any], tokens: Tokens) -> TokenFusion:
    (model,) = _read_models(directory / NGRAMS_FILE)
    if about["end"] != tokens.end:
        raise UserError(
            f"{directory}: it was trained for a Whisper with other tokens", "train a new one: snakemake --forcerun heal"
        )
    return TokenFusion(model, tokens.end, about["weight"], tokens.roles)


def _check_words(has_words: bool, text: TrainingText) -> None:
    if not has_words:
        raise UserError(
            f"no words to train from in {', '.join(map(str, text.sources.values())) or 'no text'}",
            "add text about what is spoken, one sentence per line",
        )


def _write_models(path: Path, models: Sequence[BackoffModel]) -> None:
    """Models without entries that do not fit into their arrays; the same bytes for the same models."""
    arrays: dict[str, np.ndarray] = {}
    for number, model in enumerate(models):
        arrays[f"{number}"] = np.array([model.size, model.start, model.order])
        for order, level in enumerate(model.levels):
            for name in ("keys", "logprob", "backoff"):
                arrays[f"{number}_{order}_{name}"] = getattr(level, name)
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _read_models(path: Path) -> list[BackoffModel]:
    with np.load(path) as arrays:
        models: list[BackoffModel] = []
        while f"{len(models)}" in arrays:
            number = len(models)
            size, start, order = arrays[f"{number}"].tolist()
            levels = [
                Level(*(arrays[f"{number}_{k}_{name}"] for name in ("keys", "logprob", "backoff")))
                for k in range(order)
            ]
            models.append(BackoffModel(size, start, tuple(levels)))
    return models
