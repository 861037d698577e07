"""Times and confidence of each word, found by forcing the recogniser to say a text.

The decoder's cross-attention moves along the audio as it writes; the heads that do so best are listed with the model.
The text's tokens get frames in order, so that the sum of attention is largest (Viterbi; Radford et al. 2022 use DTW).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clm.base.writing_systems import unspaced
from clm.engines.whisper.model.graph import FRAMES
from clm.engines.whisper.recognizer import Recognizer
from clm.engines.whisper.tokens import Tokens

SECONDS_PER_FRAME = 30.0 / FRAMES
#: Frames over which attention is smoothed.
_MEDIAN = 7


@dataclass(frozen=True)
class Word:
    """A word with its marks, and its tokens."""

    text: str
    tokens: tuple[int, ...]


def words(tokens: Sequence[int], pieces: Sequence[bytes]) -> list[Word]:
    """Tokens by words: where there are no spaces between words, each letter is one.

    >>> [word.text for word in words([0, 1, 2, 3], [b" cell", b"s", b",", b" so"])]
    ['cells,', 'so']
    """
    found: list[tuple[bytes, list[int]]] = []
    for token in tokens:
        piece = pieces[token]
        if not piece:
            continue
        if found and not piece.startswith(b" ") and not _ends(found[-1][0], piece):
            found[-1] = (found[-1][0] + piece, [*found[-1][1], token])
        else:
            found.append((piece, [token]))
    texts = [(data.decode(errors="ignore").strip(), tuple(ids)) for data, ids in found]
    return [Word(text, ids) for text, ids in texts if text]


def _ends(before: bytes, piece: bytes) -> bool:
    """True if a word without a space after it is complete: a whole letter of such a script, and no mark follows."""
    try:
        last, following = before.decode()[-1:], piece.decode()[:1]
    except UnicodeDecodeError:  # part of a letter
        return False
    return unspaced(last) and following.isalnum()


def align(
    recognizer: Recognizer,
    audio: Mapping[str, Any],
    tokens: Tokens,
    spoken: Sequence[Word],
    seconds: float,
    prompt: Sequence[int] = (),
) -> list[tuple[float, float, float]]:
    """For each word its start and end in seconds, and the recogniser's own probability, the mean of its tokens."""
    before = tokens.after(prompt)
    said = [token for word in spoken for token in word.tokens]
    given = np.array([[*before, *said]], np.int64)
    logprob, _, attention = recognizer.step(audio, given, tokens.bias, None, [0])
    first = len(before) - 1
    probability = np.exp(logprob[np.arange(first, first + len(said)), said].astype(np.float64))
    frames = max(1, min(FRAMES, round(seconds / SECONDS_PER_FRAME)))
    if attention is None or frames <= len(said):
        starts = np.linspace(0, frames, len(said) + 1)
    else:
        starts = _starts(_salience(attention[:, :, :frames])[first:])
    times = np.minimum(starts * SECONDS_PER_FRAME, seconds)
    found, place = [], 0
    for word in spoken:
        end = place + len(word.tokens)
        found.append((float(times[place]), float(times[end]), float(probability[place:end].mean())))
        place = end
    return found


def _salience(attention: NDArray[np.float32]) -> NDArray[np.float64]:
    """Excess attention of each token to each frame over that of others, (tokens, frames), mean of all heads."""
    values = attention.astype(np.float64)
    values = (values - values.mean(axis=1, keepdims=True)) / np.maximum(values.std(axis=1, keepdims=True), 1e-9)
    width = min(_MEDIAN, values.shape[2] - 1 + values.shape[2] % 2)
    padded = np.pad(values, ((0, 0), (0, 0), (width // 2, width // 2)), mode="edge")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(padded, width, axis=2), axis=-1)
    return smooth.mean(axis=0)


def _starts(salience: NDArray[np.float64]) -> NDArray[np.float64]:
    """First frame of each token, (tokens,); each has at least one, and the last row is the end of the text."""
    count, frames = salience.shape
    best = np.full(count, -np.inf)
    best[0] = salience[0, 0]
    moved = np.zeros((frames, count), bool)
    for frame in range(1, frames):
        before = np.concatenate([[-np.inf], best[:-1]])
        moved[frame] = before > best
        best = np.maximum(best, before) + salience[:, frame]
    starts = np.zeros(count)
    token = count - 1
    for frame in range(frames - 1, 0, -1):
        if moved[frame, token]:
            starts[token] = frame
            token -= 1
    return starts


def items(spoken: Iterable[Word], times: Iterable[tuple[float, float, float]]) -> list[dict[str, Any]]:
    """Words in Amazon's shape, with their times in the recording."""
    return [
        {
            "type": "pronunciation",
            "start_time": f"{start:.2f}",
            "end_time": f"{end:.2f}",
            "alternatives": [{"confidence": f"{min(1.0, probability):.4f}", "content": word.text}],
        }
        for word, (start, end, probability) in zip(spoken, times, strict=True)
    ]
