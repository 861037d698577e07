"""The bootstrap: what it proves, what it refuses to prove, and how often it errs."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clm.evaluation import bootstrap
from clm.evaluation.bootstrap import BETTER, NOT_PROVEN, UNKNOWN, WORSE, Unit

SETTINGS = {"resamples": 2000, "confidence": 0.95}


def recordings(pairs, words=100):
    return [Unit(f"r{number:04}", 0, words, *pair) for number, pair in enumerate(pairs)]


def draw(generator, units, gain=0.0):
    """Recordings of different length and difficulty; both models vary by recording, the first is better by `gain`."""
    for number in range(units):
        words, hard = generator.randint(40, 300), generator.betavariate(4, 12)
        rates = (hard * generator.lognormvariate(-gain, 0.25), hard * generator.lognormvariate(0, 0.25))
        yield Unit(f"r{number}", 0, words, *(sum(generator.random() < rate for _ in range(words)) for rate in rates))


def mirrored(units):
    return [Unit(u.recording, u.block, u.words, u.baseline_errors, u.errors) for u in units]


figures = st.tuples(st.integers(1, 400), st.integers(0, 80), st.integers(0, 80))
unit_lists = st.lists(figures, min_size=1, max_size=20).map(
    lambda rows: [Unit(f"r{number}", 0, *row) for number, row in enumerate(rows)]
)


def test_a_clear_gain_on_many_recordings_is_proven():
    units = recordings([(10 + n % 3, 20 + n % 4) for n in range(20)])
    result = bootstrap.compare(units, **SETTINGS)
    assert result.verdict == BETTER
    assert result.difference == pytest.approx(-0.1055)
    assert result.interval.low < result.difference < result.interval.high < 0
    assert 0 < result.p_value < 0.01
    low, high = bootstrap.wer_interval(units, **SETTINGS)
    assert low < sum(unit.errors for unit in units) / 2000 < high


@pytest.mark.parametrize("units", [1, 2, 3, 5])
def test_few_recordings_prove_nothing_however_clear_they_are(units):
    result = bootstrap.compare(recordings([(1, 60)] * units), **SETTINGS)
    assert (result.verdict, result.p_value, result.interval) == (NOT_PROVEN, None, UNKNOWN)
    assert result.difference == pytest.approx(-0.59)
    assert bootstrap.wer_interval(recordings([(1, 60)] * units), **SETTINGS) == UNKNOWN


def test_six_recordings_that_agree_are_enough():
    assert bootstrap.compare(recordings([(5, 20)] * 6), **SETTINGS).verdict == BETTER
    assert bootstrap.compare(recordings([(5, 20)] * 4 + [(40, 20)] * 2), **SETTINGS).verdict == NOT_PROVEN


def test_blocks_of_two_long_recordings_count_but_one_recording_never_does():
    blocks = [Unit("ab"[n % 2], n // 2, 1000, 100 + n, 150 + n) for n in range(10)]
    assert bootstrap.compare(blocks, **SETTINGS).verdict == BETTER
    alone = [unit._replace(recording="a", block=number) for number, unit in enumerate(blocks)]
    assert bootstrap.compare(alone, **SETTINGS).p_value is None


def test_too_few_resamples_to_see_the_tail_prove_nothing():
    result = bootstrap.compare(recordings([(5, 20)] * 8), resamples=50, confidence=0.95)
    assert (result.verdict, result.interval) == (NOT_PROVEN, UNKNOWN)
    assert result.p_value > 0.05


def test_the_same_model_twice_is_never_better():
    result = bootstrap.compare(recordings([(n, n) for n in range(30)]), **SETTINGS)
    assert (result.difference, result.p_value, result.verdict) == (0, 1, NOT_PROVEN)


def test_nothing_to_compare_is_an_error():
    with pytest.raises(ValueError, match="nothing"):
        bootstrap.compare([], **SETTINGS)


@settings(max_examples=60, deadline=None)
@given(unit_lists, st.randoms(use_true_random=False))
def test_order_does_not_matter_swapping_mirrors_and_all_parts_agree(units, generator):
    options = {"resamples": 400, "confidence": 0.95}
    result = bootstrap.compare(units, **options)
    shuffled = generator.sample(units, len(units))
    assert bootstrap.compare(shuffled, **options) == result

    mirror = bootstrap.compare(mirrored(units), **options)
    opposite = {BETTER: WORSE, WORSE: BETTER, NOT_PROVEN: NOT_PROVEN}
    assert mirror.verdict == opposite[result.verdict]
    assert (mirror.p_value, mirror.difference) == (result.p_value, -result.difference)

    low, high = result.interval
    if low is None:
        assert result.verdict == NOT_PROVEN
        return
    assert (mirror.interval.low, mirror.interval.high) == (-high, -low)
    assert (result.verdict == BETTER) == (high < 0)
    assert (result.verdict == WORSE) == (low > 0)
    assert (result.p_value < 0.05) == (result.verdict != NOT_PROVEN)
    assert 0 < result.p_value <= 1


@pytest.mark.parametrize("units", [6, 20])
def test_chance_is_called_proven_about_as_rarely_as_promised(units):
    """400 comparisons of equally good models: 95 % confidence lets 20 pass, give or take 9 (2 sigma)."""
    generator = random.Random(units)
    results = (bootstrap.compare(draw(generator, units), resamples=500, confidence=0.95) for _ in range(400))
    assert 8 <= sum(result.verdict != NOT_PROVEN for result in results) <= 34


def test_a_real_gain_is_found():
    generator = random.Random(1)
    found = [bootstrap.compare(draw(generator, 30, gain=0.3), resamples=500, confidence=0.95) for _ in range(20)]
    assert sum(result.verdict == BETTER for result in found) >= 19


def test_intervals_cover_the_true_wer():
    """200 sets of 50 recordings whose expected WER is known: about 190 intervals hold it."""
    generator = random.Random(2)
    expected = 0.25 * math.exp(0.25**2 / 2)  # mean of the beta times mean of the log-normal
    covered = 0
    for _ in range(200):
        low, high = bootstrap.wer_interval(draw(generator, 50), resamples=500, confidence=0.95)
        covered += low <= expected <= high
    assert 180 <= covered <= 199


def test_more_confidence_needs_more_units_and_wider_intervals():
    assert [bootstrap.fewest_units(confidence) for confidence in (0.8, 0.9, 0.95, 0.99)] == [4, 5, 6, 8]
    units = recordings([(10 + n % 5, 20) for n in range(12)])
    narrow, wide = (bootstrap.compare(units, resamples=2000, confidence=c).interval for c in (0.8, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("t", "degrees", "tails"),  # from printed tables
    [(12.706, 1, 0.05), (4.303, 2, 0.05), (3.182, 3, 0.05), (2.776, 4, 0.05), (2.042, 30, 0.05), (3.169, 10, 0.01)],
)
def test_student_tails_are_those_of_the_tables(t, degrees, tails):
    assert bootstrap.student_tails(t, degrees) == pytest.approx(tails, rel=1e-3)


def test_few_units_widen_the_tails():
    """t(5) = 2.571 has p = 0.05; times sqrt(6 / 5) it is z = 2.816, which 0.243 % of a normal distribution exceed."""
    assert bootstrap.tail_p_value(242, resamples=99_999, units=6) == pytest.approx(0.05, rel=5e-3)


def test_many_recordings_are_resampled_in_chunks(monkeypatch):
    units = recordings([(n % 7, n % 5) for n in range(50)])
    whole = bootstrap.compare(units, **SETTINGS)
    monkeypatch.setattr(bootstrap, "CELLS", 50 * 7)
    chunked = bootstrap.compare(units, **SETTINGS)
    assert chunked.verdict == whole.verdict
    assert chunked.p_value == pytest.approx(whole.p_value, abs=0.05)


@pytest.mark.long
def test_intervals_cover_the_true_wer_as_often_as_promised():
    """2,000 sets of 50 recordings with errors that hang together: 95 % of the intervals, give or take 1.5."""
    generator = random.Random(3)
    expected = 0.25 * math.exp(0.25**2 / 2)
    covered = 0
    for _ in range(2000):
        low, high = bootstrap.wer_interval(draw(generator, 50), resamples=1000, confidence=0.95)
        covered += low <= expected <= high
    assert 0.935 <= covered / 2000 <= 0.965


@given(st.lists(st.none() | st.floats(0, 1), max_size=6))
def test_holm_is_never_below_the_p_value_and_keeps_the_order(p_values):
    named = {str(number): p for number, p in enumerate(p_values)}
    adjusted = bootstrap.holm(named)
    assert adjusted.keys() == named.keys()
    for name, p_value in named.items():
        assert (adjusted[name] is None) == (p_value is None)
        if p_value is not None:
            assert p_value <= adjusted[name] <= 1
    known = sorted((p, adjusted[name]) for name, p in named.items() if p is not None)
    assert [second for _, second in known] == sorted(second for _, second in known)


def test_more_words_are_needed_for_smaller_differences():
    noisy = recordings([(20 + (7 * n) % 11, 21 + (5 * n) % 13) for n in range(12)])
    unproven = bootstrap.compare(noisy, **SETTINGS)
    assert unproven.verdict == NOT_PROVEN
    assert unproven.needed_words > unproven.words == 1200
    assert bootstrap.compare(recordings([(10, 10)] * 8), **SETTINGS).needed_words is None
    assert bootstrap.compare(recordings([(10, 20)]), **SETTINGS).needed_words is None
    clear = bootstrap.compare(recordings([(10, 20)] * 3), **SETTINGS)
    assert clear.needed_words == 600  # all agree: six recordings would do
