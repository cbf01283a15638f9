"""A kind question with a few answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static


@dataclass(frozen=True, slots=True)
class Reply:
    """One possible answer.

    Attributes:
        id: What the question's asker gets.
        title: What the button says.
        key: The letter that gives it.
    """

    id: str
    title: str
    key: str


class Ask(ModalScreen[str | None]):
    """Asks; the answer is a reply's id, or None for "stay as you are"."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Stay", show=False),
        Binding("right,down", "app.focus_next", show=False),
        Binding("left,up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, about: str, replies: Sequence[Reply]) -> None:
        super().__init__()
        self._title = title
        self._about = about
        self._replies = tuple(replies)

    def compose(self) -> ComposeResult:
        """Title, explanation, buttons; the first reply has the focus."""
        with Vertical(classes="dialog"):
            yield Static(Content(self._title), classes="dialog-title")
            yield Static(Content(self._about), classes="dialog-about")
            with Horizontal(classes="dialog-buttons"):
                for reply in self._replies:
                    yield Button(
                        Content.assemble((reply.key, "bold underline"), f"  {reply.title}"),
                        id=f"reply-{reply.id}",
                        compact=True,
                    )

    def on_mount(self) -> None:
        """Letters answer as well."""
        for reply in self._replies:
            self._bindings.bind(reply.key, f"reply({reply.id!r})", show=False)

    def action_reply(self, reply: str) -> None:
        """Answer."""
        self.dismiss(reply)

    def action_cancel(self) -> None:
        """Stay as it was."""
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with the button's reply."""
        self.dismiss((event.button.id or "").removeprefix("reply-"))
