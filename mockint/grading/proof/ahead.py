"""All that proving a question will ask an encoder for, so that it can be computed in one go."""

from collections.abc import Iterator

from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.polarity import without_contrast
from mockint.grading.proof.answers import trials
from mockint.grading.text import clauses, fold, sentences


def texts_ahead(question: Question, rubric: Rubric, other: Question | None) -> tuple[str, ...]:
    """Sentences of the answers and wordings of the claims, as the grader compares them.

    One text more or less changes no grade: it costs time. An encoder takes half as long for many
    texts at once as for a few at a time.
    """
    ahead = (*_claims(question, rubric), *_sentences(question, rubric, other))
    return tuple(dict.fromkeys(ahead))


def _claims(question: Question, rubric: Rubric) -> Iterator[str]:
    for text in question.reference.both():
        for unit in sentences(fold(text).text):
            yield from (unit.text, *(piece.text for piece in clauses(unit, shortest=5)))
    for point in rubric.points:
        for form in (point.statement, *point.paraphrases, point.twin):
            yield from (fold(text).text for text in form.both() if text)


def _sentences(question: Question, rubric: Rubric, other: Question | None) -> Iterator[str]:
    for language in Language:
        for trial in trials(question, rubric, other, language):
            for unit in sentences(fold(trial.text).text):
                yield without_contrast(unit.text)
