"""One picture per screen state; look at the difference before accepting a new one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from fakes import FakeBank
from scenes import (
    ANSWERS,
    GatedGrading,
    MakeRuntime,
    clock_of,
    grading_of,
    left_session,
    past_session,
)
from textual.pilot import Pilot

from mockint.app.live import LiveSession
from mockint.app.runtime import Runtime
from mockint.app.settings import Settings
from mockint.domain.language import Language
from mockint.domain.ports import GraderStage, Problem
from mockint.domain.session import Mode, Plan
from mockint.tui import themes
from mockint.tui.app import MockintApp
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen

Compare = Callable[..., bool]
RunBefore = Callable[[Pilot[None]], Awaitable[None]]

NORMAL, LARGE = (80, 24), (120, 40)


def with_past(runtime: Runtime) -> Runtime:
    async def live_through() -> None:
        await past_session(runtime, count=6)
        await past_session(runtime, Mode.DRILL, count=2, seed=5)
        await past_session(runtime, count=4, seed=9)

    asyncio.run(live_through())
    return runtime


def pressing(*keys: str) -> RunBefore:
    async def press(pilot: Pilot[None]) -> None:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return press


def test_home(runtime: Runtime, snap_compare: Compare) -> None:
    """Home with a session to resume, past sessions and mastery."""
    with_past(runtime)
    left_session(runtime)

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing())


def test_home_without_a_grader(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """Home in a large light window: the grader failed, a file was left out."""
    problem = Problem("mine/questions/lora/x.toml", "level", "must be junior, mid or senior")
    settings = Settings(theme=themes.LIGHT.name)
    runtime = with_past(make_runtime(bank=FakeBank(problems=(problem,)), settings=settings))
    grading_of(runtime).become(GraderStage.FAILED, note="no encoder can be loaded here.")

    assert snap_compare(MockintApp(runtime), terminal_size=LARGE, run_before=pressing())


def test_setup(runtime: Runtime, snap_compare: Compare) -> None:
    """Setup with one topic chosen."""
    keys = ("i", "slash", *"lora", "enter")

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing(*keys))


def test_question_in_chinese(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """A Chinese question with a mixed answer that holds markup."""
    runtime = make_runtime(settings=Settings(language=Language.ZH, topics=("lora",)))

    async def answer(pilot: Pilot[None]) -> None:
        await pressing("i", "enter")(pilot)
        assert isinstance(pilot.app.screen, QuestionScreen)
        pilot.app.screen.editor.insert("冻结权重，学习低秩更新 BA。\n[red]literal[/] 混合 text\n")
        await pilot.pause()

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=answer)


def test_question_with_little_time(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """High contrast, code in the prompt, flagged, red and amber clocks."""
    settings = Settings(theme=themes.CONTRAST.name, topics=("attention",), count=2, minutes=5.0)
    runtime = make_runtime(settings=settings)

    async def wait(pilot: Pilot[None]) -> None:
        await pressing("i", "enter", "ctrl+n", "ctrl+g")(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, QuestionScreen)
        left = screen.live.clocks().session_left or 0
        while left > 10:
            clock_of(runtime).advance(min(5, left - 10))
            screen.tick()
            clocks = screen.live.clocks()
            left = min(clocks.session_left or 0, clocks.question_left or 0)
        await pilot.pause()

    assert snap_compare(MockintApp(runtime), terminal_size=LARGE, run_before=wait)


def test_leave(runtime: Runtime, snap_compare: Compare) -> None:
    """The dialog before leaving."""
    keys = ("i", "enter", *"draft", "escape")

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing(*keys))


def test_drill_with_hints(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """A drill question with a hint shown."""
    runtime = make_runtime(settings=Settings(topics=("attention",)))
    keys = ("d", "enter", "ctrl+t", *"so")

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing(*keys))


def test_drill_grade(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """The grade of a drill answer, light: every verdict, marked evidence, a misconception."""
    settings = Settings(theme=themes.LIGHT.name, topics=("lora",))
    runtime = make_runtime(settings=settings)

    async def answer(pilot: Pilot[None]) -> None:
        await pressing("d", "enter")(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, QuestionScreen)
        assert screen.live.question is not None
        if screen.live.question.id != "lora-idea":
            await pilot.press("ctrl+n")
        screen.editor.insert(ANSWERS["lora-idea"])
        await pilot.press("ctrl+s")
        await pilot.pause(0.1)
        await pilot.pause()

    assert snap_compare(MockintApp(runtime), terminal_size=(100, 50), run_before=answer)


def test_result(runtime: Runtime, snap_compare: Compare) -> None:
    """A transcript from the review."""
    with_past(runtime)
    keys = ("v", "down", "down", "enter", "n")

    assert snap_compare(MockintApp(runtime), terminal_size=LARGE, run_before=pressing(*keys))


def test_result_while_grading(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """No score yet: one of three is graded."""
    grading = GatedGrading()
    runtime = make_runtime(grading=grading)

    async def grade_one(pilot: Pilot[None]) -> None:
        await pilot.pause()
        live = LiveSession.begin(Plan(Mode.INTERVIEW, count=3, minutes=20.0, seed=2), runtime)
        while live.question is not None:
            live.submit(ANSWERS[live.question.id])
        app = pilot.app
        assert isinstance(app, MockintApp)
        app.push_screen(ResultScreen(live.state, live))
        app.grade(live)
        grading.open()
        await pilot.pause(0.1)
        await pilot.pause()

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=grade_one)


def test_review(runtime: Runtime, snap_compare: Compare) -> None:
    """The list of past sessions."""
    with_past(runtime)
    left_session(runtime)

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing("v"))


def test_help(make_runtime: MakeRuntime, snap_compare: Compare) -> None:
    """The help screen with keys from the settings."""
    runtime = replace(make_runtime(), settings=Settings(keymap={"home.drill": "t"}))

    assert snap_compare(MockintApp(runtime), terminal_size=NORMAL, run_before=pressing("f1"))
