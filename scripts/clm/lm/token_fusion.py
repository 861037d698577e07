"""Fusion of an n-gram model of the recogniser's own tokens: no words, so it works in every language."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clm.lm.ngrams import BackoffModel, log_probabilities

Floats = NDArray[np.float64]
History = tuple[int, ...]
