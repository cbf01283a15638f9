"""How time is counted: budgets, what is left, and when it gets urgent. Everything in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mockint.domain.session import Mode, Plan

MAX_GAP = 60.0
"""The most that the time between two looks at the clock can count.

Clocks are looked at several times a second, so a longer gap means that the machine slept or the
program was stopped. Counting none of it would make stopping the program a free pause; counting all
of it would end an interview because a lid was closed.
"""


class Urgency(StrEnum):
    """How near the end is."""

    CALM = "calm"
    AMBER = "amber"
    RED = "red"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Clocks:
    """The countdowns of a running session; None where there is no limit.

    Attributes:
        question_left: Seconds left for this question; 0 or less: out of time.
        question_total: Seconds this question was given.
        session_left: Seconds left for the session; 0 or less: out of time.
        session_total: Seconds the session was given.
    """

    question_left: float | None = None
    question_total: float | None = None
    session_left: float | None = None
    session_total: float | None = None

    @property
    def question_urgency(self) -> Urgency:
        """How near the end of the question is."""
        return urgency(self.question_left, self.question_total)

    @property
    def session_urgency(self) -> Urgency:
        """How near the end of the session is."""
        return urgency(self.session_left, self.session_total)


def urgency(left: float | None, total: float | None) -> Urgency:
    """How urgent it is to end.

    Amber from a quarter of the total or one minute on, red from a tenth or 20 seconds on, whichever
    comes later: neither a long session nor a short question turns amber at once.
    """
    if left is None or total is None:
        return Urgency.CALM
    if left <= 0:
        return Urgency.OVER
    if left <= min(total * 0.10, 20.0):
        return Urgency.RED
    if left <= min(total * 0.25, 60.0):
        return Urgency.AMBER
    return Urgency.CALM


def passed(before: float, now: float) -> float:
    """Seconds that count between two readings of a clock: 0 to ``MAX_GAP``, whatever it did."""
    return min(max(now - before, 0.0), MAX_GAP)


def budgets(plan: Plan, minutes: Sequence[float]) -> tuple[float | None, ...]:
    """Seconds for each drawn question; None in a drill, which has no clocks.

    With a session limit the questions share it in proportion to ``minutes``, so that together they
    take exactly the time asked for, be it less or more than they were written for.
    """
    if plan.mode is Mode.DRILL:
        return tuple(None for _ in minutes)
    own = sum(minutes)
    scale = 1.0 if plan.minutes is None or own <= 0 else plan.minutes / own
    return tuple(share * scale * 60.0 for share in minutes)


def session_total(plan: Plan) -> float | None:
    """Seconds for the whole session; None without a limit and in a drill."""
    if plan.mode is Mode.DRILL or plan.minutes is None:
        return None
    return plan.minutes * 60.0


def clocks(plan: Plan, budget: float | None, *, spent: float, elapsed: float) -> Clocks:
    """The countdowns after ``spent`` seconds on a question and ``elapsed`` on the session."""
    total = session_total(plan)
    return Clocks(
        question_left=None if budget is None else budget - spent,
        question_total=budget,
        session_left=None if total is None else total - elapsed,
        session_total=total,
    )
