"""Choosing topics: a list with counts and a box to type in."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from mockint.tui import words
from mockint.tui.messages import PlanChosen


class TopicList(OptionList):
    """Topics, each with a mark that enter or space toggles."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", show=False)]


class TopicPicker(Vertical):
    """Several topics, or all where none is chosen."""

    box = getters.query_one("#topic-filter", Input)
    list = getters.query_one("#topic-list", TopicList)

    def __init__(self, counts: Mapping[str, int], chosen: Iterable[str]) -> None:
        super().__init__(id="topics")
        self._counts = dict(counts)
        self._order = sorted(counts, key=lambda name: words.topic(name).casefold())
        self._chosen = {topic for topic in chosen if topic in self._counts}

    @property
    def chosen(self) -> tuple[str, ...]:
        """The topics chosen, in alphabetical order; empty means all."""
        return tuple(sorted(self._chosen))

    def compose(self) -> ComposeResult:
        """The box and the list."""
        yield Input(placeholder="type to find a topic", id="topic-filter", compact=True)
        yield TopicList(id="topic-list", compact=True, markup=False)

    def on_mount(self) -> None:
        """List every topic."""
        self._fill()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show other numbers of questions behind the topics."""
        if dict(counts) != self._counts:
            self._counts = dict(counts)
            self._fill()

    def choose_all(self) -> None:
        """Forget the choice, which means all topics."""
        self._chosen.clear()
        self.box.value = ""
        self._fill()
        self.post_message(PlanChosen())

    @on(Input.Changed, "#topic-filter")
    def narrow(self) -> None:
        """List what matches the letters typed."""
        self._fill()

    @on(Input.Submitted, "#topic-filter")
    def to_list(self) -> None:
        """Enter goes from the box to what it found, and takes it where it is the only one."""
        if self.list.option_count == 1:
            self.list.highlighted = 0
            self.list.action_select()
        self.list.focus()

    def on_key(self, event: events.Key) -> None:
        """Down goes from the box to the list; a letter typed in the list goes to the box."""
        if event.key == "down" and self.box.has_focus:
            self.list.focus()
        elif self.list.has_focus and event.character and event.character.isalnum():
            self.box.focus()
            self.box.insert_text_at_cursor(event.character)
        else:
            return
        event.stop()

    @on(OptionList.OptionSelected, "#topic-list")
    def toggle(self, event: OptionList.OptionSelected) -> None:
        """Take the topic in or out."""
        if event.option_id is None:
            return
        self._chosen ^= {event.option_id}
        self.list.replace_option_prompt_at_index(event.option_index, self._line(event.option_id))
        self._say()
        self.post_message(PlanChosen())

    def _fill(self) -> None:
        wanted = self.box.value.strip()
        at = self.list.highlighted
        names = [name for name in self._order if words.topic_matches(name, wanted)]
        self.list.clear_options()
        self.list.add_options(Option(self._line(name), id=name) for name in names)
        if names:
            self.list.highlighted = min(at or 0, len(names) - 1)
        self._say()

    def _line(self, name: str) -> Content:
        taken = name in self._chosen
        return Content.assemble(
            ("✓" if taken else "·", "bold $covered" if taken else "$muted"),
            (f"{self._counts[name]:>3} ", "$muted"),
            (words.topic(name), "bold" if taken else ""),
        )

    def _say(self) -> None:
        number = len(self._chosen)
        self.border_title = f"Topics · {number} chosen" if number else "Topics · all"
        self.border_subtitle = "Space chooses"
