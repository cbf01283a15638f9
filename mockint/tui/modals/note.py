"""Something to read, over the screen."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static


class Note(ModalScreen[None]):
    """Shows some widgets to read; escape, enter or q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,f1,f3", "dismiss_note", "Close", show=False)
    ]

    def __init__(self, title: str, *widgets: Widget) -> None:
        super().__init__()
        self._title = title
        self._widgets = widgets

    def compose(self) -> ComposeResult:
        """Title, text, how to close."""
        with Vertical(classes="dialog wide") as dialog:
            dialog.border_subtitle = "Esc closes"
            yield Static(Content(self._title), classes="dialog-title")
            with VerticalScroll(classes="dialog-text"):
                yield from self._widgets

    def action_dismiss_note(self) -> None:
        """Close."""
        self.dismiss(None)
