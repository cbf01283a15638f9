"""What happens to a session: one function per step, each from a state to the next.

A step that ends a question takes flag, hints and seconds from ``state.draft`` and starts the next
question with an empty draft. When the last question ends, the session is over.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mockint.domain.grade import Grade
from mockint.domain.question import QuestionSummary
from mockint.domain.session import AnswerRecord, Draft, Outcome, Plan, SessionState


def begin(
    plan: Plan, drawn: Sequence[QuestionSummary], *, session_id: str, now: datetime
) -> SessionState:
    """A session at its first question; raises ValueError where nothing was drawn."""
    if not drawn:
        raise ValueError("a session needs at least one question")
    return SessionState(
        id=session_id,
        plan=plan,
        question_ids=tuple(question.id for question in drawn),
        topics=tuple(question.topic for question in drawn),
        started_at=now,
    )


def submit(
    state: SessionState, text: str, *, prompt: str, now: datetime
) -> tuple[SessionState, AnswerRecord]:
    """Hand in an answer.

    Raises:
        ValueError: There are no words in ``text`` (skipping is a step of its own), or the session
            is over.
    """
    if not text.strip():
        raise ValueError("there is nothing to hand in: type an answer, or skip the question")
    return _end(state, Outcome.ANSWERED, text, prompt=prompt, now=now)


def time_out(
    state: SessionState, text: str, *, prompt: str, now: datetime
) -> tuple[SessionState, AnswerRecord]:
    """End a question whose time is up, with whatever was typed; ValueError if the session is over.

    Words are kept and graded like any answer. Without words there is no grade and the question
    counts 0.
    """
    return _end(state, Outcome.TIMED_OUT, text, prompt=prompt, now=now)


def skip(state: SessionState, *, prompt: str, now: datetime) -> tuple[SessionState, AnswerRecord]:
    """Go on without an answer; what was typed is dropped. ValueError if the session is over."""
    return _end(state, Outcome.SKIPPED, "", prompt=prompt, now=now)


def pass_over(
    state: SessionState, *, prompt: str, now: datetime
) -> tuple[SessionState, AnswerRecord]:
    """Record the current question as not reached; ValueError if the session is over."""
    return _end(state, Outcome.NOT_REACHED, "", prompt=prompt, now=now)


def finish(
    state: SessionState,
    text: str,
    *,
    prompts: Sequence[str],
    now: datetime,
    timed_out: bool = False,
) -> tuple[SessionState, tuple[AnswerRecord, ...]]:
    """End the session now.

    The current question is answered with ``text`` if that has words, timed out if ``timed_out``,
    else not reached; all later ones are not reached.

    Args:
        state: The session.
        text: What was typed to the current question.
        prompts: The prompt of every question of the session, in order.
        now: When it ends.
        timed_out: Whether the clock ended it, not the candidate.

    Raises:
        ValueError: ``prompts`` has another length than the session.
    """
    if len(prompts) != len(state.question_ids):
        raise ValueError(f"{len(state.question_ids)} questions but {len(prompts)} prompts")
    ended: list[AnswerRecord] = []
    if not state.is_over and (timed_out or text.strip()):
        outcome = Outcome.TIMED_OUT if timed_out else Outcome.ANSWERED
        state, record = _end(state, outcome, text, prompt=prompts[state.position], now=now)
        ended.append(record)
    while state.current_question_id is not None:
        state, record = pass_over(state, prompt=prompts[state.position], now=now)
        ended.append(record)
    return close(state, now=now), tuple(ended)


def close(state: SessionState, *, now: datetime) -> SessionState:
    """The session marked as over, if it is not already."""
    return state if state.is_over else replace(state, draft=Draft(), finished_at=now)


def with_grade(state: SessionState, position: int, grade: Grade) -> SessionState:
    """The session with a grade for one of its answers; IndexError where there is no such answer."""
    records = list(state.records)
    records[position] = replace(records[position], grade=grade)
    return replace(state, records=tuple(records))


def _end(
    state: SessionState, outcome: Outcome, text: str, *, prompt: str, now: datetime
) -> tuple[SessionState, AnswerRecord]:
    question_id = state.current_question_id
    if question_id is None:
        raise ValueError("the session is over")
    reached = outcome is not Outcome.NOT_REACHED
    draft = state.draft if reached else Draft()
    record = AnswerRecord(
        position=state.position,
        question_id=question_id,
        prompt=prompt,
        text=text,
        language=state.plan.language,
        outcome=outcome,
        seconds=draft.seconds,
        submitted_at=now,
        flagged=draft.flagged,
        hints_used=draft.hints_used,
    )
    after = replace(state, records=(*state.records, record), draft=Draft())
    if after.position == len(after.question_ids):
        after = close(after, now=now)
    return after, record
