"""Answers whose worth is known, measured: what the grader's weights are fitted on."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mockint.app.locations import encoder_cache, shipped_bank
from mockint.content.bank import open_bank
from mockint.domain.grade import Band
from mockint.domain.language import Language
from mockint.domain.ports import Bank
from mockint.grading import whole
from mockint.grading.claims import ReadRubric, read_rubric
from mockint.grading.derive import derive
from mockint.grading.encoders.base import Encoder, FloatArray
from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.proof.answers import half, joined
from mockint.grading.signals import measure, read_answer
from mockint.grading.text import fold, sentences

WORTH = {Band.EXCELLENT: 0.95, Band.GOOD: 0.75, Band.FAIR: 0.5, Band.WEAK: 0.28, Band.POOR: 0.02}
"""Share of the rubric's weight that an answer of each band earns."""

OF_BANK, OF_OTHERS = 4.0, 5.0
"""What a sample answer of the bank, and one written without sight of it, count for in the fit."""

ANSWERS = Path(__file__).parent.parent / "benchmarks" / "adversarial"
READ = ("training", "development")
"""Folders of written answers; what lies in ``held_out`` is for judging the fit, once."""


Numbers = npt.NDArray[np.float64]


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
        text: Which text it is, the same for its version in the other language; empty where there is
            none.
    """

    question: str
    kind: str
    band: Band | None
    worth: float
    points: tuple[int, ...]
    signals: FloatArray
    weights: FloatArray
    importance: float
    text: str = ""


def stated_error(given: Numbers, wanted: Numbers) -> tuple[FloatArray, FloatArray]:
    """Scores, and the error that two of three answers with about that score stayed within.

    Args:
        given: Scores from weights that never saw the question, 0 to 100.
        wanted: What people gave.
    """
    at = np.array([5.0, 20.0, 35.0, 50.0, 65.0, 80.0, 95.0], np.float32)
    off = np.abs(given - wanted)
    error = [np.quantile(off[near(given, place)], 2 / 3) for place in at.tolist()]
    return at, np.round(error).astype(np.float32)


def near(values: Numbers, at: float, *, fewest: int = 120) -> npt.NDArray[np.intp]:
    """Indexes of the values nearest to ``at``: all within 10, and at least ``fewest``."""
    distance = np.abs(values - at)
    order = np.argsort(distance)
    return order[: max(fewest, int((distance <= 10.0).sum()))]


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

    def label(  # noqa: PLR0913 - a label has as many parts
        text: str, kind: str, worth: float, points: tuple[int, ...], importance: float, *,
        band: Band | None = None, against: ReadRubric = read, name: str = "",
    ) -> Labelled:  # fmt: skip
        signals = measure(read_answer(text, encoder), against).points
        return Labelled(question_id, kind, band, worth, points, signals, weights, importance, name)

    for language in Language:
        yield label(
            question.reference[language], "reference", 0.98, (1,) * count, OF_BANK,
            band=Band.EXCELLENT, name=f"{question_id}/reference",
        )  # fmt: skip
        poor = 0
        for number, sample in enumerate(rubric.samples):
            poor += sample.band is Band.POOR
            made = {Band.EXCELLENT: 1, Band.POOR: 0 if poor == 1 else -1}.get(sample.band, 9)
            yield label(
                sample.text[language], f"{sample.band}{poor or ''}", WORTH[sample.band],
                (made,) * count, OF_BANK, band=sample.band, name=f"{question_id}/{number}",
            )  # fmt: skip
        kept = half(rubric.points)
        said = tuple(int(point in kept) for point in rubric.points)
        yield label(
            joined((point.statement[language] for point in kept), language), "half",
            float(weights @ said), said, 2.0,
        )  # fmt: skip
        yield label(
            questions.question(other).reference[language],
            "other",
            0.0,
            (0,) * count,
            2 * OF_BANK,
            band=Band.POOR,
        )
        yield label(
            " ".join(p.twin[language] for p in rubric.points),
            "twins",
            0.0,
            (-1,) * count,
            2.0,
            band=Band.POOR,
        )
        for index, point in enumerate(rubric.points):
            others = [0] * count
            alone, denied = ((*others[:index], mark, *others[index + 1 :]) for mark in (1, -1))
            share = float(weights[index])
            yield label(point.twin[language], "twin", 0.02, denied, 0.7, band=Band.POOR)
            yield label(point.statement[language], "statement", share, alone, 0.3)
            for paraphrase in point.paraphrases:
                yield label(
                    paraphrase[language], "paraphrase", share, alone, 0.3,
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


def written_answers(ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Answers by people who had not seen the rubrics, with a target score; by question."""
    found: dict[str, list[dict[str, Any]]] = {}
    for folder in READ:
        for path in sorted((ANSWERS / folder).glob("*.jsonl")):
            if path.stem in ids:
                lines = path.read_text(encoding="utf-8").splitlines()
                found.setdefault(path.stem, []).extend(map(json.loads, lines))
    return found


def written_share(ids: list[str]) -> list[Labelled]:
    """The written answers to some questions; those that a gate stops teach nothing."""
    encoder = choose_encoder("default", encoder_cache()).load()
    questions = bank()
    found = []
    for question_id, answers in written_answers(ids).items():
        question, rubric = questions.question(question_id), questions.rubric(question_id)
        read = read_rubric(question, rubric, encoder)
        weights = np.array([point.weight for point in read.points], dtype=np.float32)
        asked = tuple(fold(text).text for text in question.prompt.both())
        keywords = tuple(word for point in rubric.points for word in point.keywords)
        for answer in answers:
            folded = fold(answer["answer"]).text
            if whole.degenerate(folded, sentences(folded), asked, keywords):
                continue
            made = -1 if answer["kind"] in ("flipped", "wrong") else 9
            signals = measure(read_answer(answer["answer"], encoder), read).points
            found.append(
                Labelled(
                    question_id, f"written {answer['kind']}", None, answer["target"] / 100,
                    (made,) * len(weights), signals, weights, OF_OTHERS,
                )
            )  # fmt: skip
    return found


def _without(read: ReadRubric, index: int, text: str) -> ReadRubric:
    point = read.points[index]
    kept = tuple(claim for claim in point.true if claim.text.strip() != text.strip())
    points = list(read.points)
    points[index] = dataclasses.replace(point, true=kept)
    return dataclasses.replace(read, points=tuple(points))
