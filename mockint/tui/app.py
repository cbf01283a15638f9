"""The app: which screen is shown, what runs behind the screens, how it ends."""

from collections.abc import Callable, Coroutine
from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.content import Content
from textual.driver import Driver
from textual.screen import Screen
from textual.widgets import Static
from textual.worker import Worker, WorkerState

from mockint.app.live import LiveSession, grade_leftovers
from mockint.app.runtime import Runtime
from mockint.domain.errors import MockintError
from mockint.domain.session import Mode, Plan
from mockint.tui import themes, words
from mockint.tui.actions import EVERYWHERE, bindings, keymap
from mockint.tui.commands import ActionCommands
from mockint.tui.host import Host
from mockint.tui.messages import GradingRested
from mockint.tui.modals.help import help_note
from mockint.tui.modals.note import Note
from mockint.tui.screens.base import MockintScreen
from mockint.tui.screens.home import HomeScreen
from mockint.tui.screens.question import QuestionScreen
from mockint.tui.screens.result import ResultScreen
from mockint.tui.screens.review import ReviewScreen
from mockint.tui.screens.setup import SetupScreen
from mockint.tui.text import visible

Start = Literal["home", "interview", "drill", "review"]

_BEHIND = "behind the screens"


class MockintApp(Host):
    """A mock interview in the terminal.

    Args:
        runtime: Every port, wired.
        start: The place to open at.
        remember_theme: Called with the theme's name when the person switches; None forgets it.
    """

    TITLE = words.APP
    CSS_PATH = "mockint.tcss"
    COMMANDS: ClassVar = {ActionCommands}
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(EVERYWHERE)]
    NOTIFICATION_TIMEOUT = 6

    def __init__(
        self,
        runtime: Runtime,
        start: Start = "home",
        *,
        remember_theme: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self.runtime = runtime
        self._start = start
        self._remember_theme = remember_theme
        self._last_words: list[str] = []
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.known(runtime.settings.theme)
        self.set_keymap(keymap(runtime.settings.keymap))

    def get_driver_class(self) -> type[Driver]:
        """The platform's driver; on Linux and macOS one that survives bytes that are no text."""
        driver = super().get_driver_class()
        if driver.__name__ != "LinuxDriver":
            return driver
        # The module cannot be imported on Windows.
        from mockint.tui.driver import ForgivingDriver  # noqa: PLC0415

        return ForgivingDriver

    def get_default_screen(self) -> Screen[None]:
        """Home lies under everything."""
        return HomeScreen()

    def on_mount(self) -> None:
        """Go to where the person asked, start the grader, read out notices."""
        match self._start:
            case "interview":
                self.open_setup(Mode.INTERVIEW)
            case "drill":
                self.open_setup(Mode.DRILL)
            case "review":
                self.open_review()
            case "home":
                pass
        self.theme_changed_signal.subscribe(self, lambda theme: self._theme_chosen(theme.name))
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self._behind(self._start_grading())
        for notice in self.runtime.notices[:3]:
            self.notify(visible(notice), severity="warning", timeout=10, markup=False)
        more = len(self.runtime.notices) - 3
        if more > 0:
            self.notify(f"And {more} more: F4 lists them all.", timeout=10, markup=False)

    def on_unmount(self) -> None:
        """Kill the grading process: quitting never waits for a model."""
        self.runtime.grading.stop()

    def _behind(self, work: Coroutine[None, None, None]) -> None:
        """Run behind the screens, as a task of the event loop that ends with the app."""
        self.run_worker(work, group=_BEHIND, exit_on_error=False)

    async def _start_grading(self) -> None:
        await self.runtime.grading.start()
        await self._grade_earlier_runs()

    def grade(self, live: LiveSession) -> None:
        """Grade what awaits a grade; screens hear about each grade from the session itself."""
        self._behind(self._grade(live))

    async def _grade(self, live: LiveSession) -> None:
        await live.grade_outstanding()
        self._tell_screens(live.state.id)

    def grade_leftovers(self) -> None:
        """Grade what earlier runs left ungraded."""
        self._behind(self._grade_earlier_runs())

    async def _grade_earlier_runs(self) -> None:
        await grade_leftovers(self.runtime)
        self._tell_screens("")

    def _tell_screens(self, session_id: str) -> None:
        for screen in self.screen_stack:
            screen.post_message(GradingRested(session_id))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Nothing that fails behind the screens fails silently."""
        if event.state is WorkerState.ERROR and event.worker.group == _BEHIND:
            self._complain(event.worker.error)

    def _complain(self, error: BaseException | None) -> None:
        self.notify(visible(str(error)), severity="error", timeout=12, markup=False)

    def open_setup(self, mode: Mode) -> None:
        """Ask what to practise."""
        self.push_screen(SetupScreen(mode))

    def open_review(self) -> None:
        """List past sessions."""
        self.push_screen(ReviewScreen())

    def open_transcript(self, session_id: str) -> None:
        """Show a past session in full."""
        try:
            state = self.runtime.store.session(session_id)
        except MockintError as error:
            self._complain(error)
            return
        self.push_screen(ResultScreen(state))

    def begin(self, plan: Plan) -> None:
        """Begin a session in place of the setup."""
        try:
            live = LiveSession.begin(plan, self.runtime)
        except MockintError as error:
            self._complain(error)
            return
        self.switch_screen(QuestionScreen(live))

    def resume(self, session_id: str) -> None:
        """Go on with a session; one that turns out to be over shows its result."""
        try:
            live = LiveSession.resume(session_id, self.runtime)
        except MockintError as error:
            self._complain(error)
            return
        self.grade(live)
        if live.question is None:
            self.push_screen(ResultScreen(live.state, live))
        else:
            self.push_screen(QuestionScreen(live))

    def show_result(self, live: LiveSession) -> None:
        """Show the result in place of the question."""
        self.switch_screen(ResultScreen(live.state, live))

    def all_notices(self) -> tuple[str, ...]:
        """What was left out or replaced at start, from the runtime and from the bank."""
        problems = tuple(str(problem) for problem in self.runtime.bank.problems)
        told = self.runtime.notices
        return (*told, *(problem for problem in problems if problem not in told))

    def say_on_exit(self, text: str) -> None:
        """Say something once the terminal is back."""
        self._last_words.append(text)

    @property
    def last_words(self) -> tuple[str, ...]:
        """What to tell the person once the terminal is back: a draft that could not be saved."""
        return tuple(self._last_words)

    def action_help(self) -> None:
        """Show every key."""
        if not isinstance(self.screen, Note):
            here = self.screen.AREA if isinstance(self.screen, MockintScreen) else "home"
            self.push_screen(help_note(here, keymap(self.runtime.settings.keymap)))

    def action_notices(self) -> None:
        """List every notice."""
        if isinstance(self.screen, Note):
            return
        said = self.all_notices() or ("Nothing was left out.",)
        lines = [Static(Content(f"• {visible(notice)}"), classes="line") for notice in said]
        self.push_screen(Note("Notices", *lines))

    def action_next_theme(self) -> None:
        """Switch to the next theme."""
        self.theme = themes.after(self.theme)
        self.notify(f"Theme: {themes.TITLES[self.theme]}", timeout=2, markup=False)

    def _theme_chosen(self, name: str) -> None:
        if self._remember_theme is None:
            return
        try:
            self._remember_theme(name)
        except MockintError as error:
            self._complain(error)

    def action_leave_app(self) -> None:
        """Leave; in the middle of a question ask first, and a second time leave at once."""
        if isinstance(self.screen, QuestionScreen):
            self.screen.action_leave()
        else:
            self.exit()
