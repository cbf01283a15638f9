"""A countdown that says by symbol, word and colour how urgent it is."""

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from mockint.session.timing import Urgency
from mockint.tui import words
from mockint.tui.text import clock

_STYLES = {
    Urgency.CALM: "$calm",
    Urgency.AMBER: "bold $amber",
    Urgency.RED: "bold reverse $red",
    Urgency.OVER: "bold reverse $red",
}


class Countdown(Static):
    """Time left for one thing; empty where there is no limit.

    Attributes:
        shown: Time left as text, with its urgency.
    """

    shown: reactive[tuple[str, Urgency]] = reactive(("", Urgency.CALM))

    def __init__(self, label: str, *, id: str) -> None:  # noqa: A002 - the name Textual gives it
        super().__init__(markup=False, id=id)
        self._label = label

    def show(self, left: float | None, urgency: Urgency) -> None:
        """Show the seconds left; redraws only when what is read changes."""
        self.shown = ("" if left is None else clock(left), urgency)

    def watch_shown(self) -> None:
        """Draw label, symbol, time and word."""
        text, urgency = self.shown
        self.display = bool(text)
        symbol, word = words.URGENCIES[urgency]
        said = f" {symbol} {text} {word}".rstrip() + " "
        self.update(Content.assemble((f"{self._label} ", "$muted"), (said, _STYLES[urgency])))
