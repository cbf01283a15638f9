"""How fast the grader is beside the encoder it cannot do without."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from mockint.domain.answer import Answer
from mockint.domain.ports import Grader
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.encoders.base import Encoder
from mockint.grading.text import fold, sentences

WORDS = 120
POINTS = 6


def latency(
    asked: tuple[Question, Rubric],
    grader: Grader,
    encoder: Encoder,
    now: Callable[[], float],
    rounds: int = 50,
) -> dict[str, Any]:
    """One answer of 120 words against a rubric of 6 points, warm: median seconds and their ratio.

    Grader and encoder take turns, each at a text that neither has met: what changes from one to
    the next is a number.

    Args:
        asked: A question with a rubric of at least 6 points; the first 6 count.
        grader: The grader.
        encoder: Its encoder.
        now: Seconds since some fixed moment.
        rounds: How many answers.
    """
    question, rubric = asked[0], first_points(asked[1])
    grader.grade(question, rubric, Answer(of_length(question, "warm")))
    whole, alone = [], []
    for number in range(rounds):
        text = of_length(question, f"{2 * number + 1000}")
        started = now()
        grader.grade(question, rubric, Answer(text))
        whole.append(now() - started)
        parts = [u.text for u in sentences(fold(of_length(question, f"{2 * number + 1001}")).text)]
        started = now()
        encoder.encode(parts)
        alone.append(now() - started)
    return {
        "grader_seconds": round(median(whole), 5),
        "encoder_seconds": round(median(alone), 5),
        "ratio": round(median(whole) / median(alone), 3) if median(alone) else None,
        "rounds": rounds,
    }


def first_points(rubric: Rubric) -> Rubric:
    """A rubric of the first six points of another, without misconceptions."""
    return Rubric(rubric.question_id, rubric.points[:POINTS])


def of_length(question: Question, mark: str) -> str:
    """An answer of 120 words, every sentence with the mark in it."""
    parts = [unit.text for unit in sentences(fold(question.reference.en).text)]
    said: list[str] = []
    while len(said) < WORDS:
        for number, part in enumerate(parts):
            said.extend(f"({mark}{number}) {part}".split())
            mark += "0"
    return " ".join(said[:WORDS])


def plain_loop(
    pairs: Sequence[tuple[str, str]], encoder: Encoder, now: Callable[[], float]
) -> float:
    """Lines a second of a loop that encodes reference and answer of every line anew.

    Args:
        pairs: Reference and answer of each line.
        encoder: What encodes them; a number in each text keeps it from remembering.
        now: Seconds since some fixed moment.
    """
    started = now()
    for number, (reference, answer) in enumerate(pairs):
        encoder.encode([f"{reference} {number}"])
        encoder.encode([f"{answer} {number}"])
    taken = now() - started
    return len(pairs) / taken if taken else 0.0
