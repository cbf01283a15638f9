"""What is asked."""

from dataclasses import dataclass
from enum import StrEnum

from mockint.domain.language import Bilingual


class Level(StrEnum):
    """The seniority a question is fair for, lowest first."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class Kind(StrEnum):
    """What a question asks the candidate to do."""

    CONCEPT = "concept"
    COMPARISON = "comparison"
    DERIVATION = "derivation"
    ESTIMATION = "estimation"
    DEBUGGING = "debugging"
    DESIGN = "design"
    BEHAVIOURAL = "behavioural"


@dataclass(frozen=True, slots=True)
class Source:
    """A paper or a page of documentation that an answer rests on.

    Attributes:
        title: Its title, as printed.
        where: What finds it: an arXiv number, a DOI, the documentation's address.
    """

    title: str
    where: str


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """What a list of questions shows and a draw needs; cheap to load by the thousand."""

    id: str
    topic: str
    level: Level
    kind: Kind
    minutes: float
    prompt: Bilingual
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One interview question.

    Attributes:
        id: Unique in the bank; the name of its two files.
        topic: The folder it lies in.
        level: The seniority it is fair for.
        kind: What it asks the candidate to do.
        minutes: The time a good answer takes to type.
        prompt: The question, as an interviewer says it (Markdown).
        reference: What a very good candidate answers in that time.
        hints: From vague to telling.
        follow_ups: Questions an interviewer may add.
        sources: What the reference answer rests on.
        covers: Ids of questions that this one answers as well.
    """

    id: str
    topic: str
    level: Level
    kind: Kind
    minutes: float
    prompt: Bilingual
    reference: Bilingual
    hints: tuple[Bilingual, ...] = ()
    follow_ups: tuple[Bilingual, ...] = ()
    sources: tuple[Source, ...] = ()
    covers: tuple[str, ...] = ()

    @property
    def summary(self) -> QuestionSummary:
        """The part that lists show."""
        return QuestionSummary(
            self.id, self.topic, self.level, self.kind, self.minutes, self.prompt, self.covers
        )
