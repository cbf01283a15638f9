"""What a long run has finished, kept beside its output so that the next run can go on from it."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from mockint.cli.terminal import json_text
from mockint.domain.errors import StorageError

_HEAD = "mockint-grade-1"
_MOST_LINE = 64 * 1024 * 1024


class Journal:
    """Finished lines by number, in the order in which they were finished.

    Each is kept with the identity of what it answers, and the file with that of the grader; what
    does not fit, and a last line that was cut short, is thrown away.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Reads nothing yet.

        Args:
            file: Open for reading and writing, at its start.
        """
        self._file = file
        self._places: dict[int, tuple[str, int, int]] = {}
        self._end = 0

    def recall(self, fingerprint: Callable[[], str]) -> None:
        """Take up what an earlier run of the same grader left; ``fingerprint`` may take seconds."""
        head = self._file.readline(_MOST_LINE)
        if head.endswith(b"\n") and head == _head(fingerprint()):
            self._end = len(head)
            self._read_lines()
        self._file.seek(self._end)
        self._file.truncate()

    def start(self, fingerprint: str) -> None:
        """Say whose grades follow, where that is not said already."""
        if not self._end:
            self._append(_head(fingerprint))

    def _read_lines(self) -> None:
        while (line := self._file.readline(_MOST_LINE)).endswith(b"\n"):
            try:
                number, identity, size = json.loads(line)
            except (ValueError, TypeError):
                return
            out = self._file.read(size) if isinstance(size, int) and 0 < size < _MOST_LINE else b""
            if not (isinstance(number, int) and out.endswith(b"\n") and len(out) == size):
                return
            start = self._end + len(line)
            self._places[number] = (str(identity), start, size)
            self._end = start + size

    def __len__(self) -> int:
        """How many lines are finished."""
        return len(self._places)

    def holds(self, number: int, identity: str) -> bool:
        """Whether the line of that number is finished; one that answers something else goes."""
        found = self._places.get(number)
        if found is not None and found[0] != identity:
            del self._places[number]
            return False
        return found is not None

    def keep(self, number: int, identity: str, line: bytes) -> None:
        """Note a finished line; it ends with a newline."""
        head = f"{json.dumps([number, identity, len(line)])}\n".encode()
        start = self._end + len(head)
        self._append(head + line)
        self._places[number] = (identity, start, len(line))

    def line(self, number: int) -> bytes:
        """A finished line; raises KeyError where it is not finished."""
        _, start, size = self._places[number]
        self._file.seek(start)
        line = self._file.read(size)
        self._file.seek(self._end)
        return line

    def _append(self, data: bytes) -> None:
        self._file.write(data)
        # What is not with the system yet is lost when this process is killed.
        self._file.flush()
        self._end += len(data)


def identity(*parts: Any) -> str:
    """What tells one thing to grade from another."""
    return hashlib.sha256(json_text(parts).encode()).hexdigest()[:24]


def place_for(output: str) -> Path:
    """Where the journal of an output file lies: beside it."""
    path = Path(os.path.realpath(output))
    return path.with_name(f"{path.name}.part")


@contextmanager
def opened_journal(place: Path, *, fresh: bool) -> Iterator[Journal]:
    """The journal in a file, made if need be and locked meanwhile; the file stays.

    Raises:
        StorageError: It cannot be written, or another process is at it.
    """
    try:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(place, flags, 0o666), "r+b")
    except OSError as error:
        raise StorageError(f"Cannot write {place}: {error.strerror or error}.") from error
    with file:
        if not _locked(file):
            raise StorageError(f"{place} is in use: another mockint grade writes the same output.")
        if fresh:
            file.truncate(0)
        yield Journal(file)


def remove(place: Path) -> None:
    """Remove a journal that has served its purpose."""
    with suppress(OSError):
        place.unlink()


def _locked(file: BinaryIO) -> bool:
    try:
        import fcntl  # noqa: PLC0415 - not on every platform
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _head(fingerprint: str) -> bytes:
    return f"{json.dumps([_HEAD, fingerprint])}\n".encode()
