"""Fits the grader's weights on the bank's own labelled texts and writes them as data.

    python scripts/fit_grader.py                     # three quarters of an hour on two cores
    python scripts/fit_grader.py --reference-only    # weights for questions without a rubric

Labelled are: reference answers, sample answers with their bands, statements alone and half of them
in a row, paraphrases (measured with the paraphrase itself left out of the rubric), twins, twins in
a row, reference answers of other questions, and answers in
``benchmarks/adversarial/{training,development}``, written with a target score by people who had not
seen the rubrics: a rubric's author inverts a claim as the twin does, others find other ways.
``held_out`` is never read here. For grading by a reference alone, points are derived from the
reference and the same answers are labelled. The weights of the map and of the networks come from
these alone; the figures stored beside them are of folds that keep a question on one side.
"""

import argparse
import dataclasses
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
from labelled import Labelled, bank, derived_share, measured_share, stated_error, written_share

from mockint.domain.grade import Band
from mockint.grading.bench.attacks import GOOD
from mockint.grading.calibration import to_data
from mockint.grading.encoders.base import FloatArray
from mockint.grading.scoring import Scorer, judge, score
from mockint.grading.signals import SIGNALS

HIDDEN, MEMBERS, STEPS = 64, 2, 700
LANGUAGES, AGREED = 20.0, 0.04
"""What a text counts that is not worth the same in both languages, and what difference is free."""
WEAK_BELOW_FAIR = 0.75
"""No sample is weak: an answer is poor from three quarters of what a fair one must earn."""

OUT = Path(__file__).parent.parent / "mockint" / "grading" / "calibration"


def main() -> int:
    """Measure, fit by folds for the figures, fit on everything, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="where to write (default: into the package)")
    parser.add_argument("--reference-only", action="store_true", help="fit for derived rubrics")
    parser.add_argument("--members", type=int, default=MEMBERS, help="networks to average")
    parser.add_argument("--every", type=int, default=1, help="use every Nth question only")
    asked = parser.parse_args()
    started = time.monotonic()
    ids = [summary.id for summary in bank().summaries()][:: asked.every]
    with ProcessPoolExecutor(2) as pool:
        kinds = (derived_share,) if asked.reference_only else (measured_share, written_share)
        halves = (ids[0::2], ids[1::2])
        labelled = [x for kind in kinds for part in pool.map(kind, halves) for x in part]
    taken = time.monotonic() - started
    print(f"measured {len(labelled)} texts of {len(ids)} questions in {taken:.0f} s")
    held_out = by_folds(labelled)
    figures = figures_of(labelled, held_out) | {"questions": len(ids), "texts": len(labelled)}
    scorer = with_map(fit(labelled, asked.members), labelled, held_out)
    scorer = with_uncertainty(scorer, labelled, held_out)
    scorer = with_contradicted(scorer, labelled)
    out = asked.out or OUT / ("reference.json" if asked.reference_only else "default.json")
    out.write_text(json.dumps(to_data(scorer, figures), indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))
    return 0


def fit(labelled: list[Labelled], members: int = 1, hidden: int = HIDDEN) -> Scorer:
    """Networks fitted to worth and point labels; the map is left straight."""
    labelled = [dataclasses.replace(x, signals=_nearest(x.signals)) for x in labelled]
    rows = np.concatenate([x.signals.reshape(-1, x.signals.shape[2]) for x in labelled])
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    nets = [_fit_one(labelled, mean, spread, hidden, seed) for seed in range(members)]
    return Scorer(
        mean, spread,
        np.stack([n[0].weight.detach().numpy() for n in nets]),
        np.stack([n[0].bias.detach().numpy() for n in nets]),
        np.stack([n[2].weight.detach().numpy() for n in nets]),
        np.stack([n[2].bias.detach().numpy() for n in nets]),
        np.array([0.0, 1.0], np.float32), np.array([0.0, 100.0], np.float32),
        np.array([0.0, 100.0], np.float32), np.array([0.0, 0.0], np.float32),
        covered=0.6, partial=0.3, contradicted=0.5,
    )  # fmt: skip


def _nearest(signals: FloatArray, kept: int = 8) -> FloatArray:
    """Per point the units that come nearest: only the best and the worst of them decide."""
    if len(signals) <= kept:
        return signals
    nearness = sum(signals[..., SIGNALS.index(name)] for name in ("cosine", "recall"))
    nearness = nearness + 0.15 * signals[..., SIGNALS.index("keywords")]
    first = np.argsort(-nearness, axis=0)[:kept]
    return np.take_along_axis(signals, first[:, :, None], axis=0)


def _fit_one(
    labelled: list[Labelled], mean: FloatArray, spread: FloatArray, hidden: int, seed: int
) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Linear(len(mean), hidden), torch.nn.Tanh(), torch.nn.Linear(hidden, 2)
    )
    flat = torch.tensor(np.concatenate(
        [((x.signals - mean) / spread).transpose(1, 0, 2).reshape(-1, len(mean)) for x in labelled]
    ), dtype=torch.float32)  # fmt: skip
    groups, owner, share, label = [], [], [], []
    for number, x in enumerate(labelled):
        for point in range(len(x.weights)):
            groups.extend([len(owner)] * len(x.signals))
            owner.append(number)
            share.append(float(x.weights[point]))
            label.append(x.points[point])
    group, belongs = torch.tensor(groups), torch.tensor(owner)
    part, mark = torch.tensor(share), torch.tensor(label)
    worth = torch.tensor([x.worth for x in labelled])
    importance = torch.tensor([x.importance for x in labelled])
    one, other = torch.tensor(_versions(labelled)).reshape(-1, 2).T
    steps = STEPS
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.03)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.03, total_steps=steps)
    soft = torch.nn.functional.softplus
    for _ in range(steps):
        logits = net(flat)
        support = _largest(logits[:, 0], group, len(owner))
        against = _largest(logits[:, 1], group, len(owner))
        credit = torch.sigmoid(support) * torch.sigmoid(-against)
        earned = torch.zeros(len(labelled)).index_add(0, belongs, credit * part)
        made, missed, denied = mark == 1, mark == 0, mark == -1
        by_point = (
            soft(-support)[made].mean()
            + 0.5 * soft(support)[missed].mean()
            + 0.3 * soft(against)[made].mean()
            + 0.3 * soft(against)[missed].mean()
            + soft(torch.minimum(support, -against))[denied].mean()
        )
        apart = (earned[one] - earned[other]).abs()
        loss = 3.0 * (importance * (earned - worth) ** 2).mean() + 0.15 * by_point
        loss = loss + LANGUAGES * torch.relu(apart - AGREED).square().sum() / len(labelled)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net


def _versions(labelled: list[Labelled]) -> list[tuple[int, int]]:
    """Pairs of indexes that are one text in two languages."""
    places: dict[str, list[int]] = {}
    for index, x in enumerate(labelled):
        if x.text:
            places.setdefault(x.text, []).append(index)
    return [(one, other) for one, other in places.values()]


def _largest(values: torch.Tensor, group: torch.Tensor, count: int) -> torch.Tensor:
    start = torch.full((count,), -30.0)
    return start.scatter_reduce(0, group, values, reduce="amax")


def earned(scorer: Scorer, x: Labelled) -> float:
    """Share of the rubric's weight that the scorer gives an answer."""
    any_length = np.zeros(len(x.signals), dtype=np.int32)  # which unit is shown does not matter
    return float(judge(x.signals, any_length, scorer).credit @ x.weights)


def by_folds(labelled: list[Labelled], folds: int = 4) -> FloatArray:
    """What each answer earns from weights that never saw its question."""
    questions = sorted({x.question for x in labelled})
    out = np.zeros(len(labelled), dtype=np.float32)
    for fold in range(folds):
        aside = set(questions[fold::folds])
        scorer = fit([x for x in labelled if x.question not in aside])
        for index, x in enumerate(labelled):
            if x.question in aside:
                out[index] = earned(scorer, x)
    return out


def with_map(scorer: Scorer, labelled: list[Labelled], held_out: FloatArray) -> Scorer:
    """The scorer with the map whose edges of bands misplace the fewest labelled answers."""
    inside = np.array([earned(scorer, x) for x in labelled])
    typical = 0.5 * (inside + held_out)
    by_band = {
        band: np.array(
            [
                v
                for v, x in zip(typical, labelled, strict=True)
                if x.band is band and x.kind != "twin"
            ]
        )
        for band in Band
    }
    fair = edge(by_band[Band.POOR], by_band[Band.FAIR])
    good = edge(by_band[Band.FAIR], by_band[Band.GOOD])
    excellent = edge(by_band[Band.GOOD], by_band[Band.EXCELLENT])
    knots = [
        (0.0, 0.0),
        (WEAK_BELOW_FAIR * fair, float(Band.WEAK.floor)),
        (fair, float(Band.FAIR.floor)),
        (good, float(Band.GOOD.floor)),
        (excellent, float(Band.EXCELLENT.floor)),
        (1.0, 100.0),
    ]
    return dataclasses.replace(
        scorer,
        score_from=np.array([k[0] for k in knots], np.float32),
        score_to=np.array([k[1] for k in knots], np.float32),
    )


def with_uncertainty(scorer: Scorer, labelled: list[Labelled], held_out: FloatArray) -> Scorer:
    """The scorer with the error that two of three answers stayed within, their question new.

    Written answers carry a person's score; where there are none, bands stand for theirs. Excellent
    answers turned round claim by claim are left out: they test the grader, no candidate types them.
    """
    every = list(zip(held_out.tolist(), labelled, strict=True))
    written = [(v, x) for v, x in every if "written" in x.kind and x.kind != "written flipped"]
    judged = written or [(v, x) for v, x in every if x.band is not None]
    given = np.array(
        [score(np.array([v], np.float32), np.ones(1, np.float32), scorer) for v, _ in judged]
    )
    wanted = np.array([100.0 * x.worth for _, x in judged])
    error_from, error_to = stated_error(given, wanted)
    return dataclasses.replace(scorer, error_from=error_from, error_to=error_to)


def with_contradicted(scorer: Scorer, labelled: list[Labelled]) -> Scorer:
    """The scorer that calls at most one point in fifty of right answers contradicted."""
    right = tuple(f"written {kind}" for kind in (*GOOD, "half"))
    alarms = np.concatenate(
        [
            np.where(judged.credit < scorer.covered, judged.contradiction, 0.0)
            for judged in (
                judge(x.signals, np.zeros(len(x.signals), np.int32), scorer)
                for x in labelled
                if x.kind in right
            )
        ]
    )
    return dataclasses.replace(
        scorer, contradicted=round(max(0.5, float(np.quantile(alarms, 0.98))), 3)
    )


def edge(lower: FloatArray, upper: FloatArray) -> float:
    """The value that has the fewest of ``lower`` above it and of ``upper`` below it."""
    every = np.sort(np.concatenate([lower, upper]))
    between = (every[1:] + every[:-1]) / 2
    missed = np.array([(lower >= at).sum() + (upper < at).sum() for at in between])
    return float(np.median(between[missed == missed.min()]))


def figures_of(labelled: list[Labelled], held_out: FloatArray) -> dict[str, object]:
    """Mean share earned per kind of text, each from weights that never saw its question."""
    kinds: dict[str, list[float]] = {}
    for value, x in zip(held_out.tolist(), labelled, strict=True):
        kinds.setdefault(x.kind, []).append(value)
    return {
        "held_out_mean_credit": {k: round(float(np.mean(v)), 3) for k, v in sorted(kinds.items())}
    }


if __name__ == "__main__":
    sys.exit(main())
