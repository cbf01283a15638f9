"""Opening the data file, and saying in plain words what is wrong with it."""

import os
import sqlite3
import stat
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from mockint.domain.errors import StorageError
from mockint.storage.migrations import MIGRATIONS, Migration, applied_names, apply

OPEN_PATIENCE_MS = 5_000
"""How long to wait for another program while opening, when nothing is on screen yet."""

PATIENCE_MS = 1_000
"""How long to wait for another program afterwards, when a person is typing."""


class Database:
    """An open data file. Every method raises StorageError where SQLite cannot do its work."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Use ``open``."""
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, migrations: Sequence[Migration] = MIGRATIONS) -> "Database":
        """Open the file, making it or bringing it up to date as needed.

        File and missing folders are made readable by the owner alone. Before an existing file is
        changed to a newer schema, a copy is put beside it (``NAME.before-MIGRATION``).

        Raises:
            StorageError: The file is not a database, belongs to another program, was written by a
                newer mockint, or cannot be read, written or locked.
        """
        with explained(path):
            _keep_private(path)
            connection = sqlite3.connect(
                path, timeout=OPEN_PATIENCE_MS / 1000, isolation_level=None
            )
            try:
                _configure(connection)
                _bring_up_to_date(connection, path, migrations)
                connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS:d}")
            except BaseException:
                connection.close()
                raise
        return cls(connection, path)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: what the block writes is kept only if it ends well."""
        with explained(self._path), transaction(self._connection):
            yield self._connection

    @contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Reading: every query of the block sees the file at the same moment."""
        with explained(self._path), transaction(self._connection, "DEFERRED"):
            yield self._connection

    def forget_deleted(self) -> None:
        """Remove what was deleted from the write-ahead log too, unless another program reads it."""
        with explained(self._path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Release the file; may be called twice."""
        with explained(self._path):
            self._connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """BEGIN … COMMIT, or ROLLBACK where the block or the COMMIT fails."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the file system raise into a StorageError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {_explain(error)}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path}: cannot be opened ({reason}); check the folder, or set MOCKINT_HOME to another"
        ) from error
    except ValueError as error:
        raise StorageError(
            f"{path}: holds or was given a value that mockint cannot handle"
            f" ({str(error).splitlines()[0]}); a copy named *.before-* beside it may be sound"
        ) from error


_EXPLANATIONS = {
    sqlite3.SQLITE_NOTADB: "is not a mockint data file; move it away and start again",
    sqlite3.SQLITE_CORRUPT: "is damaged; move it away, or put a copy from a backup in its place",
    sqlite3.SQLITE_READONLY: "is read-only; make the file and its folder writable",
    sqlite3.SQLITE_PERM: "may not be opened; make the file and its folder readable and writable",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full; free some space, nothing is lost yet",
    sqlite3.SQLITE_BUSY: "is locked by another program; close that program or wait a moment",
    sqlite3.SQLITE_LOCKED: "is locked by another program; close that program or wait a moment",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that the folder exists and may be written to",
    sqlite3.SQLITE_IOERR: "cannot be read or written, the disk reports an error; check the disk",
    sqlite3.SQLITE_CONSTRAINT: "no longer holds that session; it was deleted meanwhile",
}


def _explain(error: sqlite3.Error) -> str:
    # The low byte is the primary code; errors raised by the sqlite3 module itself have none.
    code = getattr(error, "sqlite_errorcode", None)
    known = None if code is None else _EXPLANATIONS.get(code & 0xFF)
    return known or f"cannot be used ({error})"


def _keep_private(path: Path) -> None:
    """Make folder and file readable by the owner alone, whatever the umask.

    Folders that exist already are left as they are: they may be a home or a shared folder.
    """
    for folder in reversed([f for f in path.parents if not f.exists()]):
        folder.mkdir(mode=0o700, exist_ok=True)
    # SQLite gives its -wal and -shm files the mode of the file they belong to.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        with suppress(FileNotFoundError, PermissionError):
            mode = file.stat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                file.chmod(mode & 0o700)


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        # Two programs that open a new file at once: the other one is setting the same mode.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    # In WAL mode a killed program loses nothing that was committed; only a power cut may.
    connection.execute("PRAGMA synchronous = NORMAL")


def _bring_up_to_date(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]
) -> None:
    done = applied_names(connection)
    if done is None:
        raise StorageError(
            f"{path}: belongs to another program; set MOCKINT_HOME to another folder"
        )
    known = [migration.__name__ for migration in migrations]
    newer = [name for name in done if name not in known]
    if newer:
        raise StorageError(
            f"{path}: was written by a newer mockint ({newer[0]} is unknown here);"
            " get the newest mockint, or set MOCKINT_HOME to another folder"
        )
    pending = [migration for migration in migrations if migration.__name__ not in done]
    if done and pending:
        _back_up(connection, path.with_name(f"{path.name}.before-{pending[0].__name__}"))
    for migration in pending:
        with transaction(connection):
            apply(connection, migration)


def _back_up(connection: sqlite3.Connection, copy: Path) -> None:
    os.close(os.open(copy, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
    with closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
