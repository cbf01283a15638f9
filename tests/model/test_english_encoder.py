"""The English encoder beside the default one: grading where only a reference is known."""

from pathlib import Path

import pytest

from mockint.app.marking import Marker, Paper
from mockint.domain.answer import Answer
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.grading.derive import derive
from mockint.grading.encoders.base import Encoder
from mockint.grading.encoders.choose import E5_NAME, MINILM_NAME, english_beside
from mockint.grading.encoders.sentence import SentenceEncoder
from mockint.grading.grader import RubricGrader

pytestmark = pytest.mark.model

PROMPT = "How does LoRA train a model?"
REFERENCE = (
    "The pre-trained weights stay frozen. Only two small low-rank matrices beside them are trained."
)
ANSWERS = (
    "you freeze the base model and train just two little low rank matrices next to it",
    "The original weights are not updated; a pair of low-rank matrices learns instead.",
    "The weights are converted to four bits and stay on the CPU.",
    "bananas are yellow and grow in warm countries",
)


def forgetful() -> Encoder:
    """The English encoder, as it starts: it remembers no text."""
    found = english_beside(E5_NAME)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def english() -> Encoder:
    """The English encoder."""
    return forgetful()


def test_the_same_bytes_alone_and_together(english: Encoder) -> None:
    """What else is encoded with a text changes nothing of it."""
    together = english.encode([*ANSWERS, REFERENCE, PROMPT])
    alone = forgetful().encode([ANSWERS[1]])[0]
    assert alone.vector.tobytes() == together[1].vector.tobytes()
    assert alone.states.tobytes() == together[1].states.tobytes()


def test_a_reference_alone_orders_answers(
    encoder: SentenceEncoder, english: Encoder, tmp_path: Path
) -> None:
    """Right answers in other words stand above wrong ones; in a batch they get the same grades."""
    answers = tuple(Answer(text, Language.EN) for text in ANSWERS)
    grader = RubricGrader(encoder, english=english)
    question, rubric = derive(PROMPT, REFERENCE)
    grades = [grader.grade(question, rubric, answer) for answer in answers]
    assert min(g.score for g in grades[:2]) > max(g.score for g in grades[2:])
    marker = Marker(encoder, tmp_path, english)
    marks = marker.mark((Paper((PROMPT, REFERENCE), answers),))
    assert [mark for mark in marks if isinstance(mark, Grade)] == grades
    assert english.name == MINILM_NAME
