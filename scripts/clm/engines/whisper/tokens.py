"""Whisper's tokens: the tokenizer, checked; what may be said; the tokens that give the decoder its task."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from clm.base.errors import UserError
from clm.base.writing_systems import in_words, unspaced
from clm.lm.token_fusion import TokenRoles, is_marks
from clm.lm.word_fusion import TokenKinds

TOKENIZER_FILE = "tokenizer.json"
_START, _END, _TRANSCRIBE, _NO_TIMES = "<|startoftranscript|>", "<|endoftext|>", "<|transcribe|>", "<|notimestamps|>"
_NO_SPEECH = ("<|nospeech|>", "<|nocaptions|>")
_PREVIOUS = "<|startofprev|>"
_SPACE = "\N{LATIN CAPITAL LETTER G WITH DOT ABOVE}"
#: Codes that Whisper has for languages whose usual code is another one.
_LANGUAGES = {"cmn": "zh", "nb": "no", "iw": "he", "fil": "tl", "jv": "jw", "in": "id", "mo": "ro"}
_LANGUAGE = re.compile(r"^<\|([a-z]{2,3})\|>$")
_CHECK_EVERY = 10
_WORD_PART = re.compile("^['\N{RIGHT SINGLE QUOTATION MARK}]?[^\\W_]")


class Tokens:
    """The tokenizer of a model folder with what its configuration says about tokens.

    Raises:
        UserError: the tokenizer is missing or damaged, or the model does not know the language.

    """

    def __init__(self, folder: Path, size: int, language: str, settings: Mapping[str, Any]) -> None:
        """`size` of the vocabulary; `settings`: `suppress` and `suppress_first`, tokens that are never said."""
        self.tokenizer = _read_tokenizer(folder / TOKENIZER_FILE)
        self.size = size
        self.english = language.split("-")[0].lower() == "en"
        self.end = self._id(_END)
        self.prompt = [self._id(_START)]
        #: Codes of the languages that the model tells apart, each with its token; none in English models.
        self.languages: dict[str, int] = {}
        if size > 51864:  # English models have one token less, and none for languages and tasks in their prompt
            code = self._language(folder, language)
            self.prompt += [self._id(f"<|{code}|>"), self._id(_TRANSCRIBE)]
            self.languages = self._languages()
        elif language.split("-")[0] != "en":
            raise UserError(
                f"config: language: the model in {folder} knows only English, not {language}",
                "take a multilingual model: whisper.model without .en",
            )
        self.prompt.append(self._id(_NO_TIMES))
        self._previous = self._id(_PREVIOUS)
        named = (self.tokenizer.token_to_id(token) for token in _NO_SPEECH)
        #: The token for audio in which nobody speaks; None if the tokenizer does not name it.
        self.no_speech = next((number for number in named if number is not None and number < size), None)
        self.bias = np.zeros(size, np.float32)
        self.bias[[token for token in settings["suppress"] if token < size and token != self.end]] = -np.inf
        self.bias[self.end + 1 :] = -np.inf
        self.bias_first = self.bias.copy()
        self.bias_first[[*settings["suppress_first"], self.end]] = -np.inf

    def _id(self, token: str) -> int:
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise UserError(f"tokenizer.json has no token {token}", "take the tokenizer that belongs to the model")
        return found

    def _languages(self) -> dict[str, int]:
        found = ((_LANGUAGE.match(token), number) for token, number in self.tokenizer.get_vocab().items())
        return {match[1]: number for match, number in sorted(found, key=lambda pair: pair[1]) if match}

    def _language(self, folder: Path, language: str) -> str:
        code = language.split("-")[0].lower()
        code = _LANGUAGES.get(code, code)
        if language.lower() in ("zh-hk", "yue-hk", "yue") and self.tokenizer.token_to_id("<|yue|>") is not None:
            code = "yue"
        if self.tokenizer.token_to_id(f"<|{code}|>") is None:
            raise UserError(
                f"config: language: the model in {folder} does not know {language}",
                "take a code such as en-US, de-DE or ja-JP; Whisper knows about a hundred languages",
            )
        return code

    def after(self, prompt: Sequence[int]) -> list[int]:
        """Tokens that the decoder starts with, where a piece is preceded by the tokens of a prompt."""
        return [self._previous, *prompt, *self.prompt] if prompt else self.prompt

    def encode(self, texts: Iterable[str]) -> list[list[int]]:
        """Tokens of texts as they stand within speech: with a space before, in scripts that have spaces."""
        texts = [text if unspaced(text[:1]) else f" {text}" for text in texts]
        return [found.ids for found in self.tokenizer.encode_batch(texts, add_special_tokens=False)]

    def decode(self, tokens: Sequence[int]) -> str:
        """Text of tokens, without the parts of letters that are left over where a search was cut short."""
        return b"".join(self.pieces[token] for token in tokens).decode(errors="ignore").strip()

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes of each token; none for special ones."""
        table = _bytes_of_letters()
        found = [b""] * self.size
        for token, number in self.tokenizer.get_vocab(with_added_tokens=False).items():
            if number < self.end:
                found[number] = bytes(table[letter] for letter in token)
        return found

    @cached_property
    def kinds(self) -> TokenKinds:
        """Effects of tokens on words."""
        begins, inside = np.zeros(self.size, bool), np.zeros(self.size, bool)
        for number, piece in enumerate(self.pieces):
            text = piece.decode(errors="ignore") or ("x" if piece else "")  # a part of a letter
            begins[number] = text[:1] == " " and bool(_WORD_PART.match(text[1:]))
            inside[number] = bool(_WORD_PART.match(text))
        return TokenKinds(begins, inside, self.pieces)

    @cached_property
    def roles(self) -> TokenRoles:
        """Roles of tokens in a text of any language."""
        inside, marks = np.zeros(self.size, bool), np.zeros(self.size, bool)
        for number, piece in enumerate(self.pieces):
            inside[number] = _continues(piece)
            marks[number] = is_marks(_whole(piece))
        return TokenRoles(inside, marks, self.pieces)


def _whole(piece: bytes) -> str:
    """The letters of a piece; nothing where it begins or ends within a letter."""
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return ""


def _continues(piece: bytes) -> bool:
    """True if a piece goes on with a word, or is the rest of a letter.

    >>> [_continues(piece.encode()) for piece in (" cell", "s", "語", ".", "\\N{DEVANAGARI VOWEL SIGN I}")]
    [False, True, False, False, True]
    >>> _continues("語".encode()[1:])
    True
    """
    if 0x80 <= (piece[:1] or b" ")[0] < 0xC0:
        return True
    first = piece.decode(errors="ignore")[:1]
    return first != "" and in_words(first) and not unspaced(first)


def _bytes_of_letters() -> dict[str, int]:
    """GPT-2's way to write bytes as printable letters, turned around."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + place): byte for place, byte in enumerate(others)}


def _read_tokenizer(path: Path) -> Any:
    """The tokenizer, repaired if it has lost merges.

    Some conversions have lost the first merge (a space and t), so that " the" comes out as two tokens: harmless when
    decoding, not for a language model of tokens. Every token that is a text must encode to itself.
    """
    from tokenizers import Tokenizer

    if not path.is_file():
        raise UserError(f"{path}: the model has no tokenizer", "fetch the model again, with its tokenizer.json")
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        vocabulary, merges = loaded["model"]["vocab"], loaded["model"]["merges"]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not a readable tokenizer ({error})", "fetch the model again") from error
    as_text = bool(merges) and isinstance(merges[0], str)
    pair = f"{_SPACE} t" if as_text else [_SPACE, "t"]
    if pair not in merges[:1] and f"{_SPACE}t" in vocabulary and pair not in merges:
        merges.insert(0, pair)
    tokenizer = Tokenizer.from_str(json.dumps(loaded))
    _check_merges(path, tokenizer, vocabulary)
    return tokenizer


def _check_merges(path: Path, tokenizer: Any, vocabulary: Mapping[str, int]) -> None:
    """Refuse a tokenizer that cannot write its own words.

    Raises:
        UserError: more than one in a thousand English words of the vocabulary are encoded as something else.

    """
    words = {token: number for token, number in vocabulary.items() if re.fullmatch(f"{_SPACE}[a-z]+", token)}
    # A lost merge damages many words, so a part of them is enough; all take half a second of each job.
    words = dict(list(words.items())[::_CHECK_EVERY])
    texts = [" " + token[1:] for token in words]
    found = tokenizer.encode_batch(texts, add_special_tokens=False)
    wrong = [text for text, one, number in zip(texts, found, words.values(), strict=True) if one.ids != [number]]
    if len(wrong) > len(words) / 1000:
        raise UserError(
            f"{path}: damaged: {len(wrong)} of {len(words)} words are not encoded as themselves, such as {wrong[0]!r}",
            "fetch the tokenizer.json of the model's publisher",
        )
