"""The offer to go on with the session left behind."""

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from mockint.domain.session import SessionState
from mockint.tui import words
from mockint.tui.text import clock


class ResumeBanner(Vertical):
    """Where one stopped, with buttons to go on or to discard; hidden until there is something."""

    text = getters.query_one("#resume-text", Static)

    def __init__(self) -> None:
        super().__init__(id="resume")
        self.display = False

    def compose(self) -> ComposeResult:
        """A line of text and a line of buttons."""
        yield Static(id="resume-text", markup=False)
        with Horizontal(id="resume-buttons"):
            yield Button(_keyed("r", "Resume"), id="do-resume", compact=True)
            yield Button(_keyed("x", "Discard"), id="do-discard", compact=True)
            yield Static(Content.styled("The draft is safe.", "$muted"))

    def show(self, unfinished: tuple[SessionState, ...]) -> None:
        """Offer the newest of the sessions left behind."""
        self.display = bool(unfinished)
        if not unfinished:
            return
        state, plan = unfinished[0], unfinished[0].plan
        total = len(state.question_ids)
        parts = [words.topics(tuple(dict.fromkeys(state.topics)), 2)]
        if plan.minutes is not None:
            parts.insert(0, f"{clock(plan.minutes * 60 - state.elapsed)} left")
        if len(unfinished) > 1:
            parts.insert(0, f"{len(unfinished) - 1} more in Review")
        at = f"{min(state.position + 1, total)} of {total}"
        self.text.update(
            Content.assemble(
                (f"You left {words.A_MODE[plan.mode]} at question {at}", "bold"),
                f" · {' · '.join(parts)}",
            )
        )


def _keyed(key: str, title: str) -> Content:
    return Content.assemble((key, "bold underline"), f"  {title}")
