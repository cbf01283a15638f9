"""The store of sessions."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from mockint.domain.errors import StorageError
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.session import (
    AnswerRecord,
    Draft,
    Mode,
    SessionState,
    SessionSummary,
    TopicMastery,
)
from mockint.storage import rows
from mockint.storage.database import Database


class SqliteSessionStore:
    """Sessions in one SQLite file; implements ``mockint.domain.ports.SessionStore``.

    Several programs may use the same file at once. Belongs to the thread that opened it.
    """

    def __init__(self, database: Database) -> None:
        """Use ``open``."""
        self._database = database

    @classmethod
    def open(cls, path: Path) -> "SqliteSessionStore":
        """The store in ``path``, which is made if it is missing; raises StorageError."""
        return cls(Database.open(path))

    def begin(self, state: SessionState) -> None:
        """Save a session that has just been drawn."""
        with self._database.transaction() as db:
            _insert(db, "sessions", rows.session_columns(state))
            drawn = zip(state.question_ids, state.topics, strict=True)
            for position, (question_id, topic) in enumerate(drawn):
                _insert(
                    db,
                    "asked",
                    {
                        "session_id": state.id,
                        "position": position,
                        "question_id": question_id,
                        "topic": topic,
                        "search": rows.search_text(topic, question_id),
                    },
                )

    def save_draft(self, session_id: str, draft: Draft, *, elapsed: float) -> None:
        """Save the answer being typed and the session clock."""
        with self._database.transaction() as db:
            _insert(
                db,
                "drafts",
                {
                    "session_id": session_id,
                    "text": rows.text_to_blob(draft.text),
                    "flagged": draft.flagged,
                    "hints_used": draft.hints_used,
                    "seconds": draft.seconds,
                },
                replacing=("session_id",),
            )
            _set_elapsed(db, session_id, elapsed)

    def save_record(self, session_id: str, record: AnswerRecord, *, elapsed: float) -> None:
        """Save a question that has ended and clear the draft."""
        with self._database.transaction() as db:
            _insert(
                db,
                "answers",
                rows.answer_columns(session_id, record),
                replacing=("session_id", "position"),
            )
            topic = _topic(db, session_id, record.position)
            db.execute(
                "UPDATE asked SET prompt = ?, search = ? WHERE session_id = ? AND position = ?",
                (
                    rows.text_to_blob(record.prompt),
                    rows.search_text(topic, record.question_id, record.prompt, record.text),
                    session_id,
                    record.position,
                ),
            )
            db.execute("DELETE FROM drafts WHERE session_id = ?", (session_id,))
            _set_elapsed(db, session_id, elapsed)

    def save_grade(self, session_id: str, position: int, grade: Grade) -> None:
        """Save the grade of one answer; nothing happens if the session was deleted meanwhile."""
        key = {"session_id": session_id, "position": position}
        with self._database.transaction() as db:
            db.execute(
                "UPDATE answers SET score = :score, band = :band, fingerprint = :fingerprint,"
                " grade = :grade WHERE session_id = :session_id AND position = :position",
                {**rows.grade_columns(grade), **key},
            )

    def finish(self, session_id: str, *, at: datetime, elapsed: float) -> None:
        """Mark a session as over."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE sessions SET finished_at = ?, elapsed = ? WHERE id = ?",
                (rows.moment(at), elapsed, session_id),
            )
            db.execute("DELETE FROM drafts WHERE session_id = ?", (session_id,))

    def discard(self, session_id: str) -> None:
        """Delete a session with everything in it, from the write-ahead log as well."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        self._database.forget_deleted()

    def session(self, session_id: str) -> SessionState:
        """A session in full; raises StorageError where there is none of that id."""
        with self._database.snapshot() as db:
            return _load(db, session_id)

    def unfinished(self) -> tuple[SessionState, ...]:
        """Sessions that can be resumed, newest first."""
        with self._database.snapshot() as db:
            found = db.execute(
                "SELECT id FROM sessions WHERE finished_at IS NULL"
                " ORDER BY started_at DESC, id DESC"
            ).fetchall()
            return tuple(_load(db, row["id"]) for row in found)

    def ungraded(self) -> tuple[tuple[str, AnswerRecord], ...]:
        """Session id and record of every answer that waits for a grade, oldest first."""
        with self._database.snapshot() as db:
            found = db.execute(
                f"SELECT {_RECORD} FROM answers JOIN asked USING (session_id, position)"  # noqa: S608 - a constant
                " WHERE has_words = 1 AND grade IS NULL"
                " ORDER BY submitted_at, session_id, position"
            ).fetchall()
            return tuple((row["session_id"], rows.to_record(row)) for row in found)

    def summaries(
        self,
        *,
        text: str = "",
        mode: Mode | None = None,
        language: Language | None = None,
        limit: int | None = None,
    ) -> tuple[SessionSummary, ...]:
        """Sessions, newest first.

        Args:
            text: What topic, question id, prompt or answer must contain, taken literally but for
                upper and lower case and full and half width; empty for all.
            mode: Only interviews, or only drills.
            language: Only sessions in that language.
            limit: The most to return.
        """
        wanted = {
            "text": rows.fold(text),
            "mode": None if mode is None else mode.value,
            "language": None if language is None else language.value,
            "limit": -1 if limit is None else max(limit, 0),
        }
        with self._database.snapshot() as db:
            return tuple(rows.to_summary(row) for row in db.execute(_SUMMARIES, wanted))

    def mastery(self) -> tuple[TopicMastery, ...]:
        """Per topic, the mean of the latest grade of each question; weakest first."""
        latest: dict[str, tuple[str, float]] = {}
        with self._database.snapshot() as db:
            for row in db.execute(
                "SELECT topic, question_id, score FROM answers"
                " JOIN asked USING (session_id, position) WHERE score IS NOT NULL"
                " ORDER BY submitted_at, session_id, position"
            ):
                latest[row["question_id"]] = (row["topic"], row["score"])
        by_topic: dict[str, list[float]] = {}
        for topic, score in latest.values():
            by_topic.setdefault(topic, []).append(score)
        found = [
            TopicMastery(topic, len(scores), sum(scores) / len(scores))
            for topic, scores in by_topic.items()
        ]
        return tuple(sorted(found, key=lambda mastery: (mastery.score, mastery.topic)))

    def seen(self) -> tuple[str, ...]:
        """Question ids that were on screen, each once, most recently asked last."""
        order: dict[str, None] = {}
        with self._database.snapshot() as db:
            for row in db.execute(_SEEN):
                order.pop(row["question_id"], None)
                order[row["question_id"]] = None
        return tuple(order)

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._database.close()


_RECORD = (
    "session_id, position, question_id, prompt, text, answers.language AS language, outcome,"
    " seconds, submitted_at, flagged, hints_used, grade"
)

# Mirrors SessionState.score: a question not reached counts in an interview only.
_SUMMARIES = """
    SELECT
        sessions.*,
        count(asked.position) AS asked,
        coalesce(sum(has_words), 0) AS answered,
        coalesce(sum(has_words AND grade IS NULL), 0) AS ungraded,
        coalesce(sum(outcome IS NOT NULL
            AND (mode = 'interview' OR outcome <> 'not-reached')), 0) AS counted,
        coalesce(sum(score), 0.0) AS points
    FROM sessions
    LEFT JOIN asked ON asked.session_id = sessions.id
    LEFT JOIN answers ON answers.session_id = sessions.id AND answers.position = asked.position
    WHERE (:mode IS NULL OR mode = :mode)
        AND (:language IS NULL OR sessions.language = :language)
        AND (:text = '' OR EXISTS (
            SELECT 1 FROM asked AS hit
            WHERE hit.session_id = sessions.id AND instr(hit.search, :text) > 0))
    GROUP BY sessions.id
    ORDER BY started_at DESC, sessions.id DESC
    LIMIT :limit
"""

# The question on screen in an open session has no answer yet; those behind it were never shown.
_SEEN = """
    SELECT question_id
    FROM asked
    JOIN sessions ON sessions.id = asked.session_id
    LEFT JOIN answers USING (session_id, position)
    WHERE outcome <> 'not-reached'
        OR (outcome IS NULL AND finished_at IS NULL AND asked.position = (
            SELECT count(*) FROM answers AS ended WHERE ended.session_id = sessions.id))
    ORDER BY started_at, sessions.id, asked.position
"""


def _insert(
    db: sqlite3.Connection,
    table: str,
    columns: Mapping[str, object],
    *,
    replacing: tuple[str, ...] = (),
) -> None:
    """Insert a row, or overwrite the one with the same values in the columns ``replacing``."""
    names = ", ".join(columns)
    places = ", ".join(f":{name}" for name in columns)
    conflict = ""
    if replacing:
        changes = ", ".join(f"{n} = excluded.{n}" for n in columns if n not in replacing)
        conflict = f" ON CONFLICT ({', '.join(replacing)}) DO UPDATE SET {changes}"
    # Table and column names are constants of this package; values are bound.
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({places}){conflict}", columns)  # noqa: S608


def _set_elapsed(db: sqlite3.Connection, session_id: str, elapsed: float) -> None:
    db.execute("UPDATE sessions SET elapsed = ? WHERE id = ?", (elapsed, session_id))


def _topic(db: sqlite3.Connection, session_id: str, position: int) -> str:
    row = db.execute(
        "SELECT topic FROM asked WHERE session_id = ? AND position = ?", (session_id, position)
    ).fetchone()
    return str(row["topic"])


def _load(db: sqlite3.Connection, session_id: str) -> SessionState:
    session = db.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
    if session is None:
        raise StorageError(f"there is no session {session_id!r}; it may have been deleted")
    asked = db.execute(
        "SELECT question_id, topic FROM asked WHERE session_id = ? ORDER BY position", (session_id,)
    ).fetchall()
    answers = db.execute(
        f"SELECT {_RECORD} FROM answers JOIN asked USING (session_id, position)"  # noqa: S608 - a constant
        " WHERE session_id = ? ORDER BY position",
        (session_id,),
    ).fetchall()
    draft = db.execute("SELECT * FROM drafts WHERE session_id = ?", (session_id,)).fetchone()
    records = tuple(rows.to_record(row) for row in answers)
    return rows.to_state(session, asked, records, rows.to_draft(draft))
