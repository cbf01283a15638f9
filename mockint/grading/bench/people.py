"""Agreement with people, set by set, beside simpler measures, people and what others report."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from mockint.grading.bench import heldout, metrics
from mockint.grading.bench.heldout import Flags, Inputs
from mockint.grading.bench.measuring import Step, measured, stopped
from mockint.grading.bench.metrics import Names, Numbers
from mockint.grading.bench.sets import HumanSet
from mockint.grading.encoders.base import Encoder
from mockint.grading.head import Head, worth
from mockint.grading.likeness import FEATURES

Figures = dict[str, Any]
Encoders = tuple[Encoder, Encoder | None]
CONTRADICTORY = "contradictory"
_ALONE = {"cosine": "cosine with the same encoder", "recall": "token recall alone"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How thorough to be.

    Attributes:
        draws: How often questions are drawn anew for an interval.
        every: Of a set every nth question is used.
    """

    draws: int = 300
    every: int = 1


def agreement(
    graded: HumanSet,
    encoders: Encoders,
    heads: Sequence[Head],
    step: Step,
    plan: Plan,
) -> Figures:
    """All figures of one set.

    "held out" is the features, and what the shipped weights make of them, fitted again on the
    set's other questions; "as shipped" is the grader as it is.

    Args:
        graded: The set.
        encoders: The default encoder, and the English one where there is one.
        heads: The shipped weights for either; none where they were fitted on this very set, whose
            questions they would give away.
        step: Called after each answer.
        plan: How thorough to be.
    """
    answers = graded.answers
    found_in = measured(answers, *encoders, step)
    features = found_in.features.astype(np.float64)
    gate = stopped(answers)
    shipped = _shipped(features, gate, heads) if heads else None
    questions, grades = graded.questions, graded.grades
    inputs = Inputs(
        np.column_stack([features, gate, *(() if shipped is None else (shipped,))]),
        questions,
        found_in.prompts.astype(np.float64),
        found_in.answers.astype(np.float64),
    )

    def against(got: Numbers) -> Figures:
        return _figures(grades, got, graded, plan)

    systems = {"held out": against(_held_out(inputs, grades))}
    for name, title in _ALONE.items():
        alone = features[:, [FEATURES.index(name)]]
        systems[title] = against(_line_held_out(alone, grades, questions))
    if shipped is not None:
        systems["as shipped"] = against(shipped)
    found: Figures = {
        "set": graded.name,
        "answers": len(answers),
        "questions": len(np.unique(questions)),
        "scale": graded.scale,
        "systems": systems,
        "fitted": not heads,
        "published": published().get(graded.name, []),
    }
    people = _between_people(graded, plan)
    if people:
        found["people"] = people
    labels = np.array([answer.label for answer in answers])
    if CONTRADICTORY in labels:
        found["labels"] = _labels(inputs, labels, plan)
    return found


def _shipped(features: Numbers, gate: Flags, heads: Sequence[Head]) -> Numbers:
    head = next(head for head in heads if len(head.mean) == features.shape[1])
    values: Numbers = np.where(gate, 0.0, worth(features.astype(np.float32), head)).astype(
        np.float64
    )
    return values


def fewer(graded: HumanSet, every: int) -> HumanSet:
    """The answers to every nth question of a set."""
    kept = set(np.unique(graded.questions)[::every].tolist())
    return HumanSet(graded.name, tuple(a for a in graded.answers if a.question in kept))


def _held_out(inputs: Inputs, grades: Numbers) -> Numbers:
    got = heldout.predicted(inputs, grades[:, None])[:, 0]
    clipped: Numbers = np.clip(got, 0.0, 1.0)
    return clipped


def _line_held_out(alone: Numbers, grades: Numbers, questions: Names) -> Numbers:
    """A single measure put on the scale of the grades by a line that never saw the question."""
    out = np.zeros(len(grades))
    for aside in heldout.folds(questions):
        slope, start = np.polyfit(alone[~aside, 0], grades[~aside], 1)
        out[aside] = np.clip(slope * alone[aside, 0] + start, 0.0, 1.0)
    return out


def _figures(grades: Numbers, got: Numbers, graded: HumanSet, plan: Plan) -> Figures:
    questions, scale = graded.questions, graded.scale
    levels = int(min(11, max(2, len(np.unique(np.round(grades, 3))))))
    measures: dict[str, Callable[[Numbers, Numbers], float]] = {
        "pearson": metrics.pearson,
        "spearman": metrics.spearman,
        "rmse": lambda a, b: scale * metrics.rmse(a, b),
        "mae": lambda a, b: scale * metrics.mae(a, b),
        "kappa": lambda a, b: metrics.weighted_kappa(a, b, levels),
    }
    found: Figures = {}
    for name, measure in measures.items():
        found[name] = _with_interval(measure, grades, got, questions, plan)
    counts = metrics.order_counts(grades, got, questions)
    found["order"] = _rounded(
        metrics.share(counts), *metrics.share_interval(counts, draws=plan.draws)
    )
    return found


def _rounded(value: float, low: float, high: float) -> list[float | None]:
    """A value and its interval; None where there is none, which JSON can say."""
    return [None if np.isnan(v) else round(float(v), 4) for v in (value, low, high)]


def _between_people(graded: HumanSet, plan: Plan) -> Figures:
    """One person against the other, where both are known."""
    both = [answer for answer in graded.answers if len(answer.raters) == 2]
    if len(both) < 0.5 * len(graded.answers):
        return {}
    one, other = (np.array([a.raters[i] / a.most for a in both]) for i in (0, 1))
    return _figures(one, other, HumanSet(graded.name, tuple(both)), plan)


def _labels(inputs: Inputs, labels: Names, plan: Plan) -> Figures:
    """Three ways to call an answer, decided by a fit that saw no answer to its question."""
    got = heldout.classified(inputs, labels)
    chance = np.random.default_rng(0).permutation(labels)
    found: Figures = {}
    for title, given in (("held out", got), ("chance", chance)):
        found[title] = {
            "macro_f1": _with_interval(metrics.macro_f1, labels, given, inputs.questions, plan),
            CONTRADICTORY: _with_interval(
                lambda a, b: metrics.f1(a, b, CONTRADICTORY), labels, given, inputs.questions, plan
            ),
        }
    return found


def _with_interval(
    measure: Callable[[Any, Any], float],
    wanted: Numbers | Names,
    got: Numbers | Names,
    questions: Names,
    plan: Plan,
) -> list[float | None]:
    low, high = metrics.interval(
        questions, lambda rows: measure(wanted[rows], got[rows]), draws=plan.draws
    )
    return _rounded(measure(wanted, got), low, high)


@lru_cache(maxsize=1)
def published() -> dict[str, list[Figures]]:
    """What others report, by set, each with its source."""
    place = resources.files("mockint.grading.bench") / "published.json"
    found: dict[str, list[Figures]] = json.loads(place.read_text(encoding="utf-8"))
    return found
