"""The question: prompt, editor, clocks. Whatever happens, what was typed is kept."""

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea

from mockint.app.live import LiveSession, Tick
from mockint.domain.errors import StorageError
from mockint.domain.session import Mode
from mockint.tui import words
from mockint.tui.actions import bindings
from mockint.tui.modals import asking
from mockint.tui.modals.note import Note
from mockint.tui.screens.base import MockintScreen
from mockint.tui.screens.feedback import FeedbackScreen
from mockint.tui.text import visible
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.countdown import Countdown
from mockint.tui.widgets.editor import AnswerEditor
from mockint.tui.widgets.hints import Hints
from mockint.tui.widgets.markdown import Prose
from mockint.tui.widgets.progress import progress

_TICK = 0.25


class QuestionScreen(MockintScreen):
    """One question after the other, until the session is over."""

    AREA = "question"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("question")]
    AUTO_FOCUS = "#editor"

    editor = getters.query_one(AnswerEditor)
    progress = getters.query_one("#progress", Static)
    question_clock = getters.query_one("#question-clock", Countdown)
    session_clock = getters.query_one("#session-clock", Countdown)
    prompt_area = getters.query_one("#prompt-area", VerticalScroll)
    hints = getters.query_one(Hints)

    def __init__(self, live: LiveSession) -> None:
        super().__init__()
        self.live = live
        self._mode = live.state.plan.mode
        self._typed_size = ""

    def place(self) -> Content:
        """Mode, topic and level."""
        question = self.live.question
        if question is None:
            return place(words.MODES[self._mode])
        return place(
            words.MODES[self._mode], words.topic(question.topic), words.LEVELS[question.level]
        )

    def body(self) -> ComposeResult:
        """Progress and clocks, the prompt, hints, the editor."""
        with Vertical(id="question"):
            with Horizontal(id="question-line"):
                yield Static(progress(self.live.state), id="progress", markup=False)
                yield Countdown("Question", id="question-clock")
                yield Countdown("Session", id="session-clock")
            with VerticalScroll(id="prompt-area"):
                yield Prose(self._prompt(), id="prompt")
                yield Hints()
            yield AnswerEditor()

    def on_mount(self) -> None:
        """Put back the draft and start the ticking."""
        self.editor.load_text(self.live.state.draft.text)
        self.editor.move_cursor(self.editor.document.end)
        self.editor.border_title = "Your answer"
        self._show_state()
        self.set_interval(_TICK, self.tick)

    def on_unmount(self) -> None:
        """However the screen goes away: the draft is on disk."""
        if self.live.question is not None:
            try:
                self.live.pause_save()
            except StorageError as error:
                self.app.say_on_exit(visible(str(error)))

    @on(TextArea.Changed)
    def typed(self) -> None:
        """Hand every change over; the session saves it in time."""
        if self.live.question is not None:
            self.live.type(self.editor.text)
            self._show_size()

    def tick(self) -> None:
        """Save what is due, show the time, act when it is out."""
        if self.live.question is None:
            return
        try:
            ran_out = self.live.tick()
        except StorageError as error:
            self.notify(
                f"{visible(str(error))}\nYour text is safe in this window; saving is tried again.",
                title="Not saved",
                severity="error",
                timeout=15,
                markup=False,
            )
            return
        self._show_clocks()
        self._show_saved()
        if ran_out is Tick.QUESTION_OVER:
            self._question_over()
        elif ran_out is Tick.SESSION_OVER:
            self._session_over()

    def _question_over(self) -> None:
        self.app.bring_forward(self)
        self.live.submit(self.editor.text, timed_out=True)
        self.notify(
            "What you typed is kept and will be graded.",
            title="Time for that question is over",
            severity="warning",
            markup=False,
        )
        self._go_on()

    def _session_over(self) -> None:
        self.app.bring_forward(self)
        self.live.finish(self.editor.text, timed_out=True)
        self.notify(
            "Everything you typed is kept and will be graded.",
            title="Time is up",
            severity="warning",
            markup=False,
        )
        self._go_on()

    def _go_on(self) -> None:
        self.app.grade(self.live)
        if self.live.question is None:
            self.app.show_result(self.live)
        else:
            self._show_question()

    def _show_question(self) -> None:
        self.top_bar.show(self.place())
        self.query_one("#prompt", Prose).update(visible(self._prompt()))
        self.prompt_area.scroll_home(animate=False)
        self.editor.load_text(self.live.state.draft.text)
        self.editor.focus()
        self._show_state()

    def _show_state(self) -> None:
        self.progress.update(progress(self.live.state))
        self._show_flag()
        self._show_hints()
        self._show_clocks()
        self._show_size()
        self.refresh_bindings()

    def _show_clocks(self) -> None:
        clocks = self.live.clocks()
        self.question_clock.show(clocks.question_left, clocks.question_urgency)
        self.session_clock.show(clocks.session_left, clocks.session_urgency)

    def _show_size(self) -> None:
        language = self.live.state.plan.language
        self._typed_size = words.size(self.editor.text, language)
        self._show_saved()

    def _show_saved(self) -> None:
        saved = "NOT saved" if self.live.unsaved else "saved"
        self.editor.border_subtitle = f"{self._typed_size} · {saved}"

    def _show_flag(self) -> None:
        flagged = self.live.state.draft.flagged
        self.editor.border_title = "Your answer  ⚑ flagged" if flagged else "Your answer"

    def _show_hints(self) -> None:
        question = self.live.question
        self.hints.show(self.live.hints_shown, len(question.hints) if question else 0)

    def _prompt(self) -> str:
        question = self.live.question
        return "" if question is None else question.prompt[self.live.state.plan.language]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hints and model answers belong to drills."""
        del parameters
        return self._mode is Mode.DRILL if action in {"hint", "model_answer"} else True

    def action_submit(self) -> None:
        """Hand in the answer."""
        try:
            record = self.live.submit(self.editor.text)
        except ValueError:
            self.notify("Nothing is typed yet. Ctrl+N skips the question.", markup=False)
            return
        if self._mode is Mode.INTERVIEW:
            self._go_on()
            return
        self.app.grade(self.live)
        if self.live.question is not None:
            self._show_question()
        self.app.push_screen(FeedbackScreen(self.live, record.position))

    def action_skip(self) -> None:
        """Go on without an answer; asks first where something would be lost."""
        if not self.editor.text.strip():
            self._skip("skip")
            return
        self.app.push_screen(asking.skip(), self._skip)

    def _skip(self, reply: str | None) -> None:
        if reply == "skip":
            self.live.skip()
            self._go_on()

    def action_flag(self) -> None:
        """Mark or unmark."""
        self.live.toggle_flag()
        self._show_flag()

    def action_hint(self) -> None:
        """Show the next hint."""
        if self.live.hint() is None:
            self.notify("There is no further hint.", markup=False)
        self._show_hints()
        self.prompt_area.scroll_end(animate=False)

    def action_model_answer(self) -> None:
        """Read the model answer."""
        question = self.live.question
        if question is not None:
            text = question.reference[self.live.state.plan.language]
            self.app.push_screen(Note("Model answer", Prose(text)))

    def action_finish(self) -> None:
        """End the session, after asking."""
        left = len(self.live.state.question_ids) - self.live.state.position - 1
        self.app.push_screen(asking.finish(self._mode, left), self._finish)

    def _finish(self, reply: str | None) -> None:
        if reply == "finish":
            self.live.finish(self.editor.text)
            self._go_on()

    def action_leave(self) -> None:
        """Leave for home or the shell, after asking; the draft is safe either way."""
        self.app.push_screen(asking.leave(self._mode), self._leave)

    def _leave(self, reply: str | None) -> None:
        if reply == "home":
            self.app.pop_screen()
        elif reply == "quit":
            self.app.exit()
