"""Markdown from the bank: read, never followed."""

from textual.widgets import Markdown

from mockint.tui.text import visible


class Prose(Markdown):
    """Markdown whose links open nothing: mockint stays offline."""

    def __init__(self, text: str, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - the name Textual gives it
        super().__init__(visible(text), open_links=False, id=id, classes=classes)
