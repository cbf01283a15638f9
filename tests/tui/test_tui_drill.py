"""Drills: no clock, hints, a grade after every answer."""

import asyncio
from collections.abc import Callable

from fakes import FakeGrading
from scenes import ANSWERS, MakeRuntime, clock_of, grading_of
from textual.pilot import Pilot
from textual.widgets import Static

from mockint.app.runtime import Runtime
from mockint.domain.session import Outcome
from mockint.tui.app import MockintApp
from mockint.tui.modals.note import Note
from mockint.tui.screens.feedback import FeedbackScreen
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen


async def drilled(pilot: Pilot[None]) -> QuestionScreen:
    await pilot.press("d", "enter")
    await pilot.pause()
    assert isinstance(pilot.app.screen, QuestionScreen)
    return pilot.app.screen


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    for _ in range(100):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within a second")


def said(app: MockintApp) -> str:
    return "\n".join(str(static.content) for static in app.screen.query(Static))


async def test_a_drill_has_no_clock(runtime: Runtime) -> None:
    """Nothing counts down and nothing runs out."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        for _ in range(100):
            clock_of(runtime).advance(59)
            screen.tick()

        assert not screen.question_clock.display
        assert not screen.session_clock.display
        assert screen.live.state.records == ()


async def test_hints_come_one_by_one_and_are_counted(runtime: Runtime) -> None:
    """Each press shows one more; after the last it says so."""
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        screen = await drilled(pilot)
        assert screen.live.question is not None
        total = len(screen.live.question.hints)
        assert not screen.hints.display
        for _ in range(total + 1):
            await pilot.press("ctrl+t")

        assert len(str(screen.hints.content).splitlines()) == total
        assert any("no further hint" in n.message for n in app._notifications)
        screen.editor.insert("an answer")
        await pilot.press("ctrl+s")
        assert screen.live.state.records[0].hints_used == total


async def test_model_answer_on_demand(runtime: Runtime) -> None:
    """It opens over the question and leaves the draft alone."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        await pilot.press(*"my draft", "ctrl+o")
        await pilot.pause()
        assert isinstance(app.screen, Note)
        assert screen.live.question is not None
        assert app.screen.query_one("Prose").source == screen.live.question.reference.en
        await pilot.press("escape")

        assert screen.editor.text == "my draft"


async def test_grade_right_after_the_answer(runtime: Runtime) -> None:
    """Verdicts in symbols and words, then enter leads to the next question."""
    app = MockintApp(runtime)
    async with app.run_test(size=(100, 60)) as pilot:
        screen = await drilled(pilot)
        assert screen.live.question is not None
        screen.editor.insert(ANSWERS[screen.live.question.id])
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, FeedbackScreen)
        await until(pilot, lambda: "/100" in said(app))
        await pilot.press("enter")
        await pilot.pause()

        assert app.screen is screen
        assert screen.editor.text == ""
        assert "2 of 5" in str(screen.progress.content)


async def test_waiting_for_the_grade_says_so(make_runtime: MakeRuntime) -> None:
    """No number is made up while the grader works; the answer is shown meanwhile."""
    runtime = make_runtime(grading=FakeGrading(delay=30))
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        screen.editor.insert("literal [red]x[/]")
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert "Grading." in said(app)
        assert "/100" not in said(app)
        assert "literal [red]x[/]" in said(app)


async def test_a_failed_grade_can_be_tried_again(runtime: Runtime) -> None:
    """It says why, and g asks again."""
    app = MockintApp(runtime)
    grading = grading_of(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        assert screen.live.question is not None
        grading.failures[screen.live.question.id] = "the [worker] died twice"
        screen.editor.insert("an answer")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "the [worker] died twice" in said(app))
        grading.failures.clear()
        await pilot.press("g")

        await until(pilot, lambda: "/100" in said(app))


async def test_a_drill_ends_in_a_result(runtime: Runtime) -> None:
    """After the last answer, or by F9, the result shows."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        live = screen.live
        for _ in range(4):
            await pilot.press("ctrl+n")
            await pilot.pause()
        await pilot.press(*"last", "ctrl+s", "enter")
        await pilot.pause()

        assert isinstance(app.screen, ResultScreen)
        assert [r.outcome for r in live.state.records][-1] is Outcome.ANSWERED
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_finish_from_the_grade(runtime: Runtime) -> None:
    """F9 on a grade ends the drill; questions not asked do not count."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        screen = await drilled(pilot)
        await pilot.press(*"one", "ctrl+s", "f9")
        await pilot.pause()

        assert isinstance(app.screen, ResultScreen)
        assert screen.live.state.is_over


async def test_leave_from_the_grade(runtime: Runtime) -> None:
    """Escape on a grade goes home; the drill can be resumed."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await drilled(pilot)
        await pilot.press(*"one", "ctrl+s", "escape")
        await pilot.pause()

        assert isinstance(app.screen, HomeScreen)
        assert runtime.store.unfinished()[0].position == 1
