"""Where lines go: stdout as they come, or a file that is there only when it is complete."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mockint.domain.errors import StorageError

STDOUT = "-"


@contextmanager
def opened(target: str) -> Iterator[BinaryIO]:
    """A binary file for ``target``, the path of a file or ``-`` for stdout.

    A file is written beside its place and moved there at the end; if the block fails, what was
    there before stays.

    Raises:
        StorageError: The file cannot be written.
    """
    if target == STDOUT:
        with _private_stdout() as file:
            yield file
        return
    path = Path(os.path.realpath(target))
    try:
        with _replaced(path) if is_replaced(target) else path.open("wb") as file:
            yield file
    except OSError as error:
        raise StorageError(f"Cannot write {target}: {error.strerror or error}.") from error


def is_replaced(target: str) -> bool:
    """Whether ``target`` is a file that is written elsewhere first; a pipe or a device is not."""
    path = Path(os.path.realpath(target))
    return target != STDOUT and (path.is_file() or not path.exists())


@contextmanager
def _private_stdout() -> Iterator[BinaryIO]:
    """What is stdout, for us alone: what a library prints meanwhile goes to stderr."""
    sys.stdout.flush()
    ours = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(ours), "wb") as file:
            yield file
    finally:
        sys.stdout.flush()
        os.dup2(ours, 1)
        os.close(ours)


@contextmanager
def _replaced(path: Path) -> Iterator[BinaryIO]:
    building = path.with_name(f".{path.name}.{os.getpid()}.part")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
    handle = os.open(building, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        building.replace(path)
    except BaseException:
        with suppress(OSError):
            building.unlink()
        raise
