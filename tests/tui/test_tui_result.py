"""Result and transcript: every verdict with its evidence, nothing made up."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from fakes import FakeBank
from scenes import ANSWERS, GatedGrading, MakeRuntime, grading_of, past_session
from textual.pilot import Pilot
from textual.widgets import Static

from mockint.app.live import LiveSession
from mockint.app.runtime import Runtime
from mockint.domain.grade import Flag, Verdict
from mockint.domain.session import Mode, Outcome, Plan
from mockint.tui import words
from mockint.tui.app import MockintApp
from mockint.tui.screens.result import ResultScreen
from mockint.tui.widgets.verdicts import marked_answer, numbered


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    for _ in range(200):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within two seconds")


def said(app: MockintApp, selector: str = "GradedAnswer Static") -> str:
    return "\n".join(str(static.content) for static in app.screen.query(selector).results(Static))


def summary(app: MockintApp) -> str:
    return said(app, "#summary")


async def shown(pilot: Pilot[None], session_id: str) -> ResultScreen:
    pilot.app.open_transcript(session_id)
    await pilot.pause()
    assert isinstance(pilot.app.screen, ResultScreen)
    return pilot.app.screen


async def one_answer(runtime: Runtime, text: str, topic: str = "lora") -> LiveSession:
    live = LiveSession.begin(Plan(Mode.DRILL, topics=(topic,), count=1, seed=4), runtime)
    live.submit(text)
    await live.grade_outstanding()
    return live


async def test_transcript_shows_everything(runtime: Runtime) -> None:
    """Score with band and meaning, verdicts with numbers, evidence, misconception, model answer."""
    session = await past_session(runtime, count=6)
    app = MockintApp(runtime)
    async with app.run_test(size=(120, 50)) as pilot:
        screen = await shown(pilot, session)
        state = runtime.store.session(session)
        at = state.question_ids.index("lora-idea")
        screen.questions.highlighted = at
        await pilot.pause()
        text = said(app)

        assert "/100" in text
        assert "✓ covered" in text
        assert "◐ partial" in text
        assert "✗ contradicted" in text or "○ missed" in text
        assert "①" in text
        assert "In fact: The base model keeps its size" in text
        assert "[red]x[/]" in text
        assert "␛[31m" in text
        assert "\x1b" not in text
        assert "Model answer" in text
        assert f" {round(state.score or 0)} " in summary(app)


async def test_numbers_link_answer_and_points(runtime: Runtime) -> None:
    """The number before a piece of evidence is that of its point; missed points have none."""
    live = await one_answer(runtime, ANSWERS["lora-idea"])
    if live.state.question_ids != ("lora-idea",):
        live = await one_answer(runtime, ANSWERS["lora-idea"])
    grade = live.state.records[0].grade
    assert grade is not None
    text = str(marked_answer(ANSWERS["lora-idea"], grade))

    for point in grade.points:
        number = numbered(grade).get(point.id)
        assert (number is None) == (point.verdict is Verdict.MISSED or point.evidence is None)
        if number is not None and point.evidence is not None:
            symbol = words.VERDICTS[point.verdict][0]
            mark = f"{chr(0x245F + number)}{symbol} "
            assert mark in text
            assert (
                text[text.index(mark) :]
                .split(" ", 1)[1]
                .lstrip("⚠ ")
                .startswith(point.evidence.text[:10])
            )


async def test_evidence_is_underlined_not_only_coloured(runtime: Runtime) -> None:
    """Without colour, evidence is still told from the rest."""
    live = await one_answer(runtime, "The pretrained weights stay frozen. The weather is fine.")
    record = live.state.records[0]
    assert record.grade is not None
    marked = marked_answer(record.text, record.grade)
    underlined = [str(marked[s.start : s.end]) for s in marked.spans if "underline" in str(s.style)]

    evidence = {p.evidence.text for p in record.grade.points if p.evidence}
    assert set(underlined) == evidence


@pytest.mark.parametrize("flag", Flag)
def test_every_flag_has_plain_words(flag: Flag) -> None:
    """No flag shows as an identifier."""
    assert words.FLAGS[flag].endswith(".")
    assert flag.value not in words.FLAGS[flag] or flag is Flag.ECHO


async def test_dont_know_is_said_kindly(runtime: Runtime) -> None:
    """The flag shows in plain words."""
    live = await one_answer(runtime, "I don't know")
    app = MockintApp(runtime)
    async with app.run_test(size=(100, 40)) as pilot:
        await shown(pilot, live.state.id)

        assert "You said you don't know: nothing to grade." in said(app)


async def test_grades_arrive_one_by_one(make_runtime: MakeRuntime) -> None:
    """While grades are outstanding there is no score, but how many are done."""
    grading = GatedGrading()
    runtime = make_runtime(grading=grading)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        live = LiveSession.begin(Plan(Mode.INTERVIEW, count=3, minutes=20.0, seed=2), runtime)
        while live.question is not None:
            live.submit(ANSWERS[live.question.id])
        app.push_screen(ResultScreen(live.state, live))
        await pilot.pause()
        assert "Grading 1 of 3" in summary(app)
        app.grade(live)
        for number in (2, 3):
            grading.open()
            await until(pilot, lambda: f"Grading {number} of 3" in summary(app))  # noqa: B023 - used at once
            assert "/100" in said(app)
        grading.open()
        await until(pilot, lambda: live.state.score is not None)
        await pilot.pause()

        assert "Grading" not in summary(app)


async def test_a_failed_grading_says_why_and_can_be_tried_again(runtime: Runtime) -> None:
    """The reason shows above and at the answer; g grades it after all."""
    app = MockintApp(runtime)
    async with app.run_test(size=(120, 40)) as pilot:
        live = LiveSession.begin(Plan(Mode.INTERVIEW, count=1, minutes=9.0, seed=2), runtime)
        grading_of(runtime).failures[live.state.question_ids[0]] = "the worker [died]"
        live.submit("an answer")
        app.push_screen(ResultScreen(live.state, live))
        app.grade(live)
        await until(pilot, lambda: "could not be graded: the worker [died]" in summary(app))
        assert "the worker [died]" in said(app)
        grading_of(runtime).failures.clear()
        await pilot.press("g")
        await until(pilot, lambda: "could not" not in summary(app))

        assert live.state.score is not None


async def test_ungraded_transcript_fills_in(runtime: Runtime) -> None:
    """A past session whose grades are still to come updates when they come."""
    live = LiveSession.begin(Plan(Mode.INTERVIEW, count=1, minutes=9.0, seed=2), runtime)
    grading_of(runtime).failures[live.state.question_ids[0]] = "not now"
    live.submit("an answer")
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        await shown(pilot, live.state.id)
        assert "Grading 1 of 1" in summary(app)
        grading_of(runtime).failures.clear()
        await pilot.press("g")
        await until(pilot, lambda: "Grading" not in summary(app))


async def test_keys_walk_through_the_questions(runtime: Runtime) -> None:
    """Keys n and p change the question; enter reads on, to scroll."""
    session = await past_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await shown(pilot, session)
        await pilot.press("n")
        assert "Question 2 of 3" in said(app)
        await pilot.press("p", "enter")
        assert "Question 1 of 3" in said(app)
        assert app.focused is screen.graded


async def test_a_question_that_left_the_bank(runtime: Runtime) -> None:
    """Its transcript still shows, with what is known."""
    session = await past_session(runtime)
    app = MockintApp(replace(runtime, bank=FakeBank(questions=(), rubrics=())))
    async with app.run_test(size=(100, 60)) as pilot:
        await shown(pilot, session)

        assert "no longer in the bank" in said(app)
        assert "/100" in said(app)


async def test_nothing_typed_anywhere(runtime: Runtime) -> None:
    """A session of skipped questions scores 0 and says why, without a division by nothing."""
    live = LiveSession.begin(Plan(Mode.INTERVIEW, count=2, minutes=9.0, seed=2), runtime)
    live.skip()
    live.finish("")
    assert {r.outcome for r in live.state.records} <= {Outcome.SKIPPED, Outcome.NOT_REACHED}
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await shown(pilot, live.state.id)

        assert "You skipped this question" in said(app)
        assert "poor" in summary(app)
