"""A row of choices, one of which is taken: for levels, languages, numbers."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from mockint.tui.messages import PlanChosen

ValueT = TypeVar("ValueT")


class Choice(Widget, Generic[ValueT], can_focus=True):
    """A label with its options on one line; arrows move, as does a click.

    Attributes:
        index: Which option is taken.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,minus", "step(-1)", "Less", show=False),
        Binding("right,l,space,plus", "step(1)", "More", show=False),
        Binding("home", "step(-999)", "First", show=False),
        Binding("end", "step(999)", "Last", show=False),
    ]

    index: reactive[int] = reactive(0)

    def __init__(
        self,
        label: str,
        options: Sequence[tuple[ValueT, str]],
        value: ValueT,
        *,
        stepper: bool = False,
        label_width: int = 11,
        id: str,  # noqa: A002 - the name Textual gives it
    ) -> None:
        super().__init__(id=id)
        self._label = label
        self._options = tuple(options)
        self._stepper = stepper
        self._label_width = label_width
        values = [option for option, _ in self._options]
        self.set_reactive(Choice.index, values.index(value) if value in values else 0)

    @property
    def value(self) -> ValueT:
        """The value taken."""
        return self._options[self.index][0]

    def validate_index(self, index: int) -> int:
        """Stay within the options."""
        return max(0, min(index, len(self._options) - 1))

    def watch_index(self) -> None:
        """Say that the choice changed."""
        if self.is_mounted:
            self.post_message(PlanChosen())

    def action_step(self, by: int) -> None:
        """Move by some options."""
        self.index += by

    def cycle(self) -> None:
        """Take the next option, or the first after the last."""
        self.index = (self.index + 1) % len(self._options)

    def on_click(self, event: events.Click) -> None:
        """Take the option under the pointer."""
        self.focus()
        if self._stepper:
            self.index += -1 if event.x < self._label_width + 2 else 1
            return
        left = self._label_width
        for number, (_, title) in enumerate(self._options):
            width = Content(title).cell_length + 4
            if left <= event.x < left + width:
                self.index = number
            left += width

    def render(self) -> Content:
        """The label and its options, the taken one marked by a symbol and weight."""
        label = (
            f"{self._label:<{self._label_width}}",
            "bold $primary" if self.has_focus else "$muted",
        )
        if self._stepper:
            title = self._options[self.index][1]
            ends = (self.index > 0, self.index < len(self._options) - 1)
            return Content.assemble(
                label,
                ("‹ " if ends[0] else "  ", "$primary"),
                (title, "bold"),
                (" ›" if ends[1] else "", "$primary"),
            )
        parts: list[tuple[str, str]] = [label]
        for number, (_, title) in enumerate(self._options):
            taken = number == self.index
            parts.append((f"{'●' if taken else '○'} {title}  ", "bold" if taken else "$muted"))
        return Content.assemble(*parts)
