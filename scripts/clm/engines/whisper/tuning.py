"""The weight of a language model, chosen on recordings that it may learn from: `weight: auto`.

All weights are decoded in one pass, since searches share the decoder's steps. Chosen is the smallest weight whose
errors are within one standard error of the fewest (Breiman et al., "Classification and regression trees", 1984, 3.4.3);
0 is a legal answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from clm.audio.decode import AudioError, read_audio
from clm.base.parallel import in_threads
from clm.engines.whisper.guards import joined
from clm.engines.whisper.listener import Listener
from clm.engines.whisper.pieces import pieces
from clm.engines.whisper.search import Fusion
from clm.engines.whisper.search_settings import CANDIDATES, LONGEST_PIECE
from clm.scoring import error_rate
from clm.types import Recording

#: Seconds of audio that are enough to choose a weight.
_ENOUGH_SECONDS = 1800.0


def settle(
    listener: Listener,
    fusion_of: Callable[[float], Fusion],
    recordings: Iterable[tuple[Recording, Callable[[], str]]],
    normalize: Callable[[str], str],
    threads: int,
) -> tuple[float | None, dict[str, Any]]:
    """The weight, None without a usable recording; and the curve for model.json.

    `recordings`: each with what reads its reference; `fusion_of`: the fusion with a weight.
    """
    fusions = [fusion_of(weight) if weight else None for weight in CANDIDATES]
    errors, words, seconds = [], 0, 0.0
    for recording, reference in recordings:
        if seconds >= _ENOUGH_SECONDS:
            break
        try:
            audio = read_audio(cast(Path, recording.audio))  # the engine leaves others out
        except AudioError:
            continue
        parts = pieces(audio.samples, listener.detector(audio.samples), LONGEST_PIECE)
        heard = [found for _, found in in_threads(lambda piece: listener.texts(piece, fusions), parts, threads)]
        heard = heard or [[""] * len(fusions)]
        given = normalize(reference())
        counts = [error_rate.score(given, normalize(joined(texts))).counts for texts in zip(*heard, strict=True)]
        if not counts[0].words:
            continue
        errors.append([found.errors for found in counts])
        words += counts[0].words
        seconds += audio.seconds
    if not errors:
        return None, {}
    table = np.array(errors)
    curve = dict(zip(map(str, CANDIDATES), table.sum(axis=0).tolist(), strict=True))
    return smallest(CANDIDATES, table), {"weight_curve": curve, "weight_words": words, "weight_recordings": len(errors)}


def smallest(weights: Sequence[float], errors: NDArray[np.int64]) -> float:
    """The smallest of `weights`, ascending, within one standard error of the best; `errors`: (recordings, weights).

    >>> smallest([0.0, 0.15, 0.3], np.array([[9, 5, 4], [8, 5, 5], [9, 4, 4]]))
    0.15
    >>> smallest([0.0, 0.15, 0.3], np.array([[4, 4, 5], [3, 3, 9]]))
    0.0
    """
    best = int(errors.sum(axis=0).argmin())
    more = errors - errors[:, [best]]
    # Of the sum of paired differences; a single recording shows nothing of the spread, so the best is taken.
    spread = more.std(axis=0, ddof=1) * np.sqrt(len(errors)) if len(errors) > 1 else np.zeros(len(weights))
    return float(weights[int(np.flatnonzero(more.sum(axis=0) <= spread)[0])])
