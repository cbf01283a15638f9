"""Answers that people graded: CSV files to values."""

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mockint.domain.errors import ContentError

COLUMNS = ("qid", "question", "reference_answer", "student_answer", "score", "max_score")
"""Columns that every set has; ``label``, ``score_1``, ``score_2`` and ``rubric`` may be missing."""

_LONGEST_FIELD = 1024 * 1024
_MOST_REFERENCES = 6

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HumanAnswer:
    """One graded answer.

    Attributes:
        question: Id of the question: answers to one question are never split.
        prompt: The question.
        references: Right answers, at least one.
        text: The answer.
        score: What people gave, 0 to ``most``.
        most: The best possible score, above 0.
        label: What people called it; empty where they did not.
        raters: What each of two people gave; empty where not known.
    """

    question: str
    prompt: str
    references: tuple[str, ...]
    text: str
    score: float
    most: float
    label: str = ""
    raters: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class HumanSet:
    """A set of graded answers.

    Attributes:
        name: The file's name without its ending.
        answers: In the order of the file.
    """

    name: str
    answers: tuple[HumanAnswer, ...]

    @property
    def questions(self) -> npt.NDArray[np.str_]:
        """The question of each answer, shape (n,)."""
        return np.array([answer.question for answer in self.answers])

    @property
    def grades(self) -> Numbers:
        """What people gave, 0 to 1, shape (n,)."""
        return np.array([answer.score / answer.most for answer in self.answers])

    @property
    def scale(self) -> float:
        """The best possible score where all answers share one, else 1."""
        found = {answer.most for answer in self.answers}
        return found.pop() if len(found) == 1 else 1.0


def read_set(path: Path) -> HumanSet:
    """The set in a CSV file; rows without an answer count as graded answers of no words.

    Raises:
        ContentError: The file cannot be read, or a row is not of the form.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            missing = set(COLUMNS) - set(rows.fieldnames or ())
            if missing:
                raise ContentError(f"{path}: no column {', '.join(sorted(missing))}.")
            answers = tuple(_answer(row, f"{path}:{rows.line_num}") for row in rows)
    except OSError as error:
        raise ContentError(f"{path}: cannot be read ({error.strerror}).") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContentError(f"{path}: not a CSV file in UTF-8 ({error}).") from error
    if not answers:
        raise ContentError(f"{path}: has no answers.")
    return HumanSet(path.stem, answers)


def _answer(row: dict[str, str | None], place: str) -> HumanAnswer:
    score, most = _number(row, "score", place), _number(row, "max_score", place)
    if not 0.0 <= score <= most or most <= 0.0:
        raise ContentError(f"{place}: the score {score:g} is not from 0 to {most:g}.")
    raters = [row.get(name) or "" for name in ("score_1", "score_2")]
    return HumanAnswer(
        question=row["qid"] or "",
        prompt=row["question"] or "",
        references=_references(row),
        text=row["student_answer"] or "",
        score=score,
        most=most,
        label=(row.get("label") or "").casefold(),
        raters=tuple(_number(row, f"score_{n}", place) for n in (1, 2)) if all(raters) else (),
    )


def _number(row: dict[str, str | None], column: str, place: str) -> float:
    try:
        value = float(row[column] or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ContentError(f"{place}: {column} is not a number.")
    return value


def _references(row: dict[str, str | None]) -> tuple[str, ...]:
    """The reference answer and, where ``rubric`` is a list of further ones, those."""
    found = [row["reference_answer"] or ""]
    try:
        further = json.loads(row.get("rubric") or "[]")
    except ValueError:
        further = []
    if isinstance(further, list):
        found.extend(text for text in further if isinstance(text, str))
    return tuple(dict.fromkeys(found))[:_MOST_REFERENCES]
