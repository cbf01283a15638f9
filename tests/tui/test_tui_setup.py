"""Setup: sensible defaults, honest counts."""

import pytest
from scenes import MakeRuntime
from textual.widgets import Button, Static

from mockint.app.runtime import Runtime
from mockint.app.settings import Settings
from mockint.domain.language import Language
from mockint.domain.question import Level
from mockint.domain.session import Mode
from mockint.tui.app import MockintApp, Start
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.setup import SetupScreen


def setup_of(app: MockintApp) -> SetupScreen:
    assert isinstance(app.screen, SetupScreen)
    return app.screen


def matches(app: MockintApp) -> str:
    return str(app.screen.query_one("#matches", Static).content)


async def test_defaults_come_from_the_settings(make_runtime: MakeRuntime) -> None:
    """Language, level, topics, number and time are those of the settings, odd values included."""
    settings = Settings(
        language=Language.ZH, level=Level.MID, topics=("lora", "gone"), count=7, minutes=17.5
    )
    app = MockintApp(make_runtime(settings=settings), "interview")
    async with app.run_test():
        plan = setup_of(app).plan(seed=1)

        assert (plan.language, plan.level, plan.topics) == (Language.ZH, Level.MID, ("lora",))
        assert (plan.count, plan.minutes) == (7, 17.5)
        assert isinstance(app.focused, Button)


async def test_typing_finds_a_topic(runtime: Runtime) -> None:
    """Letters narrow the list, in English or Chinese; enter takes the only one left."""
    app = MockintApp(runtime, "interview")
    async with app.run_test() as pilot:
        await pilot.press("slash")
        await pilot.press(*"注意")
        picker = setup_of(app).picker
        assert picker.list.option_count == 1
        await pilot.press("enter")

        assert picker.chosen == ("attention",)
        assert "2 questions match" in matches(app)
        await pilot.press("ctrl+r")
        assert picker.chosen == ()
        assert picker.list.option_count == 3


async def test_several_topics_can_be_chosen(runtime: Runtime) -> None:
    """Space takes topics in and out; a letter typed in the list goes to the box."""
    app = MockintApp(runtime, "drill")
    async with app.run_test() as pilot:
        picker = setup_of(app).picker
        picker.list.focus()
        await pilot.press("space", "down", "space")
        assert picker.chosen == ("attention", "lora")
        assert picker.border_title == "Topics · 2 chosen"
        await pilot.press("space")
        assert picker.chosen == ("attention",)
        await pilot.press("r")
        assert picker.box.value == "r"


async def test_counts_follow_the_level(runtime: Runtime) -> None:
    """The number of questions is of those that match everything chosen."""
    app = MockintApp(runtime, "interview")
    async with app.run_test() as pilot:
        assert "6 questions match" in matches(app)
        setup_of(app).level.focus()
        await pilot.press("right")
        await pilot.pause()
        assert "Only 2 questions match" in matches(app)
        await pilot.press("end")
        await pilot.pause()
        assert "Only 1 question match" in matches(app)


async def test_nothing_matches_says_so(make_runtime: MakeRuntime) -> None:
    """A choice without questions says what to loosen, and starting it stays here."""
    settings = Settings(level=Level.SENIOR, topics=("lora",))
    app = MockintApp(make_runtime(settings=settings), "interview")
    async with app.run_test(notifications=True) as pilot:
        assert "No question matches" in matches(app)
        await pilot.press("enter")
        await pilot.pause()

        setup_of(app)
        assert len(app._notifications) == 1


@pytest.mark.parametrize(("start", "timed"), [("interview", True), ("drill", False)])
async def test_only_interviews_have_a_time(
    make_runtime: MakeRuntime, start: Start, *, timed: bool
) -> None:
    """A drill asks for no minutes and has none."""
    app = MockintApp(make_runtime(), start)
    async with app.run_test() as pilot:
        assert bool(app.screen.query("#minutes")) is timed
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert isinstance(app.screen, QuestionScreen)
        plan = app.screen.live.state.plan
        assert plan.mode is (Mode.INTERVIEW if timed else Mode.DRILL)
        assert plan.minutes == (20.0 if timed else None)


async def test_time_can_be_without_limit(runtime: Runtime) -> None:
    """The last choice of time is none at all."""
    app = MockintApp(runtime, "interview")
    async with app.run_test() as pilot:
        app.screen.query_one("#minutes").focus()
        await pilot.press("end")

        assert setup_of(app).plan(seed=0).minutes is None


async def test_choices_answer_to_the_mouse(runtime: Runtime) -> None:
    """A click takes the option under it."""
    app = MockintApp(runtime, "interview")
    async with app.run_test() as pilot:
        await pilot.click("#language", offset=(11 + 12, 0))

        assert setup_of(app).language.value is Language.ZH


async def test_escape_goes_home(runtime: Runtime) -> None:
    """Nothing is begun."""
    app = MockintApp(runtime, "interview")
    async with app.run_test() as pilot:
        await pilot.press("escape")

        assert isinstance(app.screen, HomeScreen)
        assert runtime.store.unfinished() == ()
