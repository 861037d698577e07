import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.audio import pauses
from clm.audio.decode import RATE


@pytest.mark.parametrize("longest", [28.0, 60.0])
def test_long_audio_is_cut_in_pauses_and_nothing_is_lost(longest: float) -> None:
    samples = np.random.default_rng(1).integers(-3000, 3000, int(2.4 * longest * RATE)).astype(np.int16)
    pause = slice(int(0.8 * longest * RATE), int((0.8 * longest + 0.5) * RATE))
    samples[pause] = 5
    pieces = list(pauses.pieces(samples, longest))
    np.testing.assert_array_equal(np.concatenate(pieces), samples)
    assert all(0 < len(piece) <= longest * RATE for piece in pieces)
    assert pause.start < len(pieces[0]) < pause.stop


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 20 * RATE), st.floats(0.5, 9.0))
def test_pieces_are_never_longer_than_asked_for(length: int, longest: float) -> None:
    samples = np.arange(length).astype(np.int16)
    pieces = list(pauses.pieces(samples, longest))
    np.testing.assert_array_equal(np.concatenate(pieces), samples)
    assert all(len(piece) <= longest * RATE for piece in pieces)
