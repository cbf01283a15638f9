"""Measures of agreement, against values worked out by hand."""

import numpy as np
import pytest

from mockint.grading.bench import metrics


def numbers(*values: float) -> metrics.Numbers:
    return np.array(values, dtype=np.float64)


def names(text: str) -> metrics.Names:
    return np.array(text.split())


def test_pearson_by_hand() -> None:
    """Deviations (-1, 0, 1) and (-4, -1, 5) have a product of 9 and squares of 2 and 42."""
    assert metrics.pearson(numbers(1, 2, 3), numbers(1, 4, 10)) == pytest.approx(9 / 84**0.5)


def test_a_constant_side_correlates_with_nothing() -> None:
    """Where one side is constant, rounding errors are not taken for a correlation."""
    assert metrics.pearson(numbers(0.1, 0.1, 0.1), numbers(1, 2, 3)) == 0.0


def test_equal_values_share_their_rank() -> None:
    """Two in the second place have ranks 2 and 3, so 2.5 each."""
    assert metrics.ranks(numbers(7, 3, 7, 9)).tolist() == [2.5, 1.0, 2.5, 4.0]


def test_spearman_sees_order_alone() -> None:
    """Any rising curve correlates fully."""
    assert metrics.spearman(numbers(1, 2, 3, 4), numbers(1, 10, 11, 500)) == pytest.approx(1.0)


def test_differences_by_hand() -> None:
    """Differences 3 and 4: root of 12.5, and 3.5."""
    assert metrics.rmse(numbers(0, 0), numbers(3, -4)) == pytest.approx(12.5**0.5)
    assert metrics.mae(numbers(0, 0), numbers(3, -4)) == pytest.approx(3.5)


def test_kappa_by_hand() -> None:
    """Three levels, one of four a level off; by chance the mean squared difference is 1.25."""
    wanted, got = numbers(0, 0, 0.5, 1), numbers(0, 0, 1, 1)
    # Levels 0 0 1 2 against 0 0 2 2: seen 1/4; chance (2*(0+0+4+4) + 4*1 + (4+4)) / 16 = 28/16.
    assert metrics.weighted_kappa(wanted, got, 3) == pytest.approx(1 - 0.25 / 1.75)
    assert metrics.weighted_kappa(wanted, wanted, 3) == pytest.approx(1.0)


def test_order_counts_pairs_within_a_question_that_lie_apart() -> None:
    """Of three pairs in a, one is right, one tied, one wrong; b has none; across nothing counts."""
    wanted = numbers(1.0, 0.5, 0.0, 0.5, 0.4)
    got = numbers(0.5, 0.5, 0.9, 0.1, 0.9)
    questions = names("a a a b b")
    # (1.0, 0.5) ties, (1.0, 0.0) and (0.5, 0.0) are wrong.
    assert metrics.order_accuracy(wanted, got, questions) == pytest.approx(0.5 / 3)


def test_order_takes_a_difference_of_just_fifteen_points() -> None:
    """0.85 and 0.70 are a pair although their difference in floats is below 0.15."""
    counts = metrics.order_counts(numbers(0.85, 0.70), numbers(2, 1), names("a a"))
    assert counts.tolist() == [[1.0, 1.0]]


def test_no_pairs_no_order() -> None:
    """Where no two differ there is no order accuracy, not a perfect one."""
    assert np.isnan(metrics.order_accuracy(numbers(1, 1), numbers(1, 2), names("a a")))


def test_f1_by_hand() -> None:
    """One of two found, one of two right: 1/2; of the other label two thirds."""
    wanted, got = names("c c i i i"), names("c i i i c")
    assert metrics.f1(wanted, got, "c") == pytest.approx(0.5)
    assert metrics.macro_f1(wanted, got) == pytest.approx((1 / 2 + 2 / 3) / 2)


def test_an_interval_draws_whole_questions() -> None:
    """Answers to a question come together: means of drawn questions are 0, 1/2 or 1 alone."""
    values = numbers(0, 0, 0, 1, 1, 1)
    seen: set[float] = set()

    def mean(rows: np.ndarray) -> float:
        seen.add(float(values[rows].mean()))
        return float(values[rows].mean())

    low, high = metrics.interval(names("a a a b b b"), mean, draws=60)
    assert seen == {0.0, 0.5, 1.0}
    assert (low, high) == (0.0, 1.0)


def test_an_interval_is_the_same_every_time() -> None:
    """The same data give the same interval."""
    counts = np.array([[1.0, 2.0], [3.0, 3.0], [0.0, 4.0]])
    assert metrics.share_interval(counts) == metrics.share_interval(counts)
    assert metrics.share(counts) == pytest.approx(4 / 9)
