"""Review: past sessions are found, read, deleted."""

from scenes import left_session, past_session
from textual.widgets import Static

from mockint.app.runtime import Runtime
from mockint.domain.session import Mode
from mockint.tui.app import MockintApp
from mockint.tui.modals.ask import Ask
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen
from mockint.tui.screens.review import ReviewScreen


def review_of(app: MockintApp) -> ReviewScreen:
    assert isinstance(app.screen, ReviewScreen)
    return app.screen


def lines(app: MockintApp) -> list[str]:
    return [str(option.prompt) for option in review_of(app).past.options]


async def test_empty_review_says_what_to_do(runtime: Runtime) -> None:
    """Nothing yet is not an empty screen."""
    app = MockintApp(runtime, "review")
    async with app.run_test() as pilot:
        await pilot.pause()

        assert "No sessions yet" in str(app.screen.query_one("#nothing", Static).content)


async def test_filters_narrow_the_list(runtime: Runtime) -> None:
    """Text is searched literally; mode and language are cycled by a key."""
    await past_session(runtime, count=6)
    await past_session(runtime, Mode.DRILL, count=1, seed=5)
    app = MockintApp(runtime, "review")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert len(lines(app)) == 2
        await pilot.press("m")
        await pilot.pause()
        assert ["Interview" in line for line in lines(app)] == [True]
        await pilot.press("m", "m", "l", "l")
        await pilot.pause()
        assert lines(app) == []
        await pilot.press("l", "slash", *"SRAM", "enter")
        await pilot.pause()
        assert len(lines(app)) == 1
        assert app.focused is review_of(app).past
        await pilot.press("slash", *"zzz", "enter")
        await pilot.pause()
        assert "Nothing matches" in str(app.screen.query_one("#nothing", Static).content)


async def test_enter_opens_the_transcript_and_escape_comes_back(runtime: Runtime) -> None:
    """The scores read here are those of the result."""
    await past_session(runtime)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("v")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ResultScreen)
        await pilot.press("escape")
        review_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_an_unfinished_session_is_resumed(runtime: Runtime) -> None:
    """Enter on a session that is not over goes on with it."""
    left_session(runtime, "so far")
    app = MockintApp(runtime, "review")
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "unfinished" in lines(app)[0]
        await pilot.press("enter")
        await pilot.pause()

        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.editor.text == "so far"


async def test_delete_asks_first(runtime: Runtime) -> None:
    """Escape keeps the session, d deletes it for ever."""
    session = await past_session(runtime)
    app = MockintApp(runtime, "review")
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("delete")
        assert isinstance(app.screen, Ask)
        await pilot.press("enter")  # the first reply is the harmless one
        assert [s.id for s in runtime.store.summaries()] == [session]
        await pilot.press("x", "d")
        await pilot.pause()

        assert runtime.store.summaries() == ()
