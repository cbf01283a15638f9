"""The bar at the top, the grader's status, and the note for a window that is too small."""

from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Static

from mockint.domain.ports import GraderStage, GraderStatus, GradingService
from mockint.tui import words
from mockint.tui.messages import GraderChanged
from mockint.tui.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_STYLES = {GraderStage.READY: "$covered", GraderStage.FAILED: "$contradicted"}


def status_words(status: GraderStatus, *, short: bool = False) -> Content:
    """The grader's stage as symbol and words, with the number of answers waiting."""
    symbol, said = words.STAGES[status.stage]
    parts: list[Content | str | tuple[str, str]] = [
        (f"{symbol} ", _STYLES.get(status.stage, "$partial")),
        (said.removeprefix("grader ") if short else said, "$muted"),
    ]
    if status.waiting:
        parts.append((f" · {status.waiting} waiting", "$muted"))
    return Content.assemble(*parts)


class StatusChip(Static):
    """What the grading process is doing, in a symbol and a few words."""

    def __init__(self, grading: GradingService) -> None:
        super().__init__(markup=False, id="status-chip")
        self._grading = grading
        self._stop: Callable[[], None] = lambda: None

    def on_mount(self) -> None:
        """Show the stage now and at every change."""
        self._stop = self._grading.watch(self._heard)
        self._show(self._grading.status)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._stop()

    def on_grader_changed(self, message: GraderChanged) -> None:
        """Show the new stage."""
        self._show(message.status)

    def _heard(self, status: GraderStatus) -> None:
        self.post_message(GraderChanged(status))

    def _show(self, status: GraderStatus) -> None:
        self.update(status_words(status))
        note = one_line(status.note)
        self.tooltip = Content(note) if note else None


class TopBar(Horizontal):
    """One line: where the person is, and how the grader does."""

    place = getters.query_one("#place", Static)

    def __init__(self, place: Content, grading: GradingService) -> None:
        super().__init__(id="top-bar")
        self._place = place
        self._grading = grading

    def compose(self) -> ComposeResult:
        """The place at the left, the grader at the right."""
        yield Static(self._place, id="place", markup=False)
        yield StatusChip(self._grading)

    def show(self, place: Content) -> None:
        """Show another place."""
        self.place.update(place)


class TooSmall(Static):
    """Covers a window that is too small to read; what lies beneath goes on, the editor included."""

    def __init__(self) -> None:
        note = Content.assemble((words.TOO_SMALL, "bold"), "\n", (words.TOO_SMALL_MORE, "$muted"))
        super().__init__(note, id="too-small", markup=False)


def place(*parts: str) -> Content:
    """The program's name and where in it the person is."""
    return Content.assemble(
        (words.APP, "bold $primary"),
        *(
            (f"  ›  {part}" if number == 0 else f" · {part}", "")
            for number, part in enumerate(parts)
        ),
    )
