"""The result of a session, while grades arrive and ever after."""

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from mockint.app.live import LiveSession
from mockint.domain.errors import StorageError
from mockint.domain.grade import Band
from mockint.domain.ports import GraderStatus
from mockint.domain.session import AnswerRecord, SessionState
from mockint.tui import words
from mockint.tui.actions import bindings
from mockint.tui.messages import AnswerGraded, GraderChanged, GradingRested
from mockint.tui.screens.base import MockintScreen
from mockint.tui.text import day, duration, shown_score, visible
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.graded import GradedAnswer, Shown
from mockint.tui.widgets.verdicts import standing

if TYPE_CHECKING:
    from collections.abc import Callable


class ResultScreen(MockintScreen):
    """Score and questions at the left, one question in full at the right.

    Serves the session just finished (``live``) and transcripts of past ones.
    """

    AREA = "result"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("result")]
    AUTO_FOCUS = "#questions"

    summary = getters.query_one("#summary", Static)
    questions = getters.query_one("#questions", OptionList)
    graded = getters.query_one(GradedAnswer)

    def __init__(self, state: SessionState, live: LiveSession | None = None) -> None:
        super().__init__()
        self._stored = state
        self._live = live
        self._stops: list[Callable[[], None]] = []

    @property
    def _state(self) -> SessionState:
        return self._stored if self._live is None else self._live.state

    def place(self) -> Content:
        """Which session this is."""
        state = self._stored
        when = day(state.started_at, self.runtime.clock.now())
        return place(f"{words.MODES[state.plan.mode]} result", when)

    def body(self) -> ComposeResult:
        """Summary above; list and detail below."""
        yield Static(id="summary", markup=False)
        with Horizontal(id="result"):
            with Vertical(id="questions-panel"):
                yield OptionList(*self._options(), id="questions", compact=True, markup=False)
            if self._state.records:
                yield GradedAnswer(self.runtime.bank, self._shown(0))

    async def on_mount(self) -> None:
        """Show the first question, and listen for grades; some may be there already."""
        if self._live is not None:
            self._stops.append(self._live.watch(self._heard_of_grade))
        self._stops.append(self.runtime.grading.watch(self._heard))
        if self._state.records:
            self.questions.highlighted = 0
        await self.show_news()

    def on_unmount(self) -> None:
        """Listen no longer."""
        for stop in self._stops:
            stop()

    async def on_answer_graded(self, _message: AnswerGraded) -> None:
        """Another grade is known."""
        await self.show_news()

    async def on_grading_rested(self, _message: GradingRested) -> None:
        """Everything that can be graded is."""
        await self.show_news()

    async def on_grader_changed(self, _message: GraderChanged) -> None:
        """For a transcript, the grader's news may be a grade in the store."""
        if any(record.awaits_grade for record in self._state.records):
            await self.show_news()

    def _heard(self, status: GraderStatus) -> None:
        self.post_message(GraderChanged(status))

    def _heard_of_grade(self, record: AnswerRecord) -> None:
        self.post_message(AnswerGraded(record))

    async def show_news(self) -> None:
        """Read the session again and show what is new."""
        if self._live is None:
            try:
                self._stored = self.runtime.store.session(self._stored.id)
            except StorageError as error:
                self.notify(visible(str(error)), severity="error", markup=False)
        for number, option in enumerate(self._options()):
            self.questions.replace_option_prompt_at_index(number, option.prompt)
        self._show_summary()
        self.refresh_bindings()
        if self.questions.highlighted is not None:
            await self.graded.show(self._shown(self.questions.highlighted))

    @on(OptionList.OptionHighlighted, "#questions")
    async def show_question(self, event: OptionList.OptionHighlighted) -> None:
        """Show the question chosen in the list."""
        await self.graded.show(self._shown(event.option_index))

    @on(OptionList.OptionSelected, "#questions")
    def read_question(self) -> None:
        """Enter goes to the text, to scroll in it."""
        self.graded.focus()

    def _shown(self, position: int) -> Shown:
        state = self._state
        title = f"Question {position + 1} of {len(state.question_ids)}"
        return Shown(state.records[position], title, self._failure(position))

    def _failure(self, position: int) -> str | None:
        return None if self._live is None else self._live.failures.get(position)

    def _options(self) -> list[Option]:
        return [Option(self._line(record)) for record in self._state.records]

    def _line(self, record: AnswerRecord) -> Content:
        score, said = standing(record, self._failure(record.position))
        topics = self._state.topics
        topic = words.topic(topics[record.position]) if record.position < len(topics) else ""
        return Content.assemble(
            (f"{record.position + 1:>2} ", "$muted"),
            (f"{score} ", "bold"),
            (said, ""),
            ("  ⚑" if record.flagged else "", "bold $accent"),
            (f"\n   {topic}", "$muted"),
        )

    def _show_summary(self) -> None:
        state = self._state
        facts = [
            words.count(len(state.question_ids), "question"),
            duration(state.elapsed),
            words.LANGUAGES[state.plan.language],
        ]
        self.summary.update(
            Content.assemble(*self._score_parts(), ("\n" + " · ".join(facts), "$muted"))
        )

    def _score_parts(self) -> list[tuple[str, str]]:
        state = self._state
        written = [record for record in state.records if record.text.strip()]
        graded = sum(record.grade is not None for record in written)
        failed = [r for r in written if self._failure(r.position) and r.grade is None]
        if state.score is not None:
            band = Band.of(state.score)
            return [
                (f" {shown_score(state.score)} ", "bold reverse $primary"),
                (f" {band.value}", f"bold {words.BAND_STYLES[band]}"),
                (f"   {words.BANDS[band]}", ""),
            ]
        if failed:
            return [
                (f"✗ {words.count(len(failed), 'answer')} could not be graded: ", "bold $red"),
                (visible(self._failure(failed[0].position) or ""), ""),
                (" Press g to try again.", "bold"),
            ]
        if graded < len(written):
            return [
                (f"… Grading {graded + 1} of {len(written)}.", "bold $partial"),
                (" The score appears when every answer is graded.", ""),
            ]
        return [("– No score: nothing was asked.", "$muted")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Trying again makes sense where grading failed, or belongs to an earlier run."""
        del parameters
        if action == "retry":
            waiting = [record for record in self._state.records if record.awaits_grade]
            return any(self._live is None or self._failure(r.position) for r in waiting)
        return True

    def action_next(self) -> None:
        """Show the next question."""
        self.questions.action_cursor_down()

    def action_previous(self) -> None:
        """Show the question before."""
        self.questions.action_cursor_up()

    def action_retry(self) -> None:
        """Ask the grader again."""
        if self._live is None:
            self.app.grade_leftovers()
        else:
            self.app.grade(self._live)

    def action_back(self) -> None:
        """Go back."""
        self.app.pop_screen()
