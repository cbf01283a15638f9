"""Setup: what to practise. Every choice has a default, so that Enter starts."""

from collections import Counter
from typing import ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static

from mockint.domain.language import Language
from mockint.domain.question import Level
from mockint.domain.session import Mode, Plan
from mockint.session.selection import matching
from mockint.tui import words
from mockint.tui.actions import bindings
from mockint.tui.messages import PlanChosen
from mockint.tui.screens.base import MockintScreen
from mockint.tui.widgets.choice import Choice
from mockint.tui.widgets.chrome import place
from mockint.tui.widgets.topics import TopicPicker

_COUNTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
_MINUTES = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 45.0, 60.0, 75.0, 90.0, 120.0)


class SetupScreen(MockintScreen):
    """Topics, level, language, how many questions, how long; then start."""

    AREA = "setup"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("setup")]
    AUTO_FOCUS = "#start"

    picker = getters.query_one(TopicPicker)
    level = getters.query_one("#level", Choice)
    language = getters.query_one("#language", Choice)
    count = getters.query_one("#count", Choice)
    matches = getters.query_one("#matches", Static)
    start = getters.query_one("#start", Button)

    def __init__(self, mode: Mode) -> None:
        super().__init__()
        self._mode = mode

    def place(self) -> Content:
        """Which kind of session this is for."""
        return place(words.MODES[self._mode], "what to practise")

    def body(self) -> ComposeResult:
        """Topics at the left, the other choices at the right."""
        settings = self.runtime.settings
        with Horizontal(id="setup"):
            yield TopicPicker(self._counts(), settings.topics)
            with Vertical(id="choices"):
                levels: list[tuple[Level | None, str]] = [(None, words.ANY)]
                levels += [(level, words.LEVELS[level]) for level in Level]
                yield Choice("Level", levels, settings.level, id="level")
                yield Choice(
                    "Language",
                    [(language, words.LANGUAGES[language]) for language in Language],
                    settings.language,
                    id="language",
                )
                numbers = sorted({*_COUNTS, settings.count})
                yield Choice(
                    "Questions",
                    [(n, str(n)) for n in numbers],
                    settings.count,
                    stepper=True,
                    id="count",
                )
                if self._mode is Mode.INTERVIEW:
                    times: list[float | None] = [*sorted({*_MINUTES, settings.minutes}), None]
                    yield Choice(
                        "Time",
                        [(time, words.minutes(time)) for time in times],
                        settings.minutes,
                        stepper=True,
                        id="minutes",
                    )
                yield Static(id="matches", markup=False)
                yield Button(f"Start {words.MODES[self._mode].lower()}", id="start")
                yield Static(Content.styled(self._about(), "$muted"), id="about-mode")

    def on_mount(self) -> None:
        """Count what matches the defaults; in a small window, bring the button into view."""
        self.show_matches()
        self.call_after_refresh(self.start.scroll_visible, animate=False)

    @on(PlanChosen)
    def show_matches(self) -> None:
        """Say how many questions match, and how many will be asked."""
        self.picker.show_counts(self._counts(self.level.value))
        plan = self.plan(seed=0)
        number = len(matching(plan, self.runtime.bank.summaries()))
        symbol, said, style = "✓", f"{words.count(number, 'question')} match.", "$covered"
        if number == 0:
            symbol, style = "✗", "$contradicted"
            said = "No question matches: choose more topics or another level."
        elif number < plan.count:
            symbol, style = "!", "$amber"
            said = f"Only {words.count(number, 'question')} match, so it will be shorter."
        self.matches.update(Content.assemble((f"{symbol} ", f"bold {style}"), said))

    def plan(self, *, seed: int) -> Plan:
        """The session as chosen."""
        minutes = self.query_one("#minutes", Choice).value if self._timed else None
        return Plan(
            mode=self._mode,
            language=self.language.value,
            topics=self.picker.chosen,
            level=self.level.value,
            count=self.count.value,
            minutes=minutes,
            seed=seed,
        )

    @property
    def _timed(self) -> bool:
        return self._mode is Mode.INTERVIEW

    def _counts(self, level: Level | None = None) -> Counter[str]:
        summaries = self.runtime.bank.summaries()
        counts = Counter(dict.fromkeys(self.runtime.bank.topics(), 0))
        counts.update(s.topic for s in summaries if level in (None, s.level))
        return counts

    def _about(self) -> str:
        if self._timed:
            return (
                "Questions share the time by their weight. What is typed when time runs out is "
                "kept and graded. The result comes at the end."
            )
        return "No clock. Hints and the model answer on demand; a grade after every answer."

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        """Start."""
        self.app.begin(self.plan(seed=self.runtime.random.getrandbits(32)))

    def action_filter(self) -> None:
        """Type to find a topic."""
        self.picker.box.focus()

    def action_all_topics(self) -> None:
        """Choose all topics."""
        self.picker.choose_all()

    def action_back(self) -> None:
        """Go home."""
        self.app.pop_screen()
