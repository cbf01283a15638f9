"""What happens behind the screens, as small facts."""

from dataclasses import dataclass

from textual.message import Message

from mockint.domain.ports import GraderStatus
from mockint.domain.session import AnswerRecord


@dataclass
class GraderChanged(Message, bubble=False):
    """The grading process moved on.

    Attributes:
        status: What it is doing now.
    """

    status: GraderStatus

    def can_replace(self, message: Message) -> bool:
        """Only the newest status matters."""
        return isinstance(message, GraderChanged)


@dataclass
class AnswerGraded(Message, bubble=False):
    """An answer of the running session got its grade.

    Attributes:
        record: The answer with its grade.
    """

    record: AnswerRecord


@dataclass
class GradingRested(Message, bubble=False):
    """A round of grading is over: everything is graded, or what is not has a reason.

    Attributes:
        session_id: The session graded; empty where sessions of earlier runs were.
    """

    session_id: str


@dataclass
class PlanChosen(Message):
    """A choice in a row of choices changed."""
