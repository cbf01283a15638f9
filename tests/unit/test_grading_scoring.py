"""Signals to verdicts, verdicts to a score, and the fitted weights as data."""

import copy
import json
import math
from importlib import resources
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.errors import GradingError
from mockint.domain.grade import Verdict
from mockint.grading import scoring
from mockint.grading.calibration import load_scorer, scorer_from, to_data
from mockint.grading.encoders.base import FloatArray
from mockint.grading.scoring import Scorer
from mockint.grading.signals import COLUMNS


def _scorer(signals: int, *, hidden: int = 3, members: int = 2, seed: int = 0) -> Scorer:
    random = np.random.default_rng(seed)

    def values(*shape: int) -> FloatArray:
        return random.normal(size=shape).astype(np.float32)

    return Scorer(
        mean=values(signals),
        spread=np.abs(values(signals)) + np.float32(0.5),
        hidden=values(members, hidden, signals),
        hidden_bias=values(members, hidden),
        output=values(members, 2, hidden),
        output_bias=values(members, 2),
        score_from=np.array([0.0, 0.3, 0.6, 1.0], dtype=np.float32),
        score_to=np.array([0.0, 40.0, 65.0, 100.0], dtype=np.float32),
        error_from=np.array([20.0, 80.0], dtype=np.float32),
        error_to=np.array([6.0, 12.0], dtype=np.float32),
        covered=0.6,
        partial=0.3,
        contradicted=0.5,
    )


def _probability(row: FloatArray, scorer: Scorer, side: int) -> float:
    """What ``judge`` computes, one number at a time."""
    members = []
    for member in range(len(scorer.hidden)):
        logit = float(scorer.output_bias[member, side])
        for h in range(scorer.hidden.shape[1]):
            total = float(scorer.hidden_bias[member, h])
            for s, value in enumerate(row.tolist()):
                standard = (value - float(scorer.mean[s])) / float(scorer.spread[s])
                total += standard * float(scorer.hidden[member, h, s])
            logit += math.tanh(total) * float(scorer.output[member, side, h])
        members.append(1.0 / (1.0 + math.exp(-logit)))
    return sum(members) / len(members)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("units", "points"), [(1, 1), (5, 3), (2, 7)])
def test_judge_is_the_slow_sum(units: int, points: int, seed: int) -> None:
    """Best support and worst contradiction are those that a plain loop finds."""
    scorer = _scorer(4, seed=seed)
    signals = np.random.default_rng(seed + 9).normal(size=(units, points, 4)).astype(np.float32)
    lengths = np.arange(10, 10 + units, dtype=np.int32)
    judged = scoring.judge(signals, lengths, scorer)
    for point in range(points):
        for side, best, shown in (
            (0, judged.support, judged.supporting),
            (1, judged.contradiction, judged.contradicting),
        ):
            slow = [_probability(signals[unit, point], scorer, side) for unit in range(units)]
            assert best[point] == pytest.approx(max(slow), abs=1e-5)
            near = [unit for unit in range(units) if slow[unit] >= 0.9 * max(slow)]
            assert shown[point] == min(near, key=lambda unit: int(lengths[unit]))
        earned = float(judged.support[point]) * (1.0 - float(judged.contradiction[point]))
        assert judged.credit[point] == pytest.approx(earned, abs=1e-6)


def test_the_shortest_of_equals_is_shown() -> None:
    """Of units that say the same the shortest is the evidence."""
    signals = np.zeros((3, 1, 4), dtype=np.float32)
    judged = scoring.judge(signals, np.array([9, 4, 7], dtype=np.int32), _scorer(4))
    assert judged.supporting.tolist() == [1]
    assert judged.contradicting.tolist() == [1]


@pytest.mark.parametrize(
    ("credit", "contradiction", "expected"),
    [
        (0.6, 0.0, Verdict.COVERED),
        (0.59, 0.0, Verdict.PARTIAL),
        (0.3, 0.49, Verdict.PARTIAL),
        (0.29, 0.0, Verdict.MISSED),
        (0.3, 0.5, Verdict.CONTRADICTED),
        (0.0, 0.9, Verdict.CONTRADICTED),
        (0.6, 0.9, Verdict.COVERED),
    ],
)
def test_verdicts_at_their_edges(credit: float, contradiction: float, expected: Verdict) -> None:
    """Each verdict starts at its threshold; a covered point outweighs contradiction."""
    assert scoring.verdict(credit, contradiction, _scorer(4)) is expected


_CREDIT = st.lists(st.floats(0, 1, width=32), min_size=3, max_size=3)


@given(_CREDIT, st.integers(0, 2), st.floats(0, 1, width=32))
def test_more_credit_never_lowers_the_score(credit: list[float], which: int, more: float) -> None:
    """The shipped map from credit to score is monotone and stays within 0 and 100."""
    scorer, _ = load_scorer()
    weights = np.array([0.5, 0.3, 0.2], dtype=np.float32)
    less = scoring.score(np.array(credit, dtype=np.float32), weights, scorer)
    raised = list(credit)
    raised[which] = max(raised[which], more)
    assert (
        0.0 <= less <= scoring.score(np.array(raised, dtype=np.float32), weights, scorer) <= 100.0
    )


def test_the_ends_of_the_scale() -> None:
    """No credit scores under 20, full credit in the best band."""
    scorer, _ = load_scorer()
    weights = np.array([0.5, 0.5], dtype=np.float32)
    assert scoring.score(np.zeros(2, dtype=np.float32), weights, scorer) < 20
    assert scoring.score(np.ones(2, dtype=np.float32), weights, scorer) >= 85


def _shipped() -> dict[str, Any]:
    text = (resources.files("mockint.grading") / "calibration" / "default.json").read_text("utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def test_the_shipped_weights_fit_together() -> None:
    """The calibration file names today's signals and holds finite arrays of matching shapes."""
    assert tuple(_shipped()["signals"]) == COLUMNS
    scorer, digest = load_scorer()
    members, hidden, signals = scorer.hidden.shape
    assert signals == len(COLUMNS)
    assert scorer.mean.shape == scorer.spread.shape == (signals,)
    assert scorer.hidden_bias.shape == (members, hidden)
    assert scorer.output.shape == (members, 2, hidden)
    assert scorer.output_bias.shape == (members, 2)
    assert scorer.score_from.shape == scorer.score_to.shape
    assert (scorer.spread > 0).all()
    for name in ("mean", "spread", "hidden", "hidden_bias", "output", "output_bias"):
        assert np.isfinite(getattr(scorer, name)).all()
    assert 0 < scorer.partial < scorer.covered < 1
    assert 0 < scorer.contradicted < 1
    assert len(digest) == 12


def test_the_shipped_map_is_monotone() -> None:
    """Knots ascend strictly, scores never fall, both within their ranges."""
    scorer, _ = load_scorer()
    assert (np.diff(scorer.score_from) > 0).all()
    assert (np.diff(scorer.score_to) >= 0).all()
    assert scorer.score_to[0] >= 0
    assert scorer.score_to[-1] <= 100


@pytest.mark.parametrize(
    "signals",
    [[], list(COLUMNS[:-1]), list(reversed(COLUMNS)), [*COLUMNS, "new"], ["x", *COLUMNS[1:]]],
)
def test_weights_for_other_signals_are_refused(signals: list[str]) -> None:
    """Weights fitted for other, fewer, more or reordered signals are refused, saying what to do."""
    data = copy.deepcopy(_shipped())
    data["signals"] = signals
    with pytest.raises(GradingError, match="other signals: fit it again or reinstall"):
        scorer_from(data)


def test_a_missing_calibration_is_told() -> None:
    """A calibration that is not there is named, with what to do."""
    with pytest.raises(GradingError, match="'no-such' cannot be read: reinstall"):
        load_scorer("no-such")


def test_weights_survive_being_written() -> None:
    """What is written as data is read back, to six decimals, with its figures beside it."""
    scorer = _scorer(len(COLUMNS))
    data = json.loads(json.dumps(to_data(scorer, {"agreement": 0.9})))
    again = scorer_from(data)
    assert data["figures"] == {"agreement": 0.9}
    for name in ("mean", "spread", "hidden", "hidden_bias", "output", "output_bias", "score_from"):
        assert np.allclose(getattr(again, name), getattr(scorer, name), atol=1e-6)
    assert (again.covered, again.partial, again.contradicted) == (0.6, 0.3, 0.5)


@pytest.mark.parametrize(("scored", "wanted"), [(0.0, 6.0), (50.0, 9.0), (100.0, 12.0)])
def test_uncertainty_lies_between_its_knots(scored: float, wanted: float) -> None:
    """The stated uncertainty is that of the nearest scores it was measured at."""
    assert scoring.uncertainty(scored, _scorer(4)) == pytest.approx(wanted)
