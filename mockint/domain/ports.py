"""Protocols through which content, session, grading and storage meet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from mockint.domain.answer import Answer
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.question import Question, QuestionSummary
from mockint.domain.rubric import Rubric
from mockint.domain.session import (
    AnswerRecord,
    Draft,
    Mode,
    SessionState,
    SessionSummary,
    TopicMastery,
)


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back, whatever happens to the time of day."""


class Grader(Protocol):
    """Turns an answer into a grade; may take seconds."""

    def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The grade of ``answer``; raises GradingError where there can be none."""


class GraderStage(StrEnum):
    """How far the grading process has come."""

    OFF = "off"
    IMPORTING = "importing"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class GraderStatus:
    """What the grading process is doing.

    Attributes:
        stage: How far it has come.
        encoder: The encoder's name, once known.
        note: A sentence for the person: why it failed, or what a substitute encoder means.
        waiting: Answers handed in and not graded yet.
    """

    stage: GraderStage
    encoder: str = ""
    note: str = ""
    waiting: int = 0


class GradingService(Protocol):
    """A grader in a process of its own; every method belongs to the event loop's thread."""

    @property
    def status(self) -> GraderStatus:
        """What it is doing now."""

    def watch(self, listener: Callable[[GraderStatus], None]) -> Callable[[], None]:
        """Call ``listener`` at every change; returns what stops that."""

    async def start(self) -> None:
        """Start the process; returns at once, the model loads meanwhile."""

    async def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The grade, once the model is ready; survives the process dying once.

        Raises:
            GradingError: There can be no grade; its text says why.
        """

    def stop(self) -> None:
        """Kill the process at once; outstanding answers stay ungraded."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a content file.

    Attributes:
        path: The file, as the person would name it.
        key: Where in the file (``points[2].twin.zh``); empty where the file as a whole is meant.
        reason: What is wrong and what to do.
        line: Line number where the file does not parse, else None.
    """

    path: str
    key: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}:{self.key}: {self.reason}" if self.key else f"{place}: {self.reason}"


class Bank(Protocol):
    """The questions that can be asked."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was left out of the bank, and why."""

    @property
    def size(self) -> int:
        """How many questions there are."""

    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one question, in alphabetical order."""

    def summaries(self) -> tuple[QuestionSummary, ...]:
        """Every question, ordered by topic, then id."""

    def question(self, question_id: str) -> Question:
        """The question of that id, or that covers it; raises ContentError where there is none."""

    def rubric(self, question_id: str) -> Rubric:
        """The rubric of that question; raises ContentError where there is none."""


class SessionStore(Protocol):
    """Where sessions are kept. Raises StorageError, with what to do, when it cannot."""

    def begin(self, state: SessionState) -> None:
        """Save a session that has just been drawn."""

    def save_draft(self, session_id: str, draft: Draft, *, elapsed: float) -> None:
        """Save the answer being typed and the session clock."""

    def save_record(self, session_id: str, record: AnswerRecord, *, elapsed: float) -> None:
        """Save a question that has ended and clear the draft."""

    def save_grade(self, session_id: str, position: int, grade: Grade) -> None:
        """Save the grade of one answer."""

    def finish(self, session_id: str, *, at: datetime, elapsed: float) -> None:
        """Mark a session as over."""

    def discard(self, session_id: str) -> None:
        """Delete a session with everything in it."""

    def session(self, session_id: str) -> SessionState:
        """A session in full."""

    def unfinished(self) -> tuple[SessionState, ...]:
        """Sessions that can be resumed, newest first."""

    def ungraded(self) -> tuple[tuple[str, AnswerRecord], ...]:
        """Session id and record of every answer that waits for a grade, oldest first."""

    def summaries(
        self,
        *,
        text: str = "",
        mode: Mode | None = None,
        language: Language | None = None,
        limit: int | None = None,
    ) -> tuple[SessionSummary, ...]:
        """Sessions, newest first; ``text`` filters on topic, question id, prompt or answer."""

    def mastery(self) -> tuple[TopicMastery, ...]:
        """Per topic, the mean of the latest grade of each question; weakest first."""

    def seen(self) -> Sequence[str]:
        """Question ids ever asked, most recently asked last: what a draw avoids."""

    def close(self) -> None:
        """Release the file."""
