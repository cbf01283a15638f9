"""What a good answer to a question says, claim by claim."""

from dataclasses import dataclass

from mockint.domain.grade import Band
from mockint.domain.language import Bilingual


@dataclass(frozen=True, slots=True)
class Keyword:
    """A term of a key point with its aliases, the usual form first, per language."""

    en: tuple[str, ...]
    zh: tuple[str, ...]

    def forms(self) -> tuple[str, ...]:
        """Every form, English before Chinese: candidates mix the two."""
        return self.en + self.zh


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One claim that can be true or false on its own.

    Attributes:
        id: Unique in its rubric.
        weight: Its share of the score, relative to the other points.
        statement: The claim.
        paraphrases: The same claim in other words.
        twin: The claim made false, the way people get it wrong.
        keywords: The terms that an answer making the claim can hardly avoid.
        probe: The follow-up to ask when the claim is missing.
    """

    id: str
    weight: float
    statement: Bilingual
    paraphrases: tuple[Bilingual, ...]
    twin: Bilingual
    keywords: tuple[Keyword, ...]
    probe: Bilingual


@dataclass(frozen=True, slots=True)
class Misconception:
    """A false belief that circulates about the question, and what is true instead."""

    id: str
    statement: Bilingual
    correction: Bilingual
    source: str = ""


@dataclass(frozen=True, slots=True)
class SampleAnswer:
    """An answer somebody might type, with the band it must get."""

    band: Band
    text: Bilingual


@dataclass(frozen=True, slots=True)
class Rubric:
    """The key points, misconceptions and sample answers of one question."""

    question_id: str
    points: tuple[KeyPoint, ...]
    misconceptions: tuple[Misconception, ...] = ()
    samples: tuple[SampleAnswer, ...] = ()
