"""The schema, as the list of steps that lead to it.

A step that has been released is never edited: a new one is added behind it. Its name is its
identity.
"""

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def applied_names(connection: sqlite3.Connection) -> tuple[str, ...] | None:
    """Names of the steps taken so far, in order; None for the database of another program."""
    tables = {
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    if "migrations" not in tables:
        return None if tables else ()
    rows = connection.execute("SELECT name FROM migrations ORDER BY rowid")
    return tuple(row[0] for row in rows)


def apply(connection: sqlite3.Connection, migration: Migration) -> None:
    """Take one step, inside the caller's transaction, unless another program just took it."""
    if migration.__name__ in (applied_names(connection) or ()):
        return
    migration(connection)
    connection.execute("INSERT INTO migrations (name) VALUES (?)", (migration.__name__,))


def m001_sessions(connection: sqlite3.Connection) -> None:
    """Sessions, the questions they ask, what came of them, and the answer being typed.

    What a person typed is a BLOB of UTF-8 that may hold lone surrogates, which TEXT cannot.
    ``search`` is the same text folded for the filter. Times are UTC in ISO 8601 with microseconds,
    so that their order is that of the strings.
    """
    for statement in _M001:
        connection.execute(statement)


_M001 = (
    "CREATE TABLE migrations (name TEXT NOT NULL UNIQUE)",
    """CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY,
        mode TEXT NOT NULL,
        language TEXT NOT NULL,
        plan_topics TEXT NOT NULL,
        level TEXT,
        count INTEGER NOT NULL,
        minutes REAL,
        seed TEXT NOT NULL,
        topics TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        elapsed REAL NOT NULL
    )""",
    "CREATE INDEX sessions_by_start ON sessions (started_at)",
    """CREATE TABLE asked (
        session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        question_id TEXT NOT NULL,
        topic TEXT NOT NULL,
        prompt BLOB,
        search TEXT NOT NULL,
        PRIMARY KEY (session_id, position)
    )""",
    """CREATE TABLE answers (
        session_id TEXT NOT NULL,
        position INTEGER NOT NULL,
        text BLOB NOT NULL,
        has_words INTEGER NOT NULL,
        language TEXT NOT NULL,
        outcome TEXT NOT NULL,
        seconds REAL NOT NULL,
        submitted_at TEXT NOT NULL,
        flagged INTEGER NOT NULL,
        hints_used INTEGER NOT NULL,
        score REAL,
        band TEXT,
        fingerprint TEXT,
        grade TEXT,
        PRIMARY KEY (session_id, position),
        FOREIGN KEY (session_id, position) REFERENCES asked (session_id, position)
            ON DELETE CASCADE
    )""",
    """CREATE INDEX answers_without_grade ON answers (submitted_at)
        WHERE has_words = 1 AND grade IS NULL""",
    """CREATE TABLE drafts (
        session_id TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        text BLOB NOT NULL,
        flagged INTEGER NOT NULL,
        hints_used INTEGER NOT NULL,
        seconds REAL NOT NULL
    )""",
)

MIGRATIONS: tuple[Migration, ...] = (m001_sessions,)
