"""Decoding of audio: pieces searched, guarded and aligned, each as if it were the only one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from clm.engines.whisper import alignment, guards
from clm.engines.whisper.kept import Kept
from clm.engines.whisper.pieces import Piece, pauses, quietest
from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.search import VERSION, Fusion, Hypothesis, longest, search
from clm.engines.whisper.search_settings import LEAST_LOG_PROBABILITY
from clm.engines.whisper.speech import WINDOWS_PER_SECOND, Detector
from clm.engines.whisper.tokens import Tokens


@dataclass(frozen=True)
class Heard:
    """Words of a piece in Amazon's shape, and `notes`: what happened, counted."""

    text: str
    items: list[dict[str, Any]] = field(default_factory=list)
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Said:
    """Words of a piece; for each its start and end in the piece, in seconds, and its probability; and notes."""

    piece: Piece
    text: str
    words: Sequence[alignment.Word]
    times: Sequence[tuple[float, float, float]]
    notes: Mapping[str, int]

    @property
    def unheard(self) -> tuple[int, int] | None:
        """The longest stretch of speech for which no word stands, in windows of the piece."""
        return guards.unheard(self.piece.speech.tolist(), [int(start * WINDOWS_PER_SECOND) for start, *_ in self.times])

    @property
    def log_probability(self) -> float:
        """Mean ln P of its words."""
        return float(np.log([max(probability, 1e-9) for *_, probability in self.times]).mean()) if self.times else 0.0

    @property
    def items(self) -> list[dict[str, Any]]:
        """Its words in Amazon's shape."""
        times = [(*self.piece.times(start, end), probability) for start, end, probability in self.times]
        return alignment.items(self.words, times)


@dataclass(frozen=True)
class Listener:
    """A model at work: with `fusion`, or `prompt`, or the stock model; usable from several threads."""

    recognizer: Recognizer
    tokens: Tokens
    beam: int
    kept: Kept
    detector: Detector
    fusion: Fusion | None = None
    prompt: Sequence[int] = ()

    def __call__(self, piece: Piece) -> Heard:
        """Words of a piece; where speech was lost, those of its two parts, each decoded by itself."""
        if piece.silent:
            return Heard("", notes={"pieces": 1, "silent": 1})
        said = self._listen(piece)
        notes = dict(said.notes)
        parts = [said]
        if lost := said.unheard:
            notes["decoded_again"] = 1
            again = [self._listen(part) for part in piece.divided(_between(piece, *lost)) if not part.silent]
            if _better(again, said):
                parts = again
                notes |= dict(sum((Counter(part.notes) for part in again), Counter())) | {"pieces": 1}
        items = [item for part in parts for item in part.items]
        return Heard(guards.joined(part.text for part in parts), items, notes)

    def _listen(self, piece: Piece) -> _Said:
        audio = self._audio(piece)
        chosen, notes = self._guarded(self._found(piece, audio))
        spoken, cut = self._said(chosen)
        notes |= {"loops_cut": 1} if cut else {}
        if not spoken:
            return _Said(piece, "", [], [], notes)
        times = alignment.align(self.recognizer, audio, self.tokens, spoken, piece.seconds, self.prompt)
        return _Said(piece, self._text(spoken), spoken, times, notes)

    def texts(self, piece: Piece, fusions: Sequence[Fusion | None]) -> list[str]:
        """Texts heard with each way of fusion, guarded by the first, which is without fusion."""
        if piece.silent:
            return [""] * len(fusions)
        stock, *others = (hypothesis.tokens for hypothesis in self._search(piece, self._audio(piece), fusions))
        chosen = (stock, *(self._guarded([stock, other])[0] for other in others))
        return [self._text(self._said(tokens)[0]) for tokens in chosen]

    def _said(self, tokens: Sequence[int]) -> tuple[list[alignment.Word], bool]:
        """Words of tokens without those that only repeat what was said right before, and whether there were any."""
        found = alignment.words(tokens, self.tokens.pieces)
        cut = guards.looping([word.text for word in found])
        return [word for place, word in enumerate(found) if place not in cut], bool(cut)

    def _text(self, spoken: Sequence[alignment.Word]) -> str:
        return self.tokens.decode([token for word in spoken for token in word.tokens])

    def _found(self, piece: Piece, audio: Mapping[str, Any]) -> list[tuple[int, ...]]:
        """Tokens of the stock search, and of the one with fusion, if there is any.

        Those of the stock search are kept, as the guards of every model need them.
        """
        if self.prompt:
            return [self._search(piece, audio, [None])[0].tokens]
        kept = self.kept.find(piece.samples, self._stock_name)
        missing = [None] if kept is None else []
        wanted = [*missing, self.fusion] if self.fusion else missing
        found = [hypothesis.tokens for hypothesis in self._search(piece, audio, wanted)] if wanted else []
        if kept is None:
            self.kept.put(piece.samples, np.array(found[0], np.int64), self._stock_name)
            return found
        return [tuple(kept.tolist()), *found]

    @cached_property
    def _stock_name(self) -> str:
        """Name under which the stock search's tokens are kept: of all that they depend on besides the weights."""
        about = [VERSION, self.beam, *self.tokens.prompt, *np.flatnonzero(np.isfinite(self.tokens.bias_first)).tolist()]
        return "-" + hashlib.sha256(repr(about).encode()).hexdigest()[:16]

    def _audio(self, piece: Piece) -> Mapping[str, Any]:
        samples = piece.samples.astype(np.float32) / 32768.0
        return self.recognizer.audio(self.kept.get(piece.samples, lambda: self.recognizer.encode(samples)))

    def _search(self, piece: Piece, audio: Mapping[str, Any], fusions: Sequence[Fusion | None]) -> list[Hypothesis]:
        most = longest(piece.seconds, len(self.tokens.after(self.prompt)), english=self.tokens.english)
        return search(self.recognizer, audio, self.tokens, fusions, self.beam, most, self.prompt)

    def _guarded(self, found: list[tuple[int, ...]]) -> tuple[tuple[int, ...], dict[str, int]]:
        """The fused tokens, or the stock ones where fusion went astray."""
        notes = {"pieces": 1}
        if len(found) == 1:
            return found[0], notes
        stock, fused = (self.tokens.decode(tokens) for tokens in found)
        if reason := guards.astray(fused, stock):
            return found[0], {**notes, f"stock_instead_of_{reason}": 1}
        return found[1], notes


def _between(piece: Piece, begin: int, end: int) -> int:
    """The window to divide a piece at, where speech from `begin` to `end` was lost: beside words that were heard."""
    whole = len(piece.places)
    wanted = end if begin == 0 and end < whole else begin if begin else whole // 2
    first, last = max(begin, 1), min(end, whole - 1)
    found = [(abs(at - wanted), at) for at, _ in pauses(piece, first, last)]
    return min(found)[1] if found else quietest(piece, first, last)


def _better(again: Sequence[_Said], before: _Said) -> bool:
    """True if a piece in parts has words where there were none, words that the recogniser believes itself."""
    lost = max((_length(said.unheard) for said in again), default=0)
    words = sum(len(said.words) for said in again)
    believed = all(said.log_probability >= LEAST_LOG_PROBABILITY for said in again)
    looped = any(said.notes.get("loops_cut") for said in again)
    return lost < _length(before.unheard) and words > len(before.words) and believed and not looped


def _length(stretch: tuple[int, int] | None) -> int:
    return stretch[1] - stretch[0] if stretch else 0
