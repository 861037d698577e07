"""Decoding of audio: pieces searched, guarded and aligned, each as if it were the only one."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.engines.whisper import alignment, guards
from clm.engines.whisper.kept import Kept
from clm.engines.whisper.pieces import Piece, pauses, quietest
from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.search import VERSION, Fusion, Hypothesis, longest, search
from clm.engines.whisper.search_settings import LEAST_LOG_PROBABILITY, NO_SPEECH, SURE, TRIES, UNHEARD_WINDOWS
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
        parts, again = self._complete(self._listen(piece), TRIES)
        notes = sum((Counter(part.notes) for part in parts), Counter({"decoded_again": again}))
        items = [item for part in parts for item in part.items]
        once = {name: 1 for name in ("pieces", "other_language") if name == "pieces" or notes[name]}
        return Heard(guards.joined(part.text for part in parts), items, {**+notes, **once})

    def _complete(self, said: _Said, tries: int) -> tuple[list[_Said], int]:
        """A piece, or, where speech was lost in it, its parts; and how often something was decoded again."""
        lost = said.unheard
        if lost is None or not tries:
            return [said], 0
        parts: list[_Said] = []
        count = 1
        for part in said.piece.divided(_between(said.piece, *lost)):
            if not part.silent:
                found, more = self._complete(self._listen(part), tries - 1)
                parts, count = [*parts, *found], count + more
        return (parts if _better(parts, said) else [said]), count

    def _listen(self, piece: Piece) -> _Said:
        audio = self._audio(piece)
        chosen, notes = self._guarded(self._found(piece, audio), self._weaker(piece, audio, self.fusion))
        spoken, cut = self._said(chosen)
        notes |= {"loops_cut": 1} if cut else {}
        notes |= {"other_language": 1} if self._foreign(piece, audio) else {}
        if not spoken:
            return _Said(piece, "", [], [], notes)
        times = alignment.align(self.recognizer, audio, self.tokens, spoken, piece.seconds, self.prompt)
        said = _Said(piece, self._text(spoken), spoken, times, notes)
        if said.log_probability < LEAST_LOG_PROBABILITY and self._is_noise(audio):
            return _Said(piece, "", [], [], {**notes, "noise": 1})
        return said

    def _foreign(self, piece: Piece, audio: Mapping[str, Any]) -> bool:
        """True if the model is sure that seconds of speech are of another language than it is told."""
        languages = list(self.tokens.languages.values())
        if not languages or piece.speech.sum() < UNHEARD_WINDOWS:
            return False
        share = self._first(audio)[languages]
        return bool(share.max() > SURE * share.sum() and languages[int(share.argmax())] != self.tokens.prompt[1])

    def _is_noise(self, audio: Mapping[str, Any]) -> bool:
        """True if the model takes a piece for one in which nobody speaks."""
        token = self.tokens.no_speech
        return token is not None and bool(self._first(audio)[token] > NO_SPEECH)

    def _first(self, audio: Mapping[str, Any]) -> NDArray[np.float64]:
        """P of each token where the model is to tell the language, or that there is no speech."""
        nothing = np.zeros(self.tokens.size, np.float32)
        logprob, _, _ = self.recognizer.step(audio, np.array([self.tokens.prompt[:1]]), nothing, None, [0])
        return np.exp(logprob[0].astype(np.float64))

    def texts(self, piece: Piece, fusions: Sequence[Fusion | None]) -> list[str]:
        """Texts heard with each way of fusion, guarded by the first, which is without fusion.

        To compare them is all they are for, so nothing is decoded again.
        """
        if piece.silent:
            return [""] * len(fusions)
        audio = self._audio(piece)
        stock, *others = (hypothesis.tokens for hypothesis in self._search(piece, audio, fusions))
        chosen = [stock]
        for fusion, other in zip(fusions[1:], others, strict=True):
            chosen.append(self._guarded([stock, other], self._weaker(piece, audio, fusion))[0])
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

    def _weaker(self, piece: Piece, audio: Mapping[str, Any], fusion: Fusion | None) -> Callable[[], tuple[int, ...]]:
        """The tokens found with half the weight, for where the whole one leads astray."""
        return lambda: self._search(piece, audio, [fusion and fusion.weaker()])[0].tokens

    def _guarded(
        self, found: list[tuple[int, ...]], weaker: Callable[[], tuple[int, ...]]
    ) -> tuple[tuple[int, ...], dict[str, int]]:
        """The fused tokens; where fusion went astray, those of a `weaker` one, or the stock ones if that did too."""
        if len(found) == 1:
            return found[0], {}
        stock, fused = (self.tokens.decode(tokens) for tokens in found)
        reason = guards.astray(fused, stock)
        if not reason:
            return found[1], {}
        again = weaker()
        if not guards.astray(self.tokens.decode(again), stock):
            return again, {f"weaker_instead_of_{reason}": 1}
        return found[0], {f"stock_instead_of_{reason}": 1}


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
