"""Key points for a question that has no rubric: the claims of its reference answer."""

from mockint.domain.errors import GradingError
from mockint.domain.language import Bilingual
from mockint.domain.question import Kind, Level, Question
from mockint.domain.rubric import KeyPoint, Rubric
from mockint.grading.lexical import content_words
from mockint.grading.text import Unit, fold, has_words, sentences

_MOST_POINTS = 12


def derive(prompt: str, reference: str) -> tuple[Question, Rubric]:
    """A question and a rubric with one key point per sentence of the reference.

    Sentences without two content words join the one before; weights follow the square root of
    their number of content words, so that a long sentence counts more, but not by its length. Such
    points have neither twin nor keywords: their margins are 0.

    Args:
        prompt: The question; may be empty.
        reference: A right answer.

    Raises:
        GradingError: The reference has no words to derive a claim from.
    """
    folded = fold(reference).text
    # The number of a list's item is a word, but no claim.
    claims = _merged(sentences(folded)) if has_words(folded) else []
    if not claims:
        raise GradingError("the reference has no words: give a right answer to compare with")
    question = Question(
        "",
        "",
        Level.MID,
        Kind.CONCEPT,
        5.0,
        Bilingual(prompt, prompt),
        Bilingual(reference, reference),
    )
    points = tuple(
        KeyPoint(
            id=f"claim-{number}",
            weight=max(1.0, len(set(content_words(claim)))) ** 0.5,
            statement=Bilingual(claim, claim),
            paraphrases=(),
            twin=Bilingual("", ""),
            keywords=(),
            probe=Bilingual("", ""),
        )
        for number, claim in enumerate(claims, start=1)
    )
    return question, Rubric("", points)


def _merged(units: tuple[Unit, ...]) -> list[str]:
    claims: list[str] = []
    for unit in units:
        if claims and (len(content_words(unit.text)) < 2 or len(claims) >= _MOST_POINTS):
            claims[-1] = f"{claims[-1]} {unit.text}"
        else:
            claims.append(unit.text)
    return claims
