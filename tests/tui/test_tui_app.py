"""The app as a whole: places, help, palette, themes, quitting."""

import sys
import time
from collections.abc import Callable
from typing import ClassVar

import pytest
from fakes import FakeGrading
from scenes import MakeRuntime, grading_of, left_session, past_session
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Static

from mockint.app.runtime import Runtime
from mockint.app.settings import Settings
from mockint.domain.ports import GraderStage
from mockint.tui import themes
from mockint.tui.actions import offered
from mockint.tui.app import MockintApp, Start
from mockint.tui.commands import ActionCommands
from mockint.tui.modals.ask import Ask
from mockint.tui.modals.note import Note
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.review import ReviewScreen
from mockint.tui.screens.setup import SetupScreen


@pytest.mark.parametrize(
    ("start", "screen"),
    [
        ("home", HomeScreen),
        ("interview", SetupScreen),
        ("drill", SetupScreen),
        ("review", ReviewScreen),
    ],
)
async def test_it_opens_at_the_place_asked_for(
    make_runtime: MakeRuntime, start: Start, screen: type[Screen[None]]
) -> None:
    """With home beneath, whatever the place."""
    app = MockintApp(make_runtime(), start)
    async with app.run_test() as pilot:
        await pilot.pause()

        assert isinstance(app.screen, screen)
        assert isinstance(app.screen_stack[0], HomeScreen)


@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_lists_every_key_here(runtime: Runtime, key: str) -> None:
    """The keys of this screen come first; escape closes."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, Note)
        said = "\n".join(str(s.content) for s in app.screen.query(Static))
        for action in offered("home"):
            assert action.help in said
        assert said.index("Home") < said.index("Setup")
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)


async def test_help_works_while_typing(runtime: Runtime) -> None:
    """F1 opens it, a question mark is typed."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("i", "enter")
        await pilot.pause()
        await pilot.press("question_mark", "f1")
        assert isinstance(app.screen, Note)
        await pilot.press("escape")

        assert isinstance(app.screen, QuestionScreen)
        assert app.screen.editor.text == "?"


async def test_palette_offers_what_can_be_done_here(runtime: Runtime) -> None:
    """Commands are the actions of the screen; typing finds one and enter does it."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("ctrl+p")
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"drill")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await pilot.pause(0.1)

        assert isinstance(app.screen, SetupScreen)


async def test_palette_hides_what_cannot_be_done(runtime: Runtime) -> None:
    """Without a session left behind there is no resume; themes are always there."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()
        titles = [title for title, _, _ in ActionCommands(app.screen)._commands()]

        assert "Resume" not in titles
        assert {"Interview", "Drill", "Theme: High contrast"} <= set(titles)


async def test_theme_key_switches_and_is_remembered(runtime: Runtime) -> None:
    """F5 goes round the themes and tells whoever keeps the settings."""
    kept: list[str] = []
    app = MockintApp(runtime, remember_theme=kept.append)
    async with app.run_test() as pilot:
        assert app.theme == themes.DARK.name
        await pilot.press("f5")
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()

        assert app.theme == themes.CONTRAST.name
        assert kept == [themes.LIGHT.name, themes.CONTRAST.name]


async def test_an_unknown_theme_in_the_settings(make_runtime: MakeRuntime) -> None:
    """The default theme takes its place."""
    app = MockintApp(make_runtime(settings=Settings(theme="solarized")))
    async with app.run_test():
        assert app.theme == themes.DEFAULT


async def test_no_color_is_respected(
    make_runtime: MakeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With NO_COLOR set, nothing on the screen has a hue."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = MockintApp(make_runtime())
    async with app.run_test() as pilot:
        await pilot.pause()

        assert app.no_color
        colours = {
            segment.style.color.triplet
            for strip in app.screen._compositor.render_strips()
            for segment in strip.apply_filter(app._filters[-1], app.screen.background_colors[0])
            if segment.style and segment.style.color and segment.style.color.triplet
        }
        assert all(len(set(colour)) == 1 for colour in colours)


async def test_grader_is_started_and_stopped(make_runtime: MakeRuntime) -> None:
    """It starts with the app and is killed with it."""
    grading = FakeGrading(ready=False)
    app = MockintApp(make_runtime(grading=grading))
    async with app.run_test() as pilot:
        await pilot.pause()
        assert grading.status.stage is GraderStage.READY

    assert grading.stopped


@pytest.mark.parametrize(
    "keys", [(), ("i",), ("i", "enter"), ("i", "enter", "escape"), ("ctrl+p",)]
)
async def test_quitting_is_quick_anywhere(make_runtime: MakeRuntime, keys: tuple[str, ...]) -> None:
    """Under half a second, also while an answer is being graded or a dialog is open."""
    runtime = make_runtime(grading=FakeGrading(delay=60))
    app = MockintApp(runtime)
    await _leave_an_ungraded_answer(runtime)
    async with app.run_test() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        begun = time.monotonic()
        app.exit()
    took = time.monotonic() - begun

    assert took < 0.5
    assert grading_of(runtime).stopped


async def _leave_an_ungraded_answer(runtime: Runtime) -> None:
    left_session(runtime)


async def test_ctrl_q_asks_only_in_the_middle_of_a_question(runtime: Runtime) -> None:
    """From home it quits; from a question it asks, and a second time it quits."""
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("i", "enter")
        await pilot.pause()
        await pilot.press("ctrl+q")
        assert isinstance(app.screen, Ask)
        assert app.is_running
        await pilot.press("ctrl+q")
        await pilot.pause()

        assert app._exit


async def test_first_paint_does_not_wait_for_the_store(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is read after the first screen is drawn."""
    await past_session(runtime)
    order: list[str] = []
    store = type(runtime.store)
    real = store.unfinished
    monkeypatch.setattr(store, "unfinished", lambda self: (order.append("read"), real(self))[1])

    paint = MockintApp._display

    def watched(self: MockintApp, screen: Screen[None], renderable: object) -> None:
        if renderable is not None and "paint" not in order:
            order.append("paint")
        paint(self, screen, renderable)

    monkeypatch.setattr(MockintApp, "_display", watched)
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.pause()

    assert order[:2] == ["paint", "read"]


@pytest.mark.skipif(sys.platform == "win32", reason="the driver is that of Linux and macOS")
def test_bytes_that_are_no_text_do_not_end_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """A paste in another encoding is dropped with a word, and reading goes on."""
    from textual.drivers.linux_driver import LinuxDriver

    from mockint.tui.driver import ForgivingDriver

    reads: list[str] = []

    def read(_driver: LinuxDriver) -> None:
        reads.append("read")
        if len(reads) == 1:
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")

    class Listening:
        told: ClassVar[list[str]] = []

        def notify(self, message: str, **_more: object) -> None:
            self.told.append(message)

        def call_later(self, call: Callable[..., None], *args: str, **more: object) -> None:
            call(*args, **more)

    monkeypatch.setattr(LinuxDriver, "run_input_thread", read)
    driver = object.__new__(ForgivingDriver)
    driver._app = Listening()  # type: ignore[assignment]
    driver.run_input_thread()

    assert reads == ["read", "read"]
    assert len(Listening.told) == 1
