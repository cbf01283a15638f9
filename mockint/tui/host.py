"""What screens may ask of the app: begin, resume, grade, go somewhere."""

from typing import Any

from textual.app import App
from textual.screen import Screen

from mockint.app.live import LiveSession
from mockint.app.runtime import Runtime
from mockint.domain.session import Mode, Plan


class Host(App[None]):
    """The app as its screens know it; ``mockint.tui.app`` fills it in.

    Attributes:
        runtime: Every port, wired.
    """

    runtime: Runtime

    def open_setup(self, mode: Mode) -> None:
        """Ask what to practise."""
        raise NotImplementedError

    def open_review(self) -> None:
        """List past sessions."""
        raise NotImplementedError

    def open_transcript(self, session_id: str) -> None:
        """Show a past session in full."""
        raise NotImplementedError

    def begin(self, plan: Plan) -> None:
        """Begin a session in place of the screen now shown; says why where it cannot."""
        raise NotImplementedError

    def resume(self, session_id: str) -> None:
        """Go on with a session; says why where it cannot."""
        raise NotImplementedError

    def show_result(self, live: LiveSession) -> None:
        """Show the result in place of the screen now shown."""
        raise NotImplementedError

    def grade(self, live: LiveSession) -> None:
        """Grade what awaits a grade, in the background."""
        raise NotImplementedError

    def grade_leftovers(self) -> None:
        """Grade what earlier runs left ungraded, in the background."""
        raise NotImplementedError

    def all_notices(self) -> tuple[str, ...]:
        """What was left out or replaced at start."""
        raise NotImplementedError

    def say_on_exit(self, text: str) -> None:
        """Say something once the terminal is back."""
        raise NotImplementedError

    def bring_forward(self, screen: Screen[Any]) -> None:
        """Close whatever lies over ``screen``."""
        while self.screen is not screen and len(self.screen_stack) > 1:
            self.pop_screen()
