"""Measures of agreement between what people gave and what the grader gave; numpy alone."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]

APART = 0.15
"""Two answers to a question differ if their grades lie this far apart, of 1."""


def pearson(wanted: Numbers, got: Numbers) -> float:
    """Linear correlation; 0 where one side is constant."""
    a, b = wanted - wanted.mean(), got - got.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    # What is left of a constant after rounding correlates with anything.
    return float(a @ b) / size if size > 1e-12 * len(a) else 0.0


def spearman(wanted: Numbers, got: Numbers) -> float:
    """Correlation of the ranks, equal values sharing theirs."""
    return pearson(ranks(wanted), ranks(got))


def ranks(values: Numbers) -> Numbers:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    behind = np.cumsum(counts).astype(np.float64)
    shared: Numbers = (behind - (counts - 1) / 2.0)[place]
    return shared


def rmse(wanted: Numbers, got: Numbers) -> float:
    """Root of the mean squared difference."""
    return float(np.sqrt(np.mean((wanted - got) ** 2)))


def mae(wanted: Numbers, got: Numbers) -> float:
    """Mean absolute difference."""
    return float(np.mean(np.abs(wanted - got)))


def weighted_kappa(wanted: Numbers, got: Numbers, levels: int) -> float:
    """Cohen's kappa with quadratic weights; 0 where nothing could differ.

    Args:
        wanted: Values from 0 to 1.
        got: Likewise; both are rounded to the nearest of the levels.
        levels: How many levels there are, at least 2.
    """
    steps = levels - 1
    a = np.clip(np.rint(wanted * steps), 0, steps).astype(np.int64)
    b = np.clip(np.rint(got * steps), 0, steps).astype(np.int64)
    seen = float(np.mean((a - b) ** 2))
    apart = (a[:, None] - np.arange(levels)[None, :]) ** 2
    by_chance = float(np.mean(apart @ np.bincount(b, minlength=levels))) / len(b)
    return 1.0 - seen / by_chance if by_chance > 0.0 else 0.0


def order_accuracy(
    wanted: Numbers, got: Numbers, questions: Names, *, apart: float = APART
) -> float:
    """Share of the pairs within a question that come out in the right order; ties count half.

    Args:
        wanted: What each is worth; pairs less than ``apart`` from each other do not count.
        got: What each got, in any measure.
        questions: The question of each.
        apart: The least difference between two that count as a pair.

    Returns:
        The share over all pairs; NaN where there are none.
    """
    return share(order_counts(wanted, got, questions, apart=apart))


def order_counts(
    wanted: Numbers, got: Numbers, questions: Names, *, apart: float = APART
) -> Numbers:
    """Per question the pairs in the right order and all pairs, shape (q, 2)."""
    counts = []
    for question in np.unique(questions):
        mine = questions == question
        better = wanted[mine][:, None] - wanted[mine][None, :] >= apart - 1e-9
        higher = (got[mine][:, None] - got[mine][None, :])[better]
        counts.append(((higher > 0).sum() + 0.5 * (higher == 0).sum(), better.sum()))
    return np.array(counts, dtype=np.float64).reshape(-1, 2)


def share(counts: Numbers) -> float:
    """Of counts of right and all, the share; NaN of nothing."""
    right, every = counts.sum(axis=0).tolist()
    return right / every if every else float("nan")


def share_interval(counts: Numbers, *, draws: int = 300, seed: int = 0) -> tuple[float, float]:
    """What 95% of the shares lie between when questions are drawn anew."""
    random = np.random.default_rng(seed)
    drawn = [share(counts[random.integers(0, len(counts), len(counts))]) for _ in range(draws)]
    return _middle(drawn)


def f1(wanted: Names, got: Names, label: str) -> float:
    """Harmonic mean of precision and recall of one label; 0 where it never comes right."""
    right = float(((wanted == label) & (got == label)).sum())
    named = float((wanted == label).sum() + (got == label).sum())
    return 2.0 * right / named if named else 0.0


def macro_f1(wanted: Names, got: Names) -> float:
    """Mean F1 over the labels that people gave."""
    return float(np.mean([f1(wanted, got, str(label)) for label in np.unique(wanted)]))


def interval(
    questions: Names,
    measure: Callable[[npt.NDArray[np.int64]], float],
    *,
    draws: int = 300,
    seed: int = 0,
) -> tuple[float, float]:
    """What 95% of the values lie between when questions are drawn anew.

    Args:
        questions: The question of each answer: those of one are drawn together.
        measure: From indexes of answers, some of them more than once, to a value.
        draws: How many times.
        seed: The same seed draws the same.
    """
    names, place = np.unique(questions, return_inverse=True)
    rows = [np.flatnonzero(place == index) for index in range(len(names))]
    random = np.random.default_rng(seed)
    values = [
        measure(np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))]))
        for _ in range(draws)
    ]
    return _middle(values)


def _middle(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return float("nan"), float("nan")
    low, high = np.percentile(known, (2.5, 97.5)).tolist()
    return low, high


def mean_of(values: Sequence[float]) -> float:
    """The mean; NaN of nothing."""
    return float(np.mean(values)) if len(values) else float("nan")
