import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mockint.domain.errors import StorageError
from mockint.domain.session import Draft, Outcome
from mockint.storage import database, migrations
from mockint.storage.database import Database
from mockint.storage.sessions import SqliteSessionStore

OLDEST_DUMP = Path(__file__).parents[1] / "golden" / "storage_m001.sql"


@pytest.fixture
def lax_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mockint" / "data" / "mockint.db"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_error(path: Path) -> str:
    with pytest.raises(StorageError) as caught:
        Database.open(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    return text


def schema(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def m002_colour(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN colour TEXT DEFAULT 'blue'")


def m003_broken(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE sessions ADD COLUMN shape TEXT")
    connection.execute("INSERT INTO nowhere VALUES (1)")


@pytest.mark.usefixtures("lax_umask")
def test_everything_is_readable_by_the_owner_alone(path: Path) -> None:
    """New folders, the file and SQLite's own files beside it are private under any umask."""
    db = Database.open(path)
    with closing(db), db.transaction() as connection:
        connection.execute("CREATE TABLE filler (x)")
        files = sorted(path.parent.iterdir())

        assert [file.name for file in files] == ["mockint.db", "mockint.db-shm", "mockint.db-wal"]
        assert {mode_of(file) for file in files} == {0o600}
        assert {mode_of(path.parent), mode_of(path.parent.parent)} == {0o700}


@pytest.mark.usefixtures("lax_umask")
def test_a_lax_file_is_made_private(path: Path) -> None:
    """A file that others could read, left by a copy or a restore, is tightened when opened."""
    Database.open(path).close()
    path.chmod(0o664)
    path.with_name("mockint.db-wal").touch(0o644)

    with closing(Database.open(path)):
        assert {mode_of(file) for file in path.parent.iterdir()} == {0o600}


def test_an_existing_folder_keeps_its_mode(tmp_path: Path) -> None:
    """A folder that mockint did not make is left alone: it may be shared on purpose."""
    tmp_path.chmod(0o755)

    Database.open(tmp_path / "mockint.db").close()

    assert mode_of(tmp_path) == 0o755


def test_connection_is_durable_and_strict(path: Path) -> None:
    """The file is in WAL mode, foreign keys hold, and another program is waited for."""
    db = Database.open(path)
    with closing(db), db.snapshot() as connection:
        values = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "secure_delete")
        ]

    assert values == ["wal", 1, database.PATIENCE_MS, 1]


def _write_half(db: Database) -> None:
    with db.transaction() as connection:
        connection.execute("CREATE TABLE half (x)")
        connection.execute("INSERT INTO nowhere VALUES (1)")


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    """When a block fails, nothing it wrote remains, and the file can be used further."""
    with closing(Database.open(path)) as db:
        with pytest.raises(StorageError, match="nowhere"):
            _write_half(db)
        with db.transaction() as connection:
            connection.execute("CREATE TABLE whole (x)")
        with db.snapshot() as connection:
            names = {name for name, _ in schema(connection)}

    assert "whole" in names
    assert "half" not in names


@pytest.mark.parametrize("content", [b"# my notes\n" * 200, b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_named(path: Path, content: bytes) -> None:
    """Any other file is reported and left as it was."""
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    assert "is not a mockint data file" in open_error(path) or "damaged" in open_error(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    """A SQLite file with foreign tables is refused without adding to it."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")

    assert "another program" in open_error(path)
    with closing(sqlite3.connect(path)) as other:
        assert [name for name, _ in schema(other)] == ["bookmarks"]


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A file of a newer mockint is not touched, and the error says to get that."""
    Database.open(path, migrations=(*migrations.MIGRATIONS, m002_colour)).close()

    assert "newer mockint (m002_colour is unknown here)" in open_error(path)


def test_a_folder_in_place_of_the_file(path: Path) -> None:
    """A path that cannot be a file is reported, not raised as is."""
    path.mkdir(parents=True)

    assert "cannot be opened" in open_error(path)


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    """A data folder that is a file is reported with the way out."""
    (tmp_path / "data").write_text("")

    assert "MOCKINT_HOME" in open_error(tmp_path / "data" / "mockint.db")


def test_a_lock_is_explained_and_passes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program writes, writing fails plainly and reading works; then all works."""
    monkeypatch.setattr(database, "PATIENCE_MS", 20)
    with (
        closing(SqliteSessionStore.open(path)) as store,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="locked by another program"):
            store.discard("nothing")
        assert store.summaries() == ()

        other.execute("ROLLBACK")
        store.discard("nothing")


def _fill_up(connection: sqlite3.Connection) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_fill_up, "disk is full"),
        (lambda connection: connection.execute("PRAGMA query_only = ON"), "read-only"),
    ],
)
def test_a_disk_that_takes_no_more(
    path: Path, spoil: Callable[[sqlite3.Connection], object], says: str
) -> None:
    """A full or read-only disk gives one plain line, and what was saved stays readable."""
    shutil.copy(dumped(path.with_name("old.db")), path)
    with closing(SqliteSessionStore.open(path)) as store:
        [open_session] = store.unfinished()
        spoil(store._database._connection)

        with pytest.raises(StorageError, match=says):
            store.save_draft(open_session.id, Draft("x" * 500_000), elapsed=9.0)

        assert store.unfinished() == (open_session,)


def dumped(path: Path) -> Path:
    """The oldest schema with the sessions of the dump."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLDEST_DUMP.read_text(encoding="utf-8"))
    return path


def test_oldest_file_reads_in_full(path: Path) -> None:
    """Sessions written by the first release are all there, to the character and the score."""
    with closing(SqliteSessionStore.open(dumped(path))) as store:
        interview, drill = sorted(store.summaries(), key=lambda s: s.mode, reverse=True)
        state = store.session(interview.id)
        [resumable] = store.unfinished()

    assert (interview.asked, interview.answered, interview.score) == (3, 1, 25.0)
    assert [r.outcome for r in state.records] == [
        Outcome.ANSWERED,
        Outcome.SKIPPED,
        Outcome.NOT_REACHED,
    ]
    assert state.records[0].text == "LoRA 把权重冻结，更新是低秩的。[red]\x00\ud83d[/]\r\n\t’“ﬁ"
    assert state.records[0].grade is not None
    assert [p.id for p in state.records[0].grade.points] == ["frozen", "low-rank", "merge"]
    assert (resumable.id, resumable.draft) == (
        drill.id,
        Draft("half a sentence", flagged=True, hints_used=1, seconds=12.5),
    )


def test_oldest_file_reaches_the_present_schema(path: Path, tmp_path: Path) -> None:
    """A migrated file and a new one have the same tables."""
    Database.open(dumped(path)).close()
    Database.open(tmp_path / "new.db").close()

    with (
        closing(sqlite3.connect(path)) as old,
        closing(sqlite3.connect(tmp_path / "new.db")) as new,
    ):
        assert schema(old) == schema(new)
        assert migrations.applied_names(old) == migrations.applied_names(new)


def test_a_migration_backs_up_first(path: Path) -> None:
    """Before an existing file changes its schema, a private copy of it is put beside it."""
    dumped(path)
    newer = (*migrations.MIGRATIONS, m002_colour)

    db = Database.open(path, migrations=newer)
    with closing(db), db.snapshot() as connection:
        colours = [row["colour"] for row in connection.execute("SELECT colour FROM sessions")]

    copy = path.with_name("mockint.db.before-m002_colour")
    assert colours == ["blue", "blue"]
    assert mode_of(copy) == 0o600
    with closing(SqliteSessionStore.open(copy)) as before:
        assert len(before.summaries()) == 2
    Database.open(path, migrations=newer).close()
    assert len(list(path.parent.glob("*.before-*"))) == 1


def test_a_new_file_is_not_backed_up(path: Path) -> None:
    """There is nothing to keep of a file that did not exist."""
    Database.open(path).close()

    assert [file.name for file in path.parent.iterdir()] == ["mockint.db"]


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    """A step that fails half-way leaves the file at the step before, usable as it was."""
    dumped(path)
    with pytest.raises(StorageError, match="nowhere"):
        Database.open(path, migrations=(*migrations.MIGRATIONS, m003_broken))

    with closing(SqliteSessionStore.open(path)) as store:
        assert len(store.summaries()) == 2
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(sessions)")]
    assert "shape" not in columns


def test_a_damaged_value_is_explained(path: Path) -> None:
    """A value that no mockint wrote is reported as such, not raised from deep inside."""
    with closing(sqlite3.connect(dumped(path))) as connection, connection:
        connection.execute("UPDATE sessions SET mode = 'party'")

    with closing(SqliteSessionStore.open(path)) as store:
        with pytest.raises(StorageError, match="party"):
            store.unfinished()
        with pytest.raises(StorageError, match="party"):
            store.summaries()
