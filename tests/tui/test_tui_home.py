"""Home: everything at a glance, usable at once."""

import asyncio

import pytest
from fakes import FakeBank
from scenes import MakeRuntime, grading_of, left_session, past_session
from textual.widgets import Static

from mockint.app.runtime import Runtime
from mockint.domain.errors import StorageError
from mockint.domain.ports import GraderStage, Problem
from mockint.domain.session import Mode
from mockint.tui.app import MockintApp
from mockint.tui.modals.ask import Ask
from mockint.tui.modals.note import Note
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen
from mockint.tui.screens.review import ReviewScreen
from mockint.tui.screens.setup import SetupScreen


def words_of(app: MockintApp, selector: str) -> str:
    return str(app.screen.query_one(selector, Static).content)


async def test_i_and_enter_start_an_interview(runtime: Runtime) -> None:
    """Two keys lead from home into a default interview."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("i", "enter")
        await pilot.pause()

        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.live.state.plan.mode is Mode.INTERVIEW
        assert len(app.screen.live.state.question_ids) == 5


async def test_cards_are_taken_by_enter_and_by_mouse(runtime: Runtime) -> None:
    """The three choices answer to keys, focus and clicks alike."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("right", "enter")
        assert isinstance(app.screen, SetupScreen)
        await pilot.press("escape")
        await pilot.click("#card-review")
        assert isinstance(app.screen, ReviewScreen)


async def test_a_new_person_is_told_what_to_do(runtime: Runtime) -> None:
    """With nothing in the store, home says how to begin and offers no resume."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()

        assert "Press i" in words_of(app, "#no-sessions")
        assert not app.screen.query_one("#resume").display
        assert "6 questions in 3 topics" in words_of(app, "#bank")


async def test_last_sessions_and_mastery_show(runtime: Runtime) -> None:
    """Scores with bands, and topics from the weakest."""
    await past_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        home = app.screen

        assert isinstance(home, HomeScreen)
        [line] = [str(option.prompt) for option in home.sessions.options]
        assert "Interview" in line
        assert "Yesterday" in line
        mastery = words_of(app, "#mastery").splitlines()
        scores = [int(line.split()[-2]) for line in mastery]
        assert scores == sorted(scores)
        await pilot.click("#sessions")
        assert isinstance(app.screen, ResultScreen)


async def test_resume_brings_the_draft_back(runtime: Runtime) -> None:
    """The session left behind stands at the top; r goes on where it stopped."""
    left_session(runtime, "half an answer\nin two lines")
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "question 2 of 3" in words_of(app, "#resume-text")
        await pilot.press("r")
        await pilot.pause()

        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.editor.text == "half an answer\nin two lines"


async def test_resume_answers_to_the_mouse(runtime: Runtime) -> None:
    """A click on the button resumes as well."""
    left_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.click("#do-resume")
        await pilot.pause()

        assert isinstance(app.screen, QuestionScreen)


async def test_discard_asks_first(runtime: Runtime) -> None:
    """x, then escape keeps it; x, then d deletes it."""
    left_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("x")
        assert isinstance(app.screen, Ask)
        await pilot.press("escape")
        assert len(runtime.store.unfinished()) == 1
        await pilot.press("x", "d")
        await pilot.pause()

        assert runtime.store.unfinished() == ()
        assert not app.screen.query_one("#resume").display


async def test_r_does_nothing_without_a_session(runtime: Runtime) -> None:
    """What is not there cannot be resumed."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("r", "x")

        assert isinstance(app.screen, HomeScreen)


async def test_chip_follows_the_grader(runtime: Runtime) -> None:
    """Importing, loading, ready, failed: in words, with the reason and what still works."""
    app = MockintApp(runtime)
    grading = grading_of(runtime)
    async with app.run_test() as pilot:
        for stage, said in [
            (GraderStage.IMPORTING, "◔ grader importing"),
            (GraderStage.LOADING, "◑ grader loading"),
            (GraderStage.READY, "● grader ready"),
        ]:
            grading.become(stage)
            await pilot.pause()
            assert words_of(app, "#status-chip") == said
        grading.become(GraderStage.FAILED, note="no encoder for this [machine]")
        await pilot.pause()

        assert words_of(app, "#status-chip") == "✗ grader failed"
        assert "no encoder for this [machine]" in words_of(app, "#grader-note")


async def test_notices_are_shown_and_listed(make_runtime: MakeRuntime) -> None:
    """What was left out is said once, counted at home and listed by F4, markup literally."""
    problem = Problem("pack/questions/lora/x.toml", "level", "must be [junior], mid or senior")
    runtime = make_runtime(
        bank=FakeBank(problems=(problem,)), notices=("Setting not used: [bold]theme[/bold].",)
    )
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause()
        assert "2 notices" in words_of(app, "#bank")
        assert [n.message for n in app._notifications] == [runtime.notices[0]]
        await pilot.press("f4")
        await pilot.pause()

        assert isinstance(app.screen, Note)
        said = "\n".join(str(s.content) for s in app.screen.query(Static))
        assert "[bold]theme[/bold]" in said
        assert "must be [junior], mid or senior" in said


async def test_home_is_drawn_before_the_store_is_read(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that cannot be read leaves home usable, and says why."""

    def broken(_store: object) -> None:
        raise StorageError("the data file is locked; close the other mockint")

    monkeypatch.setattr(type(runtime.store), "unfinished", broken)
    app = MockintApp(runtime)
    async with app.run_test(notifications=True) as pilot:
        await pilot.pause()
        assert any("locked" in n.message for n in app._notifications)
        await pilot.press("d")

        assert isinstance(app.screen, SetupScreen)


async def test_leftovers_of_earlier_runs_are_graded(runtime: Runtime) -> None:
    """Answers that an earlier run left ungraded get their grade without being asked for."""
    session = left_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        for _ in range(20):
            await pilot.pause()
            if runtime.store.session(session).records[0].grade is not None:
                break
            await asyncio.sleep(0.01)

        assert runtime.store.session(session).records[0].grade is not None
