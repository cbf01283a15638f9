from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import START, FakeBank, keyword_grade
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.session import AnswerRecord, Draft, Mode, Outcome, Plan, SessionState
from mockint.session import engine

LATER = START + timedelta(minutes=3)
PROMPTS = ("one", "two", "three")


def session(mode: Mode = Mode.INTERVIEW) -> SessionState:
    drawn = FakeBank().summaries()[:3]
    return engine.begin(Plan(mode, count=3), drawn, session_id="s", now=START)


def test_begin_asks_the_first_question() -> None:
    """A new session has its questions and topics in order, no records, and is not over."""
    state = session()

    assert state.question_ids == ("flash-attention", "gqa-what", "lora-idea")
    assert state.topics == ("attention", "attention", "lora")
    assert (state.current_question_id, state.records, state.is_over) == (
        "flash-attention",
        (),
        False,
    )


def test_begin_refuses_an_empty_draw() -> None:
    """There is no session without questions."""
    with pytest.raises(ValueError, match="at least one question"):
        engine.begin(Plan(Mode.DRILL), (), session_id="s", now=START)


@given(st.text().filter(str.strip))
def test_submit_keeps_the_text_exactly(text: str) -> None:
    """An answer is recorded character for character, with what the draft knew of it."""
    draft = Draft(text="older", flagged=True, hints_used=2, seconds=31.5)

    after, record = engine.submit(replace(session(), draft=draft), text, prompt="one", now=LATER)

    assert record.text == text
    assert (record.outcome, record.position, record.prompt) == (Outcome.ANSWERED, 0, "one")
    assert (record.flagged, record.hints_used, record.seconds) == (True, 2, 31.5)
    assert record.submitted_at == LATER
    assert record.awaits_grade
    assert (after.records, after.draft, after.position) == ((record,), Draft(), 1)


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000"])
def test_submit_refuses_an_answer_without_words(text: str) -> None:
    """White space, full-width included, is not an answer."""
    with pytest.raises(ValueError, match="skip"):
        engine.submit(session(), text, prompt="one", now=LATER)


def test_time_out_keeps_what_was_typed() -> None:
    """Time running out hands in the words typed so far, to be graded like any others."""
    _, record = engine.time_out(session(), "half a sent", prompt="one", now=LATER)

    assert (record.outcome, record.text, record.awaits_grade) == (
        Outcome.TIMED_OUT,
        "half a sent",
        True,
    )


def test_time_out_with_nothing_typed_counts_nothing() -> None:
    """Without words there is nothing to grade, and the question counts 0."""
    state = session()
    for prompt in PROMPTS:
        state, record = engine.time_out(state, "", prompt=prompt, now=LATER)
        assert (record.outcome, record.text, record.awaits_grade) == (Outcome.TIMED_OUT, "", False)

    assert state.score == 0.0


def test_skip_leaves_no_text() -> None:
    """A skipped question has no answer and counts 0, but keeps its flag and hints."""
    state = replace(session(), draft=Draft(text="dropped", flagged=True, hints_used=1, seconds=4))

    _, record = engine.skip(state, prompt="one", now=LATER)

    assert (record.outcome, record.text, record.flagged) == (Outcome.SKIPPED, "", True)
    assert (record.hints_used, record.seconds) == (1, 4)


def test_the_last_answer_ends_the_session() -> None:
    """After the last question the session is over at that moment and takes no more steps."""
    state = session()
    for prompt in PROMPTS:
        assert not state.is_over
        state, _ = engine.submit(state, "words", prompt=prompt, now=LATER)

    assert (state.is_over, state.finished_at, state.current_question_id) == (True, LATER, None)
    for step in (engine.skip, engine.pass_over):
        with pytest.raises(ValueError, match="over"):
            step(state, prompt="one", now=LATER)


@pytest.mark.parametrize(
    ("text", "timed_out", "outcome"),
    [
        ("words", False, Outcome.ANSWERED),
        ("words", True, Outcome.TIMED_OUT),
        ("", True, Outcome.TIMED_OUT),
        ("", False, Outcome.NOT_REACHED),
        (" \n", False, Outcome.NOT_REACHED),
    ],
)
def test_finish_early(text: str, timed_out: bool, outcome: Outcome) -> None:  # noqa: FBT001 - a case
    """Finishing hands in what was typed; all that comes after was not reached."""
    state, _ = engine.submit(session(), "first", prompt="one", now=START)

    after, ended = engine.finish(state, text, prompts=PROMPTS, now=LATER, timed_out=timed_out)

    assert [r.outcome for r in ended] == [outcome, Outcome.NOT_REACHED]
    assert [r.prompt for r in ended] == ["two", "three"]
    assert ended[0].text.strip() == text.strip()
    assert after.records[1:] == ended
    assert after.finished_at == LATER


def test_finish_twice_changes_nothing() -> None:
    """A session that is over stays as it is."""
    over, _ = engine.finish(session(), "", prompts=PROMPTS, now=START)

    assert engine.finish(over, "late words", prompts=PROMPTS, now=LATER) == (over, ())


def test_finish_needs_every_prompt() -> None:
    """A transcript without its prompts is refused before anything happens."""
    with pytest.raises(ValueError, match="3 questions but 2 prompts"):
        engine.finish(session(), "", prompts=PROMPTS[:2], now=LATER)


def test_leaving_early_does_not_flatter_an_interview() -> None:
    """Questions not reached count 0 in an interview and not at all in a drill."""
    scores = {}
    for mode in Mode:
        state, record = engine.submit(
            session(mode), "exact tiles with an online softmax", prompt="one", now=START
        )
        state, _ = engine.finish(state, "", prompts=PROMPTS, now=LATER)
        grade = keyword_grade(FakeBank().rubric(record.question_id), Answer(record.text))
        scores[mode] = engine.with_grade(state, 0, grade).score

    assert scores == {Mode.INTERVIEW: pytest.approx(100 / 3), Mode.DRILL: 100.0}


def test_a_grade_changes_one_record_only() -> None:
    """A grade lands on its answer, also after the end; earlier states are untouched."""
    state, _ = engine.submit(session(), "first", prompt="one", now=START)
    over, _ = engine.finish(state, "second", prompts=PROMPTS, now=LATER)
    grade = keyword_grade(FakeBank().rubric("gqa-what"), Answer("groups share a KV cache."))

    graded = engine.with_grade(over, 1, grade)

    def grades(records: tuple[AnswerRecord, ...]) -> list[bool]:
        return [record.grade is not None for record in records]

    assert grades(graded.records) == [False, True, False]
    assert grades(over.records) == [False, False, False]
    with pytest.raises(IndexError):
        engine.with_grade(over, 3, grade)
