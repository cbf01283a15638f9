"""What every screen has: a bar above, keys below, a word when the window is too small."""

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer

from mockint.app.runtime import Runtime
from mockint.tui.host import Host
from mockint.tui.widgets.chrome import TooSmall, TopBar


class MockintScreen(Screen[None]):
    """A screen of mockint.

    Attributes:
        AREA: What the action registry calls it.
    """

    AREA: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it as an instance variable
        (0, "-tiny"),
        (60, "-slim"),
        (80, "-narrow"),
        (100, "-wide"),
        (150, "-huge"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - likewise
        (0, "-flat"),
        (16, "-squat"),
        (24, "-short"),
        (30, "-tall"),
    ]

    app = getters.app(Host)
    top_bar = getters.query_one(TopBar)

    @property
    def runtime(self) -> Runtime:
        """Everything a screen may ask for."""
        return self.app.runtime

    def place(self) -> Content:
        """Where the person is, for the bar at the top."""
        raise NotImplementedError

    def body(self) -> ComposeResult:
        """What lies between the bars."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """The bars with the body between them."""
        yield TopBar(self.place(), self.runtime.grading)
        yield from self.body()
        yield Footer(show_command_palette=False)
        yield TooSmall()
