import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.session import Mode, Plan
from mockint.session.timing import (
    MAX_GAP,
    Urgency,
    budgets,
    clocks,
    passed,
    session_total,
    urgency,
)

ORDER = list(Urgency)
seconds = st.floats(-1e9, 1e9)


@pytest.mark.parametrize(
    ("left", "total", "expected"),
    [
        (600.0, 600.0, Urgency.CALM),
        (60.1, 600.0, Urgency.CALM),
        (60.0, 600.0, Urgency.AMBER),
        (20.1, 600.0, Urgency.AMBER),
        (20.0, 600.0, Urgency.RED),
        (25.0, 100.0, Urgency.AMBER),
        (25.1, 100.0, Urgency.CALM),
        (10.0, 100.0, Urgency.RED),
        (10.1, 100.0, Urgency.AMBER),
        (0.1, 100.0, Urgency.RED),
        (0.0, 100.0, Urgency.OVER),
        (-5.0, 100.0, Urgency.OVER),
        (None, None, Urgency.CALM),
    ],
)
def test_urgency_thresholds(left: float | None, total: float | None, expected: Urgency) -> None:
    """Amber at 25 % or 60 s, red at 10 % or 20 s, whichever is less; over at nothing left."""
    assert urgency(left, total) is expected


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e6))
def test_urgency_never_calms_down(one: float, other: float, total: float) -> None:
    """With less time left it is never less urgent."""
    less, more = sorted((one, other))

    assert ORDER.index(urgency(less, total)) >= ORDER.index(urgency(more, total))


@given(seconds, seconds)
def test_a_gap_counts_between_nothing_and_a_minute(before: float, now: float) -> None:
    """A clock that jumps back costs nothing; a sleep costs at most a minute."""
    gap = passed(before, now)

    assert 0.0 <= gap <= MAX_GAP
    if 0 <= now - before <= MAX_GAP:
        assert gap == now - before


@given(st.lists(st.floats(0.5, 60), min_size=1, max_size=20), st.floats(1, 240))
def test_budgets_fill_the_session(minutes: list[float], limit: float) -> None:
    """With a session limit the questions together take exactly that long, in their proportions."""
    shares = [share or 0.0 for share in budgets(Plan(Mode.INTERVIEW, minutes=limit), minutes)]

    assert sum(shares) == pytest.approx(limit * 60)
    assert shares[0] / minutes[0] == pytest.approx(shares[-1] / minutes[-1])


def test_budgets_without_a_limit_are_the_questions_own() -> None:
    """Without a session limit each question has its own minutes."""
    assert budgets(Plan(Mode.INTERVIEW), [4.0, 1.5]) == (240.0, 90.0)


def test_a_drill_has_no_clocks() -> None:
    """Nothing counts down in a drill, even if its plan names minutes."""
    plan = Plan(Mode.DRILL, minutes=10)

    assert budgets(plan, [4.0, 2.0]) == (None, None)
    assert session_total(plan) is None
    left = clocks(plan, None, spent=1e6, elapsed=1e6)
    assert (left.question_left, left.session_left) == (None, None)
    assert (left.question_urgency, left.session_urgency) == (Urgency.CALM, Urgency.CALM)


def test_clocks_count_down() -> None:
    """What is left is what was given less what was spent, and may go below zero."""
    left = clocks(Plan(Mode.INTERVIEW, minutes=10), 120.0, spent=125.0, elapsed=400.0)

    assert (left.question_left, left.question_total) == (-5.0, 120.0)
    assert (left.session_left, left.session_total) == (200.0, 600.0)
    assert (left.question_urgency, left.session_urgency) == (Urgency.OVER, Urgency.CALM)
