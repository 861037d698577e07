"""Decoding of audio: pieces cut in pauses, searched, guarded and aligned, each as if it were the only one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from clm.audio.pauses import has_speech
from clm.engines.whisper import alignment, guards
from clm.engines.whisper.kept import Kept
from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.search import VERSION, Fusion, Hypothesis, longest, search
from clm.engines.whisper.tokens import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 16_000


@dataclass(frozen=True)
class Piece:
    """A piece of a recording: `samples`, int16 (n,), from `offset` seconds on."""

    samples: NDArray[np.int16]
    offset: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / RATE


@dataclass(frozen=True)
class Heard:
    """Words of a piece in Amazon's shape, and `notes`: what happened, counted."""

    text: str
    items: list[dict[str, Any]] = field(default_factory=list)
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Listener:
    """A model at work: with `fusion`, or `prompt`, or the stock model; usable from several threads."""

    recognizer: Recognizer
    tokens: Tokens
    beam: int
    kept: Kept
    fusion: Fusion | None = None
    prompt: Sequence[int] = ()

    def __call__(self, piece: Piece) -> Heard:
        """Words of a piece."""
        if not has_speech(piece.samples):
            return Heard("", notes={"pieces": 1, "silent": 1})
        audio = self._audio(piece)
        chosen, notes = self._guarded(self._found(piece, audio))
        spoken, cut = self._said(chosen)
        notes |= {"loops_cut": 1} if cut else {}
        text = self._text(spoken)
        if not spoken:
            return Heard("", notes=notes)
        times = alignment.align(self.recognizer, audio, self.tokens, spoken, piece.seconds, self.prompt)
        return Heard(text, alignment.items(spoken, times, piece.offset), notes)

    def texts(self, piece: Piece, fusions: Sequence[Fusion | None]) -> list[str]:
        """Texts heard with each way of fusion, guarded by the first, which is without fusion."""
        if not has_speech(piece.samples):
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
