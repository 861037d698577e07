"""Pieces of speech that Whisper decodes at once, and stretches of speech for which no word stands."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.audio.decode import RATE
from clm.engines.whisper import guards
from clm.engines.whisper.pieces import LONG_PAUSE, MARGIN, Piece, pieces
from clm.engines.whisper.search_settings import LONGEST_PIECE
from clm.engines.whisper.speech import SYLLABLE, WINDOW, WINDOWS_PER_SECOND

PER_SECOND = int(WINDOWS_PER_SECOND)
stretches = st.lists(st.tuples(st.booleans(), st.integers(1, 12 * PER_SECOND)), min_size=1, max_size=20)


def recording(parts: list[tuple[bool, int]], more: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Samples that count up, and windows with speech, in stretches of so many; `more` samples of another one."""
    speech = np.repeat([spoken for spoken, _ in parts], [count for _, count in parts])
    speech = np.append(speech, [False]) if more else speech
    samples = np.arange(sum(count for _, count in parts) * WINDOW + more).astype(np.int16)
    return samples, speech


def seconds(number: float) -> int:
    return int(number * WINDOWS_PER_SECOND)


@settings(max_examples=60, deadline=None)
@given(stretches, st.integers(0, WINDOW - 1))
def test_pieces_hold_all_speech_in_order_and_are_short(parts: list[tuple[bool, int]], more: int) -> None:
    samples, speech = recording(parts, more)
    found = list(pieces(samples, speech, LONGEST_PIECE))
    places = [place for piece in found for place in piece.places.tolist()]
    assert places == sorted(set(places))
    for piece in found:
        assert 0 < piece.seconds <= LONGEST_PIECE
        expected = [samples[place * WINDOW : (place + 1) * WINDOW] for place in piece.places]
        np.testing.assert_array_equal(piece.samples, np.concatenate(expected))
        np.testing.assert_array_equal(piece.speech, speech[piece.places])
    # Less than a syllable, far from all other speech, is none.
    for place in np.flatnonzero(speech):
        near = speech[max(0, place - seconds(LONG_PAUSE)) : place + seconds(LONG_PAUSE)]
        assert place in places or near.sum() < SYLLABLE


@given(st.lists(st.integers(1, seconds(LONG_PAUSE)), min_size=1, max_size=6), st.integers(0, WINDOW - 1))
def test_a_clip_with_ordinary_pauses_is_one_piece_as_it_is(lengths: list[int], more: int) -> None:
    parts = [(place % 2 == 1, count) for place, count in enumerate(lengths)]
    samples, speech = recording([*parts, (True, SYLLABLE)], more)
    (piece,) = pieces(samples, speech, LONGEST_PIECE)
    assert piece.samples.base is samples or piece.samples is samples
    np.testing.assert_array_equal(piece.samples, samples)


@pytest.mark.parametrize("before", [0.0, 2.9, 3.2, 20.0])
@pytest.mark.parametrize("after", [0.0, 2.9, 3.2, 20.0])
def test_what_is_long_before_and_after_speech_is_left_out(before: float, after: float) -> None:
    samples, speech = recording([(False, seconds(before)), (True, seconds(4)), (False, seconds(after))])
    (piece,) = pieces(samples, speech, LONGEST_PIECE)
    kept = [pause if pause <= LONG_PAUSE else MARGIN for pause in (before, after)]
    assert piece.seconds == pytest.approx(4 + sum(kept), abs=0.1)
    assert piece.offset == pytest.approx(before - kept[0], abs=0.04)


def test_a_long_pause_within_a_piece_is_left_out_and_times_are_those_of_the_recording() -> None:
    samples, speech = recording([(True, 100), (False, 400), (True, 100)])
    (piece,) = pieces(samples, speech, LONGEST_PIECE)
    assert len(piece.places) == 200 + 2 * seconds(MARGIN)
    assert piece.times(1.0, 2.0) == pytest.approx((1.0, 2.0))
    assert piece.times(5.0, 6.0) == pytest.approx((5.0 + 370 * 0.032, 6.0 + 370 * 0.032))
    seam = (100 + seconds(MARGIN)) / WINDOWS_PER_SECOND
    # A word cannot last as long as what was left out: it is where the longer part of it is.
    assert piece.times(seam - 0.5, seam + 0.1) == pytest.approx((seam - 0.5, seam), abs=0.04)
    later = seam + 370 * 0.032
    assert piece.times(seam - 0.1, seam + 0.5) == pytest.approx((later, later + 0.5), abs=0.04)


@settings(max_examples=40, deadline=None)
@given(stretches, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=30))
def test_times_stay_in_order_and_within_the_recording(parts: list[tuple[bool, int]], shares: list[float]) -> None:
    samples, speech = recording(parts)
    for piece in pieces(samples, speech, LONGEST_PIECE):
        edges = sorted(share * piece.seconds for share in shares)
        last = 0.0
        for start, end in pairwise(edges):
            found = piece.times(start, end)
            assert last - 1e-6 <= found[0] <= found[1] + 1e-6 <= len(samples) / RATE + 2e-6
            last = found[0]


def test_a_long_recording_is_cut_in_the_pauses_that_the_detector_sees() -> None:
    talk = [(True, seconds(5)), (False, seconds(0.4))] * 12
    samples, speech = recording(talk)
    found = list(pieces(samples, speech, LONGEST_PIECE))
    assert len(found) == 3
    for piece in found[:-1]:
        assert not piece.speech[-seconds(0.1) :].any()
        assert piece.speech.any()


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    samples = np.random.default_rng(1).integers(-3000, 3000, 40 * RATE).astype(np.int16)
    samples[20 * RATE : int(20.3 * RATE)] = 5
    first, _ = pieces(samples, np.ones(len(samples) // WINDOW, bool), LONGEST_PIECE)
    assert 20 < first.seconds < 20.3


def test_four_hours_come_in_pieces_one_by_one() -> None:
    samples = np.zeros(4 * 3600 * RATE, np.int16)  # never touched by more than a piece
    speech = np.arange(len(samples) // WINDOW) % seconds(60) < seconds(50)
    tracemalloc.start()
    count = last = 0
    for piece in pieces(samples, speech, LONGEST_PIECE):
        assert len(piece.samples) <= LONGEST_PIECE * RATE
        assert last <= piece.offset
        count, last = count + 1, piece.offset
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 4 * 3600 / 60 * 50 / LONGEST_PIECE <= count <= 4 * 3600 / 14
    assert last > 4 * 3600 - 90
    assert peak < 50e6, "half a gigabyte of audio, and a few megabytes for its windows"


def test_a_piece_in_two_parts_has_everything_once() -> None:
    samples, speech = recording([(True, 200), (False, 300), (True, 200)], 100)
    (piece,) = pieces(samples, speech, LONGEST_PIECE)
    before, after = piece.divided(90)
    np.testing.assert_array_equal(np.concatenate([before.samples, after.samples]), piece.samples)
    np.testing.assert_array_equal(np.concatenate([before.places, after.places]), piece.places)
    assert isinstance(before, Piece)
    assert (before.seconds, after.offset) == (90 * 0.032, 90 * 0.032)


@pytest.mark.parametrize(
    ("starts", "lost"),
    [
        (range(0, 600, 15), None),
        ([0, *range(300, 600, 15)], (0, 300)),
        (range(0, 300, 15), (285, 600)),
        ([*range(0, 200, 15), *range(400, 600, 15)], (195, 400)),
    ],
)
def test_speech_that_was_lost_at_the_beginning_the_end_or_in_the_middle_is_found(starts, lost) -> None:
    assert guards.unheard([True] * 600, list(starts)) == lost
    assert guards.unheard([False] * 600, list(starts)) is None
