"""How far the session has come."""

from textual.content import Content

from mockint.domain.session import Outcome, SessionState

_MOST_DOTS = 12
_DOTS = {
    Outcome.ANSWERED: "●",
    Outcome.TIMED_OUT: "◑",
    Outcome.SKIPPED: "–",
    Outcome.NOT_REACHED: "○",
}


def progress(state: SessionState) -> Content:
    """``3 of 5``, with one dot per question while they fit."""
    total = len(state.question_ids)
    number = min(state.position + 1, total)
    said = (f"{number} of {total}", "bold")
    if total > _MOST_DOTS:
        return Content.assemble(said)
    done = "".join(_DOTS[record.outcome] for record in state.records)
    rest = "" if state.position >= total else "◉" + "○" * (total - state.position - 1)
    return Content.assemble(
        said, ("  ", ""), (done, "$muted"), (rest[:1], "bold $primary"), (rest[1:], "$muted")
    )
