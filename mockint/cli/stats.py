"""``mockint stats``: how past sessions went."""

import argparse
from collections.abc import Iterator
from datetime import datetime

from mockint.app.bootstrap import build_store
from mockint.cli.terminal import heading, plain_value, show, show_json
from mockint.domain.session import Mode, SessionSummary, TopicMastery

_RECENT = 10


def run(options: argparse.Namespace) -> int:
    """Show the sessions and what they say about each topic."""
    store = build_store()
    try:
        sessions, mastery = store.summaries(), store.mastery()
    finally:
        store.close()
    if options.json:
        show_json(_values(sessions, mastery))
    else:
        for line in _lines(sessions, mastery):
            show(line)
    return 0


def _values(
    sessions: tuple[SessionSummary, ...], mastery: tuple[TopicMastery, ...]
) -> dict[str, object]:
    return {
        **_totals(sessions),
        "topics": [plain_value(topic) for topic in mastery],
        "sessions": [_session(session) for session in sessions],
    }


def _totals(sessions: tuple[SessionSummary, ...]) -> dict[str, object]:
    scores = [s.score for s in sessions if s.score is not None and s.finished_at is not None]
    return {
        "interviews": sum(session.mode is Mode.INTERVIEW for session in sessions),
        "drills": sum(session.mode is Mode.DRILL for session in sessions),
        "answers": sum(session.answered for session in sessions),
        "ungraded": sum(session.ungraded for session in sessions),
        "seconds": round(sum(session.elapsed for session in sessions)),
        "mean_score": round(sum(scores) / len(scores), 1) if scores else None,
    }


def _session(session: SessionSummary) -> dict[str, object]:
    times = {
        "started_at": session.started_at.isoformat(),
        "finished_at": session.finished_at and session.finished_at.isoformat(),
    }
    return {
        "id": session.id,
        "mode": session.mode.value,
        "language": session.language.value,
        **times,
        "topics": list(session.topics),
        "asked": session.asked,
        "answered": session.answered,
        "ungraded": session.ungraded,
        "score": session.score,
        "elapsed": session.elapsed,
    }


def _lines(
    sessions: tuple[SessionSummary, ...], mastery: tuple[TopicMastery, ...]
) -> Iterator[str]:
    if not sessions:
        yield "No sessions yet. `mockint interview` starts the first."
        return
    totals = _totals(sessions)
    yield f"Interviews  {totals['interviews']}"
    yield f"Drills      {totals['drills']}"
    yield f"Answers     {totals['answers']}"
    yield f"Time        {round(sum(session.elapsed for session in sessions) / 60)} min"
    if totals["mean_score"] is not None:
        yield f"Mean score  {totals['mean_score']}"
    if totals["ungraded"]:
        yield f"Waiting     {totals['ungraded']} without a grade; the app grades them when it opens"
    if mastery:
        yield f"\n{heading('Topics, weakest first')}"
        widest = max(len(topic.topic) for topic in mastery)
        yield from (_topic(topic, widest) for topic in mastery)
    yield f"\n{heading('Last sessions')}"
    yield from map(_session_line, sessions[:_RECENT])


def _topic(topic: TopicMastery, widest: int) -> str:
    counted = (
        "1 question" if topic.questions_answered == 1 else f"{topic.questions_answered} questions"
    )
    return f"{topic.topic.ljust(widest)}  {topic.score:5.1f}  {counted}"


def _session_line(session: SessionSummary) -> str:
    score = "    –" if session.score is None else f"{session.score:5.1f}"
    if session.finished_at is None:
        score = " open"
    answered = f"{session.answered} of {session.asked} answered"
    return f"{_local(session.started_at)}  {session.mode.value:9}  {score}  {answered}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"
