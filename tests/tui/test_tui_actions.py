"""The action registry is the truth about keys."""

import pytest
from scenes import MakeRuntime
from textual.app import App
from textual.screen import Screen

from mockint.app.settings import Settings
from mockint.tui.actions import ACTIONS, EVERYWHERE, SCREENS, bindings, keymap, offered
from mockint.tui.app import MockintApp
from mockint.tui.screens.feedback import FeedbackScreen
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen
from mockint.tui.screens.review import ReviewScreen
from mockint.tui.screens.setup import SetupScreen

OWNERS: dict[str, type[App[None]] | type[Screen[None]]] = {
    EVERYWHERE: MockintApp,
    "home": HomeScreen,
    "setup": SetupScreen,
    "question": QuestionScreen,
    "feedback": FeedbackScreen,
    "result": ResultScreen,
    "review": ReviewScreen,
}


@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_exists(name: str) -> None:
    """What a key promises, the screen can do."""
    action = ACTIONS[name]

    assert callable(getattr(OWNERS[action.screen], f"action_{action.method}"))


def test_every_place_has_actions_and_a_title() -> None:
    """No action is offered in a place that does not exist."""
    assert set(OWNERS) == set(SCREENS) == {action.screen for action in ACTIONS.values()}


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things(screen: str) -> None:
    """Within a place, and against what works everywhere, every key has one meaning."""
    areas = {screen, EVERYWHERE}
    keys = [key for area in areas for action in offered(area) for key in action.keys.split(",")]

    assert sorted(keys) == sorted(set(keys))


def test_bindings_carry_the_help() -> None:
    """Footer and tooltips are made from the registry."""
    [submit] = [b for b in bindings("question") if b.id == "question.submit"]

    assert submit.key.startswith("ctrl+s")
    assert submit.tooltip == ACTIONS["question.submit"].help


def test_keymap_drops_what_it_cannot_use() -> None:
    """An unknown action or an empty key in the settings changes nothing."""
    wanted = {"home.drill": "t, ctrl+t", "home.fly": "f", "home.review": " , "}

    assert keymap(wanted) == {"home.drill": "t,ctrl+t"}


async def test_settings_change_keys(make_runtime: MakeRuntime) -> None:
    """A keymap by action id replaces the usual key."""
    runtime = make_runtime(settings=Settings(keymap={"home.drill": "t"}))
    app = MockintApp(runtime)
    async with app.run_test() as pilot:
        await pilot.press("d")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("t")

        assert isinstance(app.screen, SetupScreen)
