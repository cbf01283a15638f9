"""Home: what there is to do, and how it went so far."""

from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from mockint.domain.errors import StorageError
from mockint.domain.ports import GraderStage, GraderStatus
from mockint.domain.session import Mode, SessionState, SessionSummary, TopicMastery
from mockint.tui import words
from mockint.tui.actions import bindings
from mockint.tui.messages import GraderChanged, GradingRested
from mockint.tui.modals import asking
from mockint.tui.screens.base import MockintScreen
from mockint.tui.text import visible
from mockint.tui.widgets.cards import Card
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.mastery import mastery_bars
from mockint.tui.widgets.resume import ResumeBanner
from mockint.tui.widgets.sessions import session_line

_LAST = 8


class HomeScreen(MockintScreen):
    """What to do next, the session left behind, the last sessions, the weakest topics."""

    AREA = "home"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("home")]
    AUTO_FOCUS = "#card-interview"

    resume_banner = getters.query_one(ResumeBanner)
    sessions = getters.query_one("#sessions", OptionList)
    no_sessions = getters.query_one("#no-sessions", Static)
    mastery = getters.query_one("#mastery", Static)
    bank_line = getters.query_one("#bank", Static)
    grader_note = getters.query_one("#grader-note", Static)

    def __init__(self) -> None:
        super().__init__()
        self._left: SessionState | None = None
        self._mastery: tuple[TopicMastery, ...] = ()

    def place(self) -> Content:
        """The program's name and what it is."""
        return place(words.TAGLINE)

    def body(self) -> ComposeResult:
        """Banner, cards, two panels, one line about the bank."""
        settings = self.runtime.settings
        with VerticalScroll(id="page", can_focus=False):
            yield ResumeBanner()
            yield Static(id="grader-note", markup=False)
            with Horizontal(id="cards"):
                yield Card(
                    "i",
                    "Interview",
                    f"{words.count(settings.count, 'question')}, "
                    f"{words.minutes(settings.minutes)}.\nGraded at the end.",
                    action="interview",
                )
                yield Card("d", "Drill", "No clock, hints, and\na grade each time.", action="drill")
                yield Card("v", "Review", "Every past answer\nwith its grade.", action="review")
            with Horizontal(id="panels"):
                with Vertical(id="sessions-panel", classes="panel"):
                    yield Static(Content("Last sessions"), classes="panel-title")
                    yield OptionList(id="sessions", compact=True, markup=False)
                    yield Static(Content.styled("Reading…", "$muted"), id="no-sessions")
                with Vertical(id="mastery-panel", classes="panel"):
                    yield Static(Content("Topics, weakest first"), classes="panel-title")
                    yield Static(Content.styled("Reading…", "$muted"), id="mastery")
            yield Static(id="bank", markup=False)

    def on_mount(self) -> None:
        """Draw first, read the store afterwards."""
        self.sessions.display = False
        self._show_grader()
        self._stop_watching = self.runtime.grading.watch(self._heard)
        self.call_after_refresh(self.read_store)

    def on_unmount(self) -> None:
        """Listen no longer."""
        self._stop_watching()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        self.call_after_refresh(self.read_store)

    def on_resize(self) -> None:
        """Fit the bars to the window."""
        self.call_after_refresh(self._show_mastery)

    def on_grader_changed(self, _message: GraderChanged) -> None:
        """Say so when grading is not to be had."""
        self._show_grader()

    def on_grading_rested(self, _message: GradingRested) -> None:
        """Scores of earlier sessions may be known by now."""
        self.read_store()

    def _heard(self, status: GraderStatus) -> None:
        self.post_message(GraderChanged(status))

    def read_store(self) -> None:
        """Fill in what the store knows."""
        store = self.runtime.store
        try:
            unfinished = store.unfinished()
            self._show_sessions(store.summaries(limit=_LAST))
            self._mastery = store.mastery()
        except StorageError as error:
            self.notify(visible(str(error)), severity="error", timeout=12, markup=False)
            return
        self._left = unfinished[0] if unfinished else None
        self.resume_banner.show(unfinished)
        self.refresh_bindings()
        self._show_mastery()
        self._show_bank()

    def _show_sessions(self, summaries: tuple[SessionSummary, ...]) -> None:
        over = [s for s in summaries if s.finished_at is not None]
        now = self.runtime.clock.now()
        self.sessions.display = bool(over)
        self.no_sessions.display = not over
        self.no_sessions.update(
            Content.styled("None yet. Press i, then Enter, for a first interview.", "$muted")
        )
        highlighted = self.sessions.highlighted
        self.sessions.clear_options()
        self.sessions.add_options(Option(session_line(s, now, short=True), id=s.id) for s in over)
        if over and highlighted is not None:
            self.sessions.highlighted = min(highlighted, len(over) - 1)

    def _show_mastery(self) -> None:
        width = max(24, self.mastery.size.width or 36)
        self.mastery.update(
            mastery_bars(self._mastery, width=width, most=7)
            if self._mastery
            else Content.styled("Topics appear here once answers are graded.", "$muted")
        )

    def _show_bank(self) -> None:
        bank = self.runtime.bank
        size, topics = bank.size, len(bank.topics())
        text = f"{words.count(size, 'question')} in {words.count(topics, 'topic')}"
        notices = len(self.app.all_notices())
        parts: list[tuple[str, str]] = [(text, "$muted")]
        if notices:
            parts += [
                (" · ", "$muted"),
                (f"! {words.count(notices, 'notice')}", "bold $amber"),
                (" (F4)", "$muted"),
            ]
        self.bank_line.update(Content.assemble(*parts))

    def _show_grader(self) -> None:
        status = self.runtime.grading.status
        failed = status.stage is GraderStage.FAILED
        self.grader_note.display = failed
        if failed:
            self.grader_note.update(
                Content.assemble(
                    ("✗ Grading is not available: ", "bold $contradicted"),
                    f"{visible(status.note).rstrip('.') or 'the reason is in the log'}.",
                    (" You can practise all the same: answers are kept.", "$muted"),
                )
            )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Resume and discard exist while there is something to resume."""
        del parameters
        return self._left is not None if action in {"resume", "discard"} else True

    @on(Card.Taken)
    async def take(self, event: Card.Taken) -> None:
        """Do what the card says."""
        await self.run_action(event.action)

    @on(OptionList.OptionSelected, "#sessions")
    def open_session(self, event: OptionList.OptionSelected) -> None:
        """Show a past session."""
        if event.option_id is not None:
            self.app.open_transcript(event.option_id)

    def action_interview(self) -> None:
        """Choose an interview."""
        self.app.open_setup(Mode.INTERVIEW)

    def action_drill(self) -> None:
        """Choose a drill."""
        self.app.open_setup(Mode.DRILL)

    def action_review(self) -> None:
        """List past sessions."""
        self.app.open_review()

    @on(Button.Pressed, "#do-resume")
    def action_resume(self) -> None:
        """Go on with the session left behind."""
        if self._left is not None:
            self.app.resume(self._left.id)

    @on(Button.Pressed, "#do-discard")
    def action_discard(self) -> None:
        """Ask, then delete the session left behind."""
        state = self._left
        if state is None:
            return

        def answered(reply: str | None) -> None:
            if reply == "discard":
                self._delete(state.id)

        self.app.push_screen(asking.discard(state), answered)

    def _delete(self, session_id: str) -> None:
        try:
            self.runtime.store.discard(session_id)
        except StorageError as error:
            self.notify(visible(str(error)), severity="error", markup=False)
        self.read_store()

    async def action_leave_app(self) -> None:
        """Leave mockint."""
        await self.app.run_action("leave_app")
