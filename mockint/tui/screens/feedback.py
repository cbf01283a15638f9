"""The grade of one drill answer, right after it."""

from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from mockint.app.live import LiveSession
from mockint.domain.session import AnswerRecord
from mockint.tui.actions import bindings
from mockint.tui.messages import AnswerGraded, GradingRested
from mockint.tui.screens.base import MockintScreen
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.graded import GradedAnswer, Shown

if TYPE_CHECKING:
    from collections.abc import Callable


class FeedbackScreen(MockintScreen):
    """What the answer did with each key point; then the next question."""

    AREA = "feedback"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("feedback")]
    AUTO_FOCUS = "#graded"

    graded = getters.query_one(GradedAnswer)

    def __init__(self, live: LiveSession, position: int) -> None:
        super().__init__()
        self._live = live
        self._position = position
        self._stop: Callable[[], None] = lambda: None

    def place(self) -> Content:
        """A drill's grade."""
        return place("Drill", "how it went")

    def body(self) -> ComposeResult:
        """The answer in full."""
        yield GradedAnswer(self.runtime.bank, self._shown())

    async def on_mount(self) -> None:
        """Listen for the grade, which may be there already."""
        self._stop = self._live.watch(self._heard)
        await self.graded.show(self._shown())

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._stop()

    async def on_answer_graded(self, _message: AnswerGraded) -> None:
        """Show the grade."""
        await self.graded.show(self._shown())

    async def on_grading_rested(self, _message: GradingRested) -> None:
        """Show why there is no grade, if so."""
        await self.graded.show(self._shown())

    def _heard(self, record: AnswerRecord) -> None:
        self.post_message(AnswerGraded(record))

    def _shown(self) -> Shown:
        state = self._live.state
        title = f"Question {self._position + 1} of {len(state.question_ids)}"
        failure = self._live.failures.get(self._position)
        return Shown(state.records[self._position], title, failure)

    def action_next(self) -> None:
        """Go on to the next question, or to the result after the last."""
        if self._live.question is None:
            self._to_result()
        else:
            self.app.pop_screen()

    def action_retry(self) -> None:
        """Ask the grader again."""
        self.app.grade(self._live)

    def action_finish(self) -> None:
        """End the drill here."""
        self._live.finish(self._live.state.draft.text)
        self._to_result()

    def action_leave(self) -> None:
        """Go home; the drill can be resumed."""
        if self._live.question is None:
            self._to_result()
            return
        self.app.pop_screen()
        self.app.pop_screen()

    def _to_result(self) -> None:
        self.app.pop_screen()
        self.app.show_result(self._live)
