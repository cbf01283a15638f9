"""Fits the grader's weights on the bank's own labelled texts and writes them as data.

    python scripts/fit_grader.py                     # a quarter of an hour on two cores
    python scripts/fit_grader.py --reference-only    # weights for questions without a rubric

Labelled are: reference answers, sample answers with their bands, paraphrases (measured with the
paraphrase itself left out of the rubric), twins, twins in a row, and reference answers of other
questions. For grading by a reference alone, key points are derived from the reference and the same
answers are labelled. The weights of the map and of the networks come from these alone; the figures
stored beside them are of folds that keep a question on one side.
"""

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from mockint.app.locations import encoder_cache, shipped_bank
from mockint.content.bank import open_bank
from mockint.domain.grade import Band
from mockint.domain.language import Language
from mockint.domain.ports import Bank
from mockint.grading.calibration import to_data
from mockint.grading.claims import ReadRubric, read_rubric
from mockint.grading.derive import derive
from mockint.grading.encoders.base import Encoder, FloatArray
from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.scoring import Scorer, judge
from mockint.grading.signals import measure, read_answer

WORTH = {Band.EXCELLENT: 0.95, Band.GOOD: 0.75, Band.FAIR: 0.5, Band.WEAK: 0.28, Band.POOR: 0.02}
"""Share of the rubric's weight that an answer of each band earns."""

OUT = Path(__file__).parent.parent / "mockint" / "grading" / "calibration"


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer with what it is worth.

    Attributes:
        question: The question it answers.
        kind: Where it comes from.
        band: The band it must get; None where only its points are labelled.
        worth: Share of the rubric's weight it earns, 0 to 1.
        points: Per point 1 made, 0 not made, -1 said the other way round, 9 unknown.
        signals: Shape (units, points, columns).
        weights: Shape (points,).
        importance: Its weight in the fit.
    """

    question: str
    kind: str
    band: Band | None
    worth: float
    points: tuple[int, ...]
    signals: FloatArray
    weights: FloatArray
    importance: float


def main() -> int:
    """Measure, fit by folds for the figures, fit on everything, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="where to write (default: into the package)")
    parser.add_argument("--reference-only", action="store_true", help="fit for derived rubrics")
    parser.add_argument("--members", type=int, default=3, help="networks to average")
    parser.add_argument("--every", type=int, default=1, help="use every Nth question only")
    asked = parser.parse_args()
    started = time.monotonic()
    ids = [summary.id for summary in bank().summaries()][:: asked.every]
    with ProcessPoolExecutor(2) as pool:
        measured = derived_share if asked.reference_only else measured_share
        labelled = [x for part in pool.map(measured, (ids[0::2], ids[1::2])) for x in part]
    taken = time.monotonic() - started
    print(f"measured {len(labelled)} texts of {len(ids)} questions in {taken:.0f} s")
    held_out = by_folds(labelled)
    figures = figures_of(labelled, held_out) | {"questions": len(ids), "texts": len(labelled)}
    scorer = with_map(fit(labelled, asked.members), labelled, held_out)
    out = asked.out or OUT / ("reference.json" if asked.reference_only else "default.json")
    out.write_text(json.dumps(to_data(scorer, figures), indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))
    return 0


def bank() -> Bank:
    """The shipped bank, read without a cache."""
    return open_bank([shipped_bank()], None)


def measured_share(ids: list[str]) -> list[Labelled]:
    """All labelled texts of some questions."""
    encoder = choose_encoder("default", encoder_cache()).load()
    questions = bank()
    everyone = [summary.id for summary in questions.summaries()]
    found: list[Labelled] = []
    for question_id in ids:
        found.extend(labelled_texts(question_id, everyone, questions, encoder))
    return found


def labelled_texts(
    question_id: str, everyone: list[str], questions: Bank, encoder: Encoder
) -> Iterator[Labelled]:
    """Everything the bank says about what answers to one question are worth."""
    question, rubric = questions.question(question_id), questions.rubric(question_id)
    read = read_rubric(question, rubric, encoder)
    weights = np.array([point.weight for point in read.points], dtype=np.float32)
    count = len(weights)
    other = everyone[(everyone.index(question_id) + len(everyone) // 3) % len(everyone)]

    def label(
        text: str, kind: str, worth: float, points: tuple[int, ...], importance: float,
        band: Band | None = None, against: ReadRubric = read,
    ) -> Labelled:  # fmt: skip
        signals = measure(read_answer(text, encoder), against).points
        return Labelled(question_id, kind, band, worth, points, signals, weights, importance)

    for language in Language:
        yield label(
            question.reference[language], "reference", 0.98, (1,) * count, 2.0, Band.EXCELLENT
        )
        poor = 0
        for sample in rubric.samples:
            poor += sample.band is Band.POOR
            made = {Band.EXCELLENT: 1, Band.POOR: 0 if poor == 1 else -1}.get(sample.band, 9)
            yield label(
                sample.text[language], f"{sample.band}{poor or ''}", WORTH[sample.band],
                (made,) * count, 2.0, sample.band,
            )  # fmt: skip
        yield label(
            questions.question(other).reference[language],
            "other",
            0.0,
            (0,) * count,
            1.0,
            Band.POOR,
        )
        yield label(
            " ".join(p.twin[language] for p in rubric.points),
            "twins",
            0.0,
            (-1,) * count,
            1.0,
            Band.POOR,
        )
        for index, point in enumerate(rubric.points):
            alone = tuple(-1 if i == index else 9 for i in range(count))
            yield label(point.twin[language], "twin", 0.02, alone, 0.5, Band.POOR)
            for paraphrase in point.paraphrases:
                made_one = tuple(1 if i == index else 9 for i in range(count))
                yield label(
                    paraphrase[language], "paraphrase", float(weights[index]), made_one, 0.3,
                    against=_without(read, index, paraphrase[language]),
                )  # fmt: skip


def derived_share(ids: list[str]) -> list[Labelled]:
    """Labelled answers to some questions, each against key points derived from the reference."""
    encoder = choose_encoder("default", encoder_cache()).load()
    questions = bank()
    everyone = [summary.id for summary in questions.summaries()]
    found: list[Labelled] = []
    for question_id in ids:
        question, rubric = questions.question(question_id), questions.rubric(question_id)
        other = everyone[(everyone.index(question_id) + len(everyone) // 3) % len(everyone)]
        for language in Language:
            read = read_rubric(
                *derive(question.prompt[language], question.reference[language]), encoder
            )
            texts = [
                (f"{sample.band}{number}", sample.text[language], sample.band)
                for number, sample in enumerate(rubric.samples)
            ]
            texts.append(("reference", question.reference[language], Band.EXCELLENT))
            texts.append(("other", questions.question(other).reference[language], Band.POOR))
            twins = " ".join(point.twin[language] for point in rubric.points)
            texts.append(("twins", twins, Band.POOR))
            for kind, text, band in texts:
                found.append(_derived(question_id, kind, text, band, read, encoder))
    return found


def _derived(
    question: str, kind: str, text: str, band: Band, read: ReadRubric, encoder: Encoder
) -> Labelled:
    weights = np.array([point.weight for point in read.points], dtype=np.float32)
    label = {"reference": 1, "other": 0}.get(kind, 9)
    signals = measure(read_answer(text, encoder), read).points
    points = (label,) * len(weights)
    return Labelled(question, kind, band, WORTH[band], points, signals, weights, 2.0)


def _without(read: ReadRubric, index: int, text: str) -> ReadRubric:
    point = read.points[index]
    kept = tuple(claim for claim in point.true if claim.text.strip() != text.strip())
    points = list(read.points)
    points[index] = dataclasses.replace(point, true=kept)
    return dataclasses.replace(read, points=tuple(points))


def fit(labelled: list[Labelled], members: int = 1, hidden: int = 16) -> Scorer:
    """Networks fitted to worth and point labels; the map is left straight."""
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
        covered=0.6, partial=0.3, contradicted=0.5,
    )  # fmt: skip


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
    steps = 300
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
            (soft(-support) * made).sum()
            + 0.5 * (soft(support) * missed).sum()
            + 0.3 * (soft(against) * (made | missed)).sum()
            + (soft(torch.minimum(support, -against)) * denied).sum()
        ) / (mark != 9).sum()
        loss = 3.0 * (importance * (earned - worth) ** 2).mean() + 0.3 * by_point
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net


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
    """The scorer with the map that puts each band's typical answer in the middle of its band."""
    inside = np.array([earned(scorer, x) for x in labelled])
    typical = 0.5 * (inside + held_out)
    knots = [(0.0, 0.0)]
    for band, score in (
        (Band.POOR, 7.0),
        (Band.FAIR, 52.0),
        (Band.GOOD, 74.0),
        (Band.EXCELLENT, 95.0),
    ):
        of_band = [v for v, x in zip(typical, labelled, strict=True) if x.band is band]
        knots.append((max(float(np.median(of_band)), knots[-1][0] + 0.01), score))
    knots.append((1.0, 100.0))
    return dataclasses.replace(
        scorer,
        score_from=np.array([k[0] for k in knots], np.float32),
        score_to=np.array([k[1] for k in knots], np.float32),
    )


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
