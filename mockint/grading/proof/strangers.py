"""Which other question's answer must count for nothing."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.lexical import content_words
from mockint.grading.text import fold


def strangers(
    asked: Sequence[tuple[Question, Rubric]], pool: Sequence[Question]
) -> Mapping[str, Question]:
    """For each question one on something else, by the question's id.

    Questions of neighbouring topics may rightly share a claim, so only the quarter of those on
    other topics is eligible whose reference answers have the fewest content words of the key
    points in them. Which one of these it is, a hash of the two ids decides: not always the few
    that stand farthest from everything, and the same in every run.

    Args:
        asked: The questions, with their rubrics.
        pool: Where strangers may come from; it may hold the questions themselves.

    Returns:
        Nothing for a question where the pool holds no other topic.
    """
    words = {question.id: _words(question.reference.en) for question in pool}
    found: dict[str, Question] = {}
    for question, rubric in asked:
        wanted = _words(" ".join(point.statement.en for point in rubric.points))
        others = [other for other in pool if other.topic != question.topic]
        others.sort(key=lambda other: (len(wanted & words[other.id]), other.id))
        eligible = others[: -(-len(others) // 4)]
        if eligible:
            found[question.id] = min(eligible, key=lambda other: _rank(question.id, other.id))
    return found


def _words(text: str) -> frozenset[str]:
    return frozenset(content_words(fold(text).text))


def _rank(question_id: str, other_id: str) -> bytes:
    return sha256(f"{question_id}\n{other_id}".encode()).digest()
