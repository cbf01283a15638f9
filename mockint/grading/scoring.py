"""Signals to verdicts, verdicts to a score: small fitted functions, their weights kept as data."""

from dataclasses import dataclass

import numpy as np

from mockint.domain.grade import Verdict
from mockint.grading.encoders.base import FloatArray


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
    covered: float
    partial: float
    contradicted: float


@dataclass(frozen=True, slots=True)
class Judged:
    """What one answer did with every key point.

    Attributes:
        support: Probability that a unit makes the point, at the best unit, shape (p,).
        contradiction: Probability that a unit says the opposite, at its worst, shape (p,).
        supporting: Index of the best unit, shape (p,).
        contradicting: Index of the worst unit, shape (p,).
    """

    support: FloatArray
    contradiction: FloatArray
    supporting: FloatArray
    contradicting: FloatArray

    @property
    def credit(self) -> FloatArray:
        """What each point earns, 0 to 1: support that no other words take back."""
        return self.support * (1.0 - self.contradiction)


def judge(signals: FloatArray, scorer: Scorer) -> Judged:
    """Best support and worst contradiction of every point.

    Args:
        signals: Shape (units, points, signals); at least one unit.
        scorer: The fitted weights.
    """
    standard = (signals - scorer.mean) / scorer.spread
    hidden = np.tanh(
        np.einsum("ups,mhs->muph", standard, scorer.hidden) + scorer.hidden_bias[:, None, None]
    )
    logits = np.einsum("muph,moh->mupo", hidden, scorer.output) + scorer.output_bias[:, None, None]
    probability = (1.0 / (1.0 + np.exp(-logits))).mean(axis=0)
    supporting = probability[..., 0].argmax(axis=0)
    contradicting = probability[..., 1].argmax(axis=0)
    columns = np.arange(signals.shape[1])
    return Judged(
        support=probability[supporting, columns, 0],
        contradiction=probability[contradicting, columns, 1],
        supporting=supporting,
        contradicting=contradicting,
    )


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
