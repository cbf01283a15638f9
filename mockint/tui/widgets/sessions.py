"""A past session as one line."""

from datetime import datetime

from textual.content import Content

from mockint.domain.grade import Band
from mockint.domain.session import SessionSummary
from mockint.tui import words
from mockint.tui.text import day, duration, shown_score


def session_line(summary: SessionSummary, now: datetime, *, short: bool = False) -> Content:
    """When, what, how it went; ``short`` leaves out what a narrow panel has no room for."""
    when = f"{day(summary.started_at, now):<15} "
    mode = words.MODES[summary.mode]
    if short:
        return Content.assemble((when, "$muted"), (f"{mode:<10}", ""), *_score(summary)).rstrip()
    said = [duration(summary.elapsed), words.topics(summary.topics, 2)]
    if summary.language == "zh":
        said.insert(0, words.LANGUAGES[summary.language])
    return Content.assemble(
        (when, "$muted"),
        (f"{mode:<10}", ""),
        *_score(summary),
        (f" {summary.answered} of {summary.asked}  ", ""),
        (" · ".join(said), "$muted"),
    )


def _score(summary: SessionSummary) -> tuple[tuple[str, str], ...]:
    if summary.finished_at is None:
        return (("  ▶ ", "$primary"), (f"{'unfinished':<10}", "$muted"))
    if summary.score is None:
        return (("  … ", "$partial"), (f"{'not graded':<10}", "$muted"))
    return (
        (f"{shown_score(summary.score):>3} ", "bold"),
        (f"{Band.of(summary.score).value:<10}", "$muted"),
    )
