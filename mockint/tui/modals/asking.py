"""The questions that mockint asks before something is lost; the first reply is the harmless one."""

from mockint.domain.session import Mode, SessionState, SessionSummary
from mockint.tui import words
from mockint.tui.modals.ask import Ask, Reply

_STAY = Reply("stay", "Go on answering", "g")
_KEEP = Reply("keep", "Keep it", "k")


def skip() -> Ask:
    """Before a draft is dropped; answers ``skip``."""
    return Ask(
        "Skip this question?",
        "What you typed will not be kept, and the question counts 0.",
        (_STAY, Reply("skip", "Skip it", "s")),
    )


def finish(mode: Mode, left: int) -> Ask:
    """Before a session ends with ``left`` questions unasked; answers ``finish``."""
    cost = " and count 0" if mode is Mode.INTERVIEW else ""
    rest = f" {words.count(left, 'question')} will not be asked{cost}." if left else ""
    return Ask(
        f"Finish the {words.MODES[mode].lower()} now?",
        f"What you typed here is handed in.{rest}",
        (_STAY, Reply("finish", "Finish", "f")),
    )


def leave(mode: Mode) -> Ask:
    """Before a question is left; answers ``home`` or ``quit``."""
    stops = "" if mode is Mode.DRILL else " The clock stops while you are away."
    return Ask(
        f"Leave the {words.MODES[mode].lower()}?",
        f"Your draft is saved; you can resume from home.{stops}",
        (_STAY, Reply("home", "Home", "h"), Reply("quit", "Quit", "q")),
    )


def discard(state: SessionState) -> Ask:
    """Before a session left behind is deleted; answers ``discard``."""
    return Ask(
        "Discard this session?",
        f"{words.count(len(state.records), 'answer')} and the draft will be deleted.",
        (_KEEP, Reply("discard", "Discard", "d")),
    )


def delete(summary: SessionSummary, when: str) -> Ask:
    """Before a past session is deleted; answers ``delete``."""
    return Ask(
        "Delete this session for ever?",
        f"{words.MODES[summary.mode]} of {when}, {words.count(summary.answered, 'answer')}. "
        "Its answers and grades cannot be brought back.",
        (_KEEP, Reply("delete", "Delete", "d")),
    )
