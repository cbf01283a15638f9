"""Latency of one grade, warm: an answer of about 120 words against a rubric of 6 points.

    python benchmarks/latency.py [--rounds 50] [--most 1.5]

Beside it stands what the encoder alone needs for the answer's sentences; both are measured in turn
in the same run, on answers that differ in a word so that nothing is remembered. Prints the medians
in milliseconds, where the rest of a grade goes, and their ratio; exits 1 where it is above --most.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from mockint.app import locations
from mockint.content.bank import open_bank
from mockint.domain.answer import Answer
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.claims import read_rubric
from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.encoders.kept import KeptEncoder
from mockint.grading.grader import RubricGrader
from mockint.grading.signals import answer_texts, measure, read_answer

_WORDS = 120


def main() -> int:
    """Measure and print; 1 where a grade takes too long."""
    options = _options()
    choice = choose_encoder("default", locations.encoder_cache())
    encoder = choice.load()
    bank = KeptEncoder(encoder, locations.vector_cache())
    grader = RubricGrader(encoder, bank=bank)
    question, rubric = _asked(options.points)
    read = read_rubric(question, rubric, bank)
    texts = [_answer(question, number) for number in range(3 * options.rounds + 3)]
    for text in texts[-3:]:
        grader.grade(question, rubric, Answer(text, Language.EN))
    alone, whole, measuring = [], [], []
    for number in range(options.rounds):
        one, two, three = texts[3 * number : 3 * number + 3]
        alone.append(_seconds(lambda: encoder.encode(answer_texts(one))))  # noqa: B023 - called at once
        whole.append(_seconds(lambda: grader.grade(question, rubric, Answer(two, Language.EN))))  # noqa: B023 - likewise
        answer = read_answer(three, encoder)
        measuring.append(_seconds(lambda: measure(answer, read)))  # noqa: B023 - likewise
    return _report(options, question, rubric, (alone, whole, measuring))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--points", type=int, default=6)
    parser.add_argument("--most", type=float, default=1.5)
    return parser.parse_args()


def _asked(points: int) -> tuple[Question, Rubric]:
    """The first question with so many points, misconceptions and a long enough reference."""
    bank = open_bank([locations.shipped_bank()], locations.content_cache())
    for summary in bank.summaries():
        rubric, question = bank.rubric(summary.id), bank.question(summary.id)
        if len(rubric.points) == points and len(question.reference.en.split()) >= _WORDS:
            return question, rubric
    sys.exit(f"no question with {points} points and {_WORDS} words")


def _answer(question: Question, number: int) -> str:
    """The first words of the reference, in every sentence a word that no other answer has."""
    words = question.reference.en.split()[:_WORDS]
    return " ".join(f"{word[:-1]} v{number}." if word.endswith(".") else word for word in words)


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _report(
    options: argparse.Namespace,
    question: Question,
    rubric: Rubric,
    times: tuple[list[float], list[float], list[float]],
) -> int:
    alone, whole, measuring = (1000 * statistics.median(found) for found in times)
    ratio = whole / alone
    print(
        f"{question.id}: {len(rubric.points)} points, {len(rubric.misconceptions)} misconceptions, "
        f"median of {options.rounds}"
    )
    print(f"encoder alone     {alone:7.1f} ms")
    print(f"signals           {measuring:7.1f} ms")
    print(
        f"whole grade       {whole:7.1f} ms = {ratio:.2f} times the encoder (most {options.most})"
    )
    return int(ratio > options.most)


if __name__ == "__main__":
    sys.exit(main())
