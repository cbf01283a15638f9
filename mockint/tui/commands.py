"""What the command palette offers: the actions of the screen beneath it, and themes."""

from collections.abc import Callable, Iterator
from typing import Any

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from mockint.tui import themes
from mockint.tui.actions import EVERYWHERE, offered
from mockint.tui.screens.base import MockintScreen

Command = tuple[str, str, Callable[[], object]]


class ActionCommands(Provider):
    """The action registry as commands."""

    async def discover(self) -> Hits:
        """Everything, before a word is typed."""
        for title, about, run in self._commands():
            yield DiscoveryHit(title, run, help=about)

    async def search(self, query: str) -> Hits:
        """What matches the words typed."""
        matcher = self.matcher(query)
        for title, about, run in self._commands():
            score = max(matcher.match(title), matcher.match(about) * 0.6)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=about)

    def _commands(self) -> Iterator[Command]:
        if isinstance(self.screen, MockintScreen):
            yield from self._actions(self.screen.AREA, self.screen)
        yield from self._actions(EVERYWHERE, self.app)
        for name, title in themes.TITLES.items():
            yield (f"Theme: {title}", "Change the colours.", self._themed(name))

    def _actions(self, area: str, node: Screen[Any] | App[Any]) -> Iterator[Command]:
        for action in offered(area):
            if action.palette and node.check_action(action.method, ()):
                yield (action.title, action.help, self._running(node, action.method))

    def _running(self, node: Screen[Any] | App[Any], method: str) -> Callable[[], object]:
        return lambda: node.run_action(method)

    def _themed(self, name: str) -> Callable[[], None]:
        def switch() -> None:
            self.app.theme = name

        return switch
