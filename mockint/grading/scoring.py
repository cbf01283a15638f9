"""Signals to verdicts, verdicts to a score: small fitted functions, their weights kept as data."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mockint.domain.grade import Verdict
from mockint.grading.encoders.base import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Scorer:
    """The fitted weights: m small networks whose probabilities are averaged, then a monotone map.

    Attributes:
        mean: Mean of each signal over the labelled answers, shape (s,).
        spread: Its standard deviation, shape (s,).
        hidden: First layers, shape (m, h, s), with their biases, shape (m, h).
        output: Second layers, shape (m, 2, h), with their biases, shape (m, 2): support and
            contradiction.
        score_from: Knots of the map from summed credit (0 to 1), ascending.
        score_to: Scores (0 to 100) at the knots, ascending.
        error_from: Knots of the stated uncertainty, in scores, ascending.
        error_to: Its half-width at the knots, in points.
        covered: Credit from which a point counts as covered.
        partial: Credit from which it counts as partly covered.
        contradicted: Probability of contradiction from which a point counts as contradicted.
    """

    mean: FloatArray
    spread: FloatArray
    hidden: FloatArray
    hidden_bias: FloatArray
    output: FloatArray
    output_bias: FloatArray
    score_from: FloatArray
    score_to: FloatArray
    error_from: FloatArray
    error_to: FloatArray
    covered: float
    partial: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What one answer did with every key point.

    Attributes:
        support: Probability that a unit makes the point, at the best unit, shape (p,).
        contradiction: Probability that a unit says the opposite, at its worst, shape (p,).
        supporting: Index of the unit to show for it: the shortest of those nearly as good.
        contradicting: Likewise for the contradiction, shape (p,).
    """

    support: FloatArray
    contradiction: FloatArray
    supporting: IntArray
    contradicting: IntArray

    @property
    def credit(self) -> FloatArray:
        """What each point earns, 0 to 1: support that no other words take back."""
        return self.support * (1.0 - self.contradiction)


def judge(signals: FloatArray, lengths: IntArray, scorer: Scorer) -> Judged:
    """Best support and worst contradiction of every point.

    Args:
        signals: Shape (units, points, signals); at least one unit.
        lengths: Length of each unit, in any measure, shape (units,).
        scorer: The fitted weights.
    """
    standard = (signals - scorer.mean) / scorer.spread
    hidden = np.tanh(
        np.einsum("ups,mhs->muph", standard, scorer.hidden) + scorer.hidden_bias[:, None, None]
    )
    logits = np.einsum("muph,moh->mupo", hidden, scorer.output) + scorer.output_bias[:, None, None]
    probability = (1.0 / (1.0 + np.exp(-logits))).mean(axis=0)
    best = probability.max(axis=0)
    shown = _tightest(probability, best, lengths)
    return Judged(best[:, 0], best[:, 1], shown[:, 0], shown[:, 1])


def _tightest(probability: FloatArray, best: FloatArray, lengths: IntArray) -> IntArray:
    """Per point and side the shortest unit within a tenth of the best: evidence is to the point."""
    near = probability >= 0.9 * best
    reach = np.where(near, lengths[:, None, None], np.iinfo(np.int32).max)
    shown: IntArray = reach.argmin(axis=0).astype(np.int32)
    return shown


def verdict(credit: float, contradiction: float, scorer: Scorer) -> Verdict:
    """What a point's credit means in one word."""
    if contradiction >= scorer.contradicted and credit < scorer.covered:
        return Verdict.CONTRADICTED
    if credit >= scorer.covered:
        return Verdict.COVERED
    return Verdict.PARTIAL if credit >= scorer.partial else Verdict.MISSED


def score(credit: FloatArray, weights: FloatArray, scorer: Scorer) -> float:
    """0 to 100 for the credit of all points, each by its share of the rubric."""
    return float(np.interp(float(credit @ weights), scorer.score_from, scorer.score_to))


class Uncertain(Protocol):
    """Fitted weights that know how far off they were on questions they had not seen."""

    @property
    def error_from(self) -> FloatArray:
        """Knots, in scores."""

    @property
    def error_to(self) -> FloatArray:
        """Half-widths at the knots, in points."""


def uncertainty(scored: float, fitted: Uncertain) -> float:
    """How far above or below a score people's own scores lie, two times in three."""
    return float(np.interp(scored, fitted.error_from, fitted.error_to))
