"""Grades what the bank says about its own questions, on the real grader, and reports what is off.

    python scripts/grade_bank.py [ID …]      # the whole bank: about ten minutes on two cores

For every question and language: the reference scores at least 85, every sample gets its band, every
twin and all twins together score under 25; the prompt echoed, keywords alone (with and without
commas) and the reference of another question score under 20.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from mockint.app.locations import encoder_cache, shipped_bank
from mockint.content.bank import open_bank
from mockint.domain.answer import Answer
from mockint.domain.grade import Band
from mockint.domain.language import Language
from mockint.domain.ports import Bank
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.grader import RubricGrader


class Expectation(NamedTuple):
    """A text and the scores it may get: ``least`` up to but not including ``below``."""

    kind: str
    text: str
    least: float
    below: float


class Outcome(NamedTuple):
    """What became of an expectation."""

    question: str
    language: str
    kind: str
    score: float
    least: float
    below: float

    @property
    def met(self) -> bool:
        """Whether the score is where it should be."""
        return self.least <= self.score < self.below


def expectations(
    question: Question, rubric: Rubric, other: Question, language: Language
) -> Iterator[Expectation]:
    """Everything the bank promises about one question in one language."""
    yield Expectation("reference", question.reference[language], 85, 101)
    for number, sample in enumerate(rubric.samples, start=1):
        least, below = edges(sample.band)
        yield Expectation(f"sample {number}", sample.text[language], least, below)
    for point in rubric.points:
        yield Expectation(f"twin {point.id}", point.twin[language], 0, 25)
    yield Expectation("twins", " ".join(p.twin[language] for p in rubric.points), 0, 25)
    yield Expectation("echo", question.prompt[language], 0, 20)
    terms = [getattr(word, language)[0] for point in rubric.points for word in point.keywords]
    yield Expectation("keywords", ", ".join(terms), 0, 20)
    yield Expectation("keywords, bare", " ".join(terms), 0, 20)
    yield Expectation("other", other.reference[language], 0, 20)


def edges(band: Band) -> tuple[float, float]:
    """The lowest score of a band and that of the band above it."""
    above = [other.floor for other in Band if other.floor > band.floor]
    return band.floor, min(above, default=101)


def grade_share(ids: list[str]) -> list[Outcome]:
    """The outcomes of some questions."""
    grader = RubricGrader(choose_encoder("default", encoder_cache()).load())
    questions = bank()
    everyone = [summary.id for summary in questions.summaries()]
    found = []
    for question_id in ids:
        question, rubric = questions.question(question_id), questions.rubric(question_id)
        other = everyone[(everyone.index(question_id) + len(everyone) // 2) % len(everyone)]
        for language in Language:
            for item in expectations(question, rubric, questions.question(other), language):
                score = grader.grade(question, rubric, Answer(item.text, language)).score
                found.append(
                    Outcome(question_id, language, item.kind, score, item.least, item.below)
                )
    return found


def bank() -> Bank:
    """The shipped bank, read without a cache."""
    return open_bank([shipped_bank()], None)


def main() -> int:
    """Grade everything asked for; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="questions (default: all)")
    ids = parser.parse_args().ids or [summary.id for summary in bank().summaries()]
    with ProcessPoolExecutor(2) as pool:
        outcomes = [x for part in pool.map(grade_share, (ids[0::2], ids[1::2])) for x in part]
    missed = [x for x in outcomes if not x.met]
    for x in missed:
        print(f"{x.question} {x.language} {x.kind}: {x.score} is not in {x.least:g}–{x.below:g}")
    kinds = Counter(x.kind.split()[0].rstrip(",") for x in outcomes)
    off = Counter(x.kind.split()[0].rstrip(",") for x in missed)
    print(", ".join(f"{kind} {count - off[kind]}/{count}" for kind, count in kinds.items()))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
