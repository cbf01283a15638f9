"""An interview or a drill, as a value that grows answer by answer."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.question import Level


class Mode(StrEnum):
    """How questions are asked."""

    INTERVIEW = "interview"
    DRILL = "drill"


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    TIMED_OUT = "timed-out"
    SKIPPED = "skipped"
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a session asks for.

    Attributes:
        mode: Interview (timed, graded at the end) or drill (graded at once).
        language: The language of prompts and answers.
        topics: Topics to draw from; empty means all.
        level: Level to draw from; None means all.
        count: How many questions.
        minutes: Time for the whole session; None means no limit.
        seed: Same seed, same bank, same plan: same questions.
    """

    mode: Mode
    language: Language = Language.EN
    topics: tuple[str, ...] = ()
    level: Level | None = None
    count: int = 5
    minutes: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class AnswerRecord:
    """One question of a session and what came of it.

    Attributes:
        position: 0 for the first question.
        question_id: The question asked.
        prompt: It as shown, so that a transcript survives a change of the bank.
        text: The answer exactly as typed.
        language: The language it was asked for in.
        outcome: How the question ended.
        seconds: Time spent on it.
        submitted_at: When it ended (UTC).
        flagged: Whether the candidate marked it for review.
        hints_used: How many hints were shown.
        grade: None while it waits for the grader, and for ever where nothing was typed.
    """

    position: int
    question_id: str
    prompt: str
    text: str
    language: Language
    outcome: Outcome
    seconds: float
    submitted_at: datetime
    flagged: bool = False
    hints_used: int = 0
    grade: Grade | None = None

    @property
    def awaits_grade(self) -> bool:
        """Whether there are words that no grader has read yet."""
        return self.grade is None and bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class Draft:
    """The answer being typed, as last saved."""

    text: str = ""
    flagged: bool = False
    hints_used: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionState:
    """A session at one moment.

    Attributes:
        id: Unique, sortable by start.
        plan: What was asked for.
        question_ids: The questions drawn, in order.
        topics: The topic of each, in the same order.
        started_at: When it began (UTC).
        records: One per question that has ended, in order.
        draft: The answer being typed to question number ``len(records)``.
        elapsed: Seconds on the session clock up to the last saved moment.
        finished_at: None while it runs.
    """

    id: str
    plan: Plan
    question_ids: tuple[str, ...]
    topics: tuple[str, ...]
    started_at: datetime
    records: tuple[AnswerRecord, ...] = ()
    draft: Draft = Draft()
    elapsed: float = 0.0
    finished_at: datetime | None = None

    @property
    def position(self) -> int:
        """Number of the question now asked, 0 for the first."""
        return len(self.records)

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to ask."""
        return self.finished_at is not None

    @property
    def current_question_id(self) -> str | None:
        """The question now asked; None when the session is over."""
        if self.is_over or self.position >= len(self.question_ids):
            return None
        return self.question_ids[self.position]

    @property
    def score(self) -> float | None:
        """Mean over the questions asked, 0 to 100; None while any grade is outstanding.

        A question skipped, timed out with nothing typed, or (in an interview) not reached counts 0:
        leaving early must not flatter.
        """
        counted = [r for r in self.records if self._counts(r)]
        if not counted or any(r.awaits_grade for r in counted):
            return None
        return sum(r.grade.score if r.grade else 0.0 for r in counted) / len(counted)

    def _counts(self, record: AnswerRecord) -> bool:
        return self.plan.mode is Mode.INTERVIEW or record.outcome is not Outcome.NOT_REACHED


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """One line of the list of past sessions.

    Attributes:
        id: The session's id.
        mode: Interview or drill.
        language: The language it was held in.
        started_at: When it began (UTC).
        finished_at: None while it can be resumed.
        topics: Topics of its questions, each once, in order of appearance.
        asked: How many questions were drawn.
        answered: How many got words.
        ungraded: How many still wait for the grader.
        score: The session's score, None while any grade is outstanding.
        elapsed: Seconds on its clock.
    """

    id: str
    mode: Mode
    language: Language
    started_at: datetime
    finished_at: datetime | None
    topics: tuple[str, ...]
    asked: int
    answered: int
    ungraded: int
    score: float | None
    elapsed: float


@dataclass(frozen=True, slots=True)
class TopicMastery:
    """How well a topic is known: the latest grade of each of its questions, averaged."""

    topic: str
    questions_answered: int
    score: float
