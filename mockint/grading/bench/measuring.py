"""Answers that people graded, as numbers: what a fit learns from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mockint.grading.bench.sets import HumanAnswer
from mockint.grading.encoders.base import Encoder, FloatArray
from mockint.grading.encoders.remembering import RememberingEncoder
from mockint.grading.likeness import FEATURES, STOPPING, compared
from mockint.grading.reading import Asked, Reader, Reading, in_english, texts_of
from mockint.grading.text import fold, sentences
from mockint.grading.whole import degenerate

Step = Callable[[], None]

_AHEAD = 256
_RECALL, _GRAMS = FEATURES.index("recall"), FEATURES.index("grams3")


@dataclass(frozen=True, slots=True)
class Measured:
    """Answers against their nearest reference.

    Attributes:
        features: As ``compared`` gives them, shape (n, f).
        answers: A vector per answer, shape (n, d), of the English encoder where that has read.
        prompts: Likewise of the question of each, shape (n, d).
    """

    features: FloatArray
    answers: FloatArray
    prompts: FloatArray


def measured(
    answers: Sequence[HumanAnswer], encoder: Encoder, english: Encoder | None, step: Step
) -> Measured:
    """Every answer against its nearest reference.

    Args:
        answers: What to measure, at least one; questions and references that come again are
            encoded once.
        encoder: What gives the vectors.
        english: What gives vectors as well where every reference is English.
        step: Called after each answer.
    """
    if not all(in_english(reference) for reference in _references(answers)):
        english = None
    both = [RememberingEncoder(one) for one in (encoder, english) if one is not None]
    reader = Reader(*both)
    asked: dict[tuple[str, str], Asked] = {}
    rows: list[FloatArray] = []
    said: list[FloatArray] = []
    prompts: list[FloatArray] = []
    for index, answer in enumerate(answers):
        if index % _AHEAD == 0:
            _encode_ahead(both, answers[index : index + _AHEAD])
        keys = [(answer.prompt, reference) for reference in answer.references]
        for key in keys:
            if key not in asked:
                asked[key] = reader.asked(*key)
        # All references answer one question, so the answer is read once for all of them.
        read = reader.answer(answer.text, asked[keys[0]])
        found = (compared(asked[key], read) for key in keys)
        rows.append(max(found, key=lambda row: float(row[_RECALL] + row[_GRAMS])))
        said.append(_vector(read))
        prompts.append(_vector(asked[keys[0]].prompt))
        step()
    return Measured(np.stack(rows), _stacked(said), _stacked(prompts))


def _references(answers: Sequence[HumanAnswer]) -> frozenset[str]:
    return frozenset(reference for answer in answers for reference in answer.references)


def _encode_ahead(encoders: Sequence[RememberingEncoder], answers: Sequence[HumanAnswer]) -> None:
    """Many texts at once take half as long as one after the other."""
    texts = tuple(text for answer in answers for text in texts_of(answer.text))
    for encoder in encoders:
        encoder.forget()
        encoder.encode(texts)


def _vector(reading: Reading) -> FloatArray:
    return (reading.english or reading.plain).vector


def _stacked(vectors: Sequence[FloatArray]) -> FloatArray:
    """Vectors as rows; a text without words, which has a vector of no length, has zeros."""
    length = max(len(vector) for vector in vectors)
    return np.stack([vector if len(vector) else np.zeros(length, np.float32) for vector in vectors])


def stopped(answers: Sequence[HumanAnswer]) -> npt.NDArray[np.bool_]:
    """Which answers have nothing to grade in them, shape (n,)."""
    return np.array([_is_stopped(answer) for answer in answers], dtype=bool)


def _is_stopped(answer: HumanAnswer) -> bool:
    text = fold(answer.text).text
    return degenerate(text, sentences(text), (fold(answer.prompt).text,)) in STOPPING
