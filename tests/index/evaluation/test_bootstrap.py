"""Intervals: the same every time, as wide as they should be, and those of scipy."""

import numpy as np
import pytest
from scipy import stats

from pinakes.index.evaluation.measures import (
    bootstrap_means,
    bootstrap_ratio_differences,
    bootstrap_ratios,
)


def column(size: int, share: float) -> np.ndarray:
    return (np.arange(size) < share * size).astype(float)[:, np.newaxis]


def test_the_same_values_give_the_same_interval() -> None:
    values = np.random.default_rng(3).random((300, 4))
    assert bootstrap_means(values) == bootstrap_means(values.copy())


def test_an_interval_holds_its_mean_and_shrinks_with_the_root_of_the_questions() -> None:
    few, many = (bootstrap_means(column(size, 0.8))[0] for size in (100, 2_500))
    for one in (few, many):
        assert one.value == pytest.approx(0.8)
        assert one.low < 0.8 < one.high
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(5, rel=0.1)
    # The normal approximation of a share of .8.
    assert many.high - many.low == pytest.approx(2 * 1.96 * (0.8 * 0.2 / 2_500) ** 0.5, rel=0.05)


def test_what_never_varies_has_no_width() -> None:
    perfect, nothing = bootstrap_means(np.array([[1.0, 0.0]] * 20))
    assert (perfect.low, perfect.value, perfect.high) == (1, 1, 1)
    assert (nothing.low, nothing.value, nothing.high) == (0, 0, 0)
    (single,) = bootstrap_means(np.array([[0.25]]))
    assert (single.low, single.value, single.high) == (0.25, 0.25, 0.25)


def test_columns_are_resampled_together() -> None:
    first = np.random.default_rng(1).random(200)
    both = np.stack([first, first + 0.1, np.full(200, 0.1)], axis=1)
    a, b, difference = bootstrap_means(both)
    assert b.low - a.low == pytest.approx(0.1)
    assert difference.high - difference.low == pytest.approx(0)


def test_the_interval_is_that_of_scipy() -> None:
    values = np.random.default_rng(5).exponential(size=(150, 1))
    theirs = stats.bootstrap((values[:, 0],), np.mean, method="percentile", rng=1)
    (own,) = bootstrap_means(values)
    width = own.high - own.low
    assert own.low == pytest.approx(theirs.confidence_interval.low, abs=width / 20)
    assert own.high == pytest.approx(theirs.confidence_interval.high, abs=width / 20)


def test_the_ratio_of_ones_is_the_mean() -> None:
    values = np.random.default_rng(2).random((60, 3))
    (means, ratios) = bootstrap_means(values), bootstrap_ratios(values, np.ones_like(values))
    for mean, ratio in zip(means, ratios, strict=True):
        assert (ratio.value, ratio.low, ratio.high) == pytest.approx(
            (mean.value, mean.low, mean.high)
        )


def test_a_question_counts_by_its_number() -> None:
    # One question has nine sentences, all unsupported, and the others one each, none of them.
    sums, numbers = np.zeros((10, 2)), np.ones((10, 2))
    sums[0] = numbers[0] = 9, 0
    ratio, without_it = bootstrap_ratios(sums, numbers)
    assert ratio.value == 9 / 18
    # With luck the one question is in no resample, or several times.
    assert (ratio.low, ratio.high > 0.7) == (0, True)
    assert (without_it.low, without_it.high) == (0, 0)


def test_resamples_without_a_number_do_not_count() -> None:
    sums, numbers = np.zeros((30, 1)), np.zeros((30, 1))
    sums[4] = numbers[4] = 2
    (found,) = bootstrap_ratios(sums, numbers)
    assert (found.low, found.value, found.high) == (1, 1, 1)


def test_differences_of_ratios_are_paired() -> None:
    random = np.random.default_rng(8)
    numbers = random.integers(1, 5, size=(80, 1)).astype(float)
    sums = np.floor(random.random((80, 1)) * (numbers + 1))
    (same,) = bootstrap_ratio_differences(sums, numbers, sums, numbers)
    assert (same.low, same.value, same.high) == (0, 0, 0)
    (less,) = bootstrap_ratio_differences(sums, numbers, sums + 0.5 * numbers, numbers)
    assert (less.low, less.value, less.high) == pytest.approx((-0.5, -0.5, -0.5))
    (other,) = bootstrap_ratio_differences(sums, numbers, np.zeros_like(sums), numbers)
    assert other.low < other.value == float(sums.sum() / numbers.sum()) < other.high
