"""The choices of the home screen."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static


class Card(Static, can_focus=True):
    """One thing to do: its key, its name, what it means. Enter or a click takes it."""

    @dataclass
    class Taken(Message):
        """A card was taken.

        Attributes:
            action: The action method of the screen, without ``action_``.
        """

        action: str

    def __init__(self, key: str, title: str, about: str, *, action: str) -> None:
        text = Content.assemble(
            (f" {key} ", "bold reverse $primary"), (f" {title}", "bold"), "\n", (about, "$muted")
        )
        super().__init__(text, markup=False, id=f"card-{action}", classes="card")
        self._action = action

    def on_click(self) -> None:
        """Take it."""
        self.post_message(self.Taken(self._action))

    def on_key(self, event: events.Key) -> None:
        """Enter or space take it, arrows move between cards."""
        match event.key:
            case "enter" | "space":
                self.post_message(self.Taken(self._action))
            case "right" | "down":
                self.screen.focus_next()
            case "left" | "up":
                self.screen.focus_previous()
            case _:
                return
        event.stop()
