"""How values become columns and back."""

import json
import re
import sqlite3
import unicodedata
from datetime import UTC, datetime

from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.question import Level
from mockint.domain.session import (
    AnswerRecord,
    Draft,
    Mode,
    Outcome,
    Plan,
    SessionState,
    SessionSummary,
)

_UNSEARCHABLE = re.compile("[\x00\ud800-\udfff]")


def text_to_blob(text: str) -> bytes:
    """Text exactly as typed; a lone surrogate, which some terminals send, survives."""
    return text.encode("utf-8", "surrogatepass")


def blob_to_text(blob: bytes) -> str:
    """The inverse of ``text_to_blob``."""
    return blob.decode("utf-8", "surrogatepass")


def fold(text: str) -> str:
    """Text for the filter: full-width as half-width, upper case as lower case."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _UNSEARCHABLE.sub("\ufffd", folded)


def search_text(topic: str, question_id: str, prompt: str = "", answer: str = "") -> str:
    """What the filter looks through for one question."""
    return "\n".join(fold(part) for part in (topic, question_id, prompt, answer))


def moment(when: datetime) -> str:
    """A time as text that sorts; raises ValueError for one without a time zone."""
    if when.tzinfo is None:
        raise ValueError("a time without a time zone")
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def session_columns(state: SessionState) -> dict[str, object]:
    """The row of a session."""
    plan = state.plan
    return {
        "id": state.id,
        "mode": plan.mode.value,
        "language": plan.language.value,
        "plan_topics": json.dumps(plan.topics),
        "level": None if plan.level is None else plan.level.value,
        "count": plan.count,
        "minutes": plan.minutes,
        "seed": str(plan.seed),
        "topics": json.dumps(list(dict.fromkeys(state.topics))),
        "started_at": moment(state.started_at),
        "finished_at": None if state.finished_at is None else moment(state.finished_at),
        "elapsed": state.elapsed,
    }


def answer_columns(session_id: str, record: AnswerRecord) -> dict[str, object]:
    """The row of an answer."""
    return {
        "session_id": session_id,
        "position": record.position,
        "text": text_to_blob(record.text),
        "has_words": bool(record.text.strip()),
        "language": record.language.value,
        "outcome": record.outcome.value,
        "seconds": record.seconds,
        "submitted_at": moment(record.submitted_at),
        "flagged": record.flagged,
        "hints_used": record.hints_used,
        **grade_columns(record.grade),
    }


def grade_columns(grade: Grade | None) -> dict[str, object]:
    """The columns of a grade: what lists need, and the whole as JSON."""
    if grade is None:
        return {"score": None, "band": None, "fingerprint": None, "grade": None}
    return {
        "score": grade.score,
        "band": grade.band.value,
        "fingerprint": grade.fingerprint,
        "grade": _grade_to_json(grade),
    }


def to_record(row: sqlite3.Row) -> AnswerRecord:
    """An answer from its row joined with the question asked."""
    return AnswerRecord(
        position=row["position"],
        question_id=row["question_id"],
        prompt=blob_to_text(row["prompt"]),
        text=blob_to_text(row["text"]),
        language=Language(row["language"]),
        outcome=Outcome(row["outcome"]),
        seconds=row["seconds"],
        submitted_at=datetime.fromisoformat(row["submitted_at"]),
        flagged=bool(row["flagged"]),
        hints_used=row["hints_used"],
        grade=None if row["grade"] is None else _grade_from_json(row["grade"]),
    )


def to_draft(row: sqlite3.Row | None) -> Draft:
    """A draft from its row, an empty one from none."""
    if row is None:
        return Draft()
    return Draft(
        text=blob_to_text(row["text"]),
        flagged=bool(row["flagged"]),
        hints_used=row["hints_used"],
        seconds=row["seconds"],
    )


def to_state(
    row: sqlite3.Row,
    asked: list[sqlite3.Row],
    records: tuple[AnswerRecord, ...],
    draft: Draft,
) -> SessionState:
    """A session from its row and what belongs to it."""
    plan = Plan(
        mode=Mode(row["mode"]),
        language=Language(row["language"]),
        topics=tuple(json.loads(row["plan_topics"])),
        level=None if row["level"] is None else Level(row["level"]),
        count=row["count"],
        minutes=row["minutes"],
        seed=int(row["seed"]),
    )
    return SessionState(
        id=row["id"],
        plan=plan,
        question_ids=tuple(question["question_id"] for question in asked),
        topics=tuple(question["topic"] for question in asked),
        started_at=datetime.fromisoformat(row["started_at"]),
        records=records,
        draft=draft,
        elapsed=row["elapsed"],
        finished_at=_moment_or_none(row["finished_at"]),
    )


def to_summary(row: sqlite3.Row) -> SessionSummary:
    """A line of the list from a session's row with its counts."""
    complete = row["counted"] > 0 and row["ungraded"] == 0
    return SessionSummary(
        id=row["id"],
        mode=Mode(row["mode"]),
        language=Language(row["language"]),
        started_at=datetime.fromisoformat(row["started_at"]),
        finished_at=_moment_or_none(row["finished_at"]),
        topics=tuple(json.loads(row["topics"])),
        asked=row["asked"],
        answered=row["answered"],
        ungraded=row["ungraded"],
        score=row["points"] / row["counted"] if complete else None,
        elapsed=row["elapsed"],
    )


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# pydantic is imported late: lists of sessions need columns only, and it costs about 100 ms. JSON is
# made by the json module, which escapes lone surrogates where pydantic's own refuses them.


def _grade_to_json(grade: Grade) -> str:
    from pydantic import TypeAdapter  # noqa: PLC0415 - see above

    return json.dumps(TypeAdapter(Grade).dump_python(grade, mode="json"))


def _grade_from_json(text: str) -> Grade:
    from pydantic import TypeAdapter  # noqa: PLC0415 - see above

    return TypeAdapter(Grade).validate_python(json.loads(text))
