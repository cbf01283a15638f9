"""Review: past sessions, found by topic, question or words of an answer."""

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from mockint.domain.errors import StorageError
from mockint.domain.language import Language
from mockint.domain.session import Mode, SessionSummary
from mockint.tui import words
from mockint.tui.actions import bindings
from mockint.tui.messages import GradingRested, PlanChosen
from mockint.tui.modals import asking
from mockint.tui.screens.base import MockintScreen
from mockint.tui.text import day, visible
from mockint.tui.widgets.choice import Choice
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.sessions import session_line

if TYPE_CHECKING:
    from textual.timer import Timer

_PAUSE = 0.15
_MOST = 500


class ReviewScreen(MockintScreen):
    """The list of past sessions with its filters."""

    AREA = "review"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("review")]
    AUTO_FOCUS = "#past"

    box = getters.query_one("#review-filter", Input)
    mode = getters.query_one("#mode", Choice)
    language = getters.query_one("#review-language", Choice)
    past = getters.query_one("#past", OptionList)
    nothing = getters.query_one("#nothing", Static)

    def __init__(self) -> None:
        super().__init__()
        self._summaries: tuple[SessionSummary, ...] = ()
        self._pause: Timer | None = None

    def place(self) -> Content:
        """Past sessions."""
        return place("Review", "past sessions")

    def body(self) -> ComposeResult:
        """Filters above, the list below."""
        with Vertical(id="review"):
            yield Input(
                placeholder="search topics, questions and answers  ( / )",
                id="review-filter",
                compact=True,
            )
            with Horizontal(id="review-choices"):
                modes: list[tuple[Mode | None, str]] = [(None, "both")]
                modes += [(mode, words.MODES[mode].lower()) for mode in Mode]
                yield Choice("Mode", modes, None, label_width=6, id="mode")
                languages: list[tuple[Language | None, str]] = [(None, "both")]
                languages += [(item, words.LANGUAGES[item]) for item in Language]
                yield Choice("Language", languages, None, label_width=10, id="review-language")
            yield Static(id="nothing", markup=False)
            yield OptionList(id="past", compact=True, markup=False)

    def on_mount(self) -> None:
        """Draw first, read the store afterwards."""
        self.nothing.display = False
        self.call_after_refresh(self.read_store)

    def on_screen_resume(self) -> None:
        """Grades may have come in meanwhile."""
        self.call_after_refresh(self.read_store)

    def on_grading_rested(self, _message: GradingRested) -> None:
        """Grades have come in."""
        self.read_store()

    @on(Input.Changed, "#review-filter")
    def search_soon(self) -> None:
        """Search once typing pauses."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(_PAUSE, self.read_store)

    @on(Input.Submitted, "#review-filter")
    def to_list(self) -> None:
        """Enter goes from the box to what it found."""
        self.read_store()
        self.past.focus()

    @on(PlanChosen)
    def read_store(self) -> None:
        """List what matches."""
        try:
            self._summaries = self.runtime.store.summaries(
                text=self.box.value.strip(),
                mode=self.mode.value,
                language=self.language.value,
                limit=_MOST,
            )
        except StorageError as error:
            self.notify(visible(str(error)), severity="error", timeout=12, markup=False)
            return
        now = self.runtime.clock.now()
        at = self.past.highlighted
        self.past.clear_options()
        self.past.add_options(Option(session_line(s, now), id=s.id) for s in self._summaries)
        found = bool(self._summaries)
        self.nothing.display = not found
        if found:
            self.past.highlighted = min(at or 0, len(self._summaries) - 1)
        else:
            self._show_nothing()

    def _show_nothing(self) -> None:
        narrowed = bool(self.box.value.strip() or self.mode.value or self.language.value)
        said = (
            "Nothing matches. Try fewer letters, or both modes and languages."
            if narrowed
            else "No sessions yet. Esc goes home; i begins an interview."
        )
        self.nothing.update(Content.styled(said, "$muted"))

    @on(OptionList.OptionSelected, "#past")
    def action_open(self) -> None:
        """Read the session, or go on with it where it is not over."""
        summary = self._chosen()
        if summary is None:
            return
        if summary.finished_at is None:
            self.app.resume(summary.id)
        else:
            self.app.open_transcript(summary.id)

    def action_filter(self) -> None:
        """Type to search."""
        self.box.focus()

    def action_mode(self) -> None:
        """Take the next mode."""
        self.mode.cycle()

    def action_language(self) -> None:
        """Take the next language."""
        self.language.cycle()

    def action_delete(self) -> None:
        """Delete the chosen session, after asking."""
        summary = self._chosen()
        if summary is None:
            return
        when = day(summary.started_at, self.runtime.clock.now())

        def answered(reply: str | None) -> None:
            if reply == "delete":
                self._delete(summary.id)

        self.app.push_screen(asking.delete(summary, when), answered)

    def _delete(self, session_id: str) -> None:
        try:
            self.runtime.store.discard(session_id)
        except StorageError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        self.read_store()

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()

    def _chosen(self) -> SessionSummary | None:
        at = self.past.highlighted
        return None if at is None or at >= len(self._summaries) else self._summaries[at]
