"""The files of a pack in a folder: what lies there, and their bytes; nothing in them is trusted."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from mockint.domain.ports import Problem

MAX_BYTES = 1024 * 1024
"""The most bytes of one file."""

READ_ONLY = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""How to open what somebody else made: never waiting, as one would for a pipe."""


class Part(StrEnum):
    """The two folders of a pack."""

    QUESTIONS = "questions"
    RUBRICS = "rubrics"

    @property
    def noun(self) -> str:
        """What one file in it is called."""
        return self.value[:-1]

    @property
    def other(self) -> "Part":
        """The folder with the other half of each question."""
        return Part.RUBRICS if self is Part.QUESTIONS else Part.QUESTIONS


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says about a file; a hint that it may be unchanged, never a proof."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


NO_STAMP = Stamp(-1, 0, 0, 0)
"""The stamp of what no file system has been asked about; it equals that of no file."""


class Reader(Protocol):
    """What has the bytes of files that are not files of the file system."""

    def read(self, file: "SourceFile") -> bytes | Problem:
        """The bytes of a file, or why they cannot be had."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One TOML file of a pack.

    Attributes:
        part: Question or rubric.
        topic: The folder it lies in.
        id: Its name without ``.toml``.
        path: Where it is, inside the archive where there is one; text, because 20,000 paths take
            100 ms to build.
        shown: What a person would call it: the pack's folder name and the path below it.
        stamp: What the file system said when the pack was listed.
        reader: The archive it lies in; None for a file of its own.
    """

    part: Part
    topic: str
    id: str
    path: str
    shown: str
    stamp: Stamp = NO_STAMP
    reader: Reader | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """Its path inside the pack."""
        return f"{self.part}/{self.topic}/{self.id}"

    @property
    def partner_key(self) -> str:
        """The path inside the pack of the file that completes it."""
        return f"{self.part.other}/{self.topic}/{self.id}"


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a pack, in order of part, topic and id, and what could not be listed."""

    files: tuple[SourceFile, ...]
    problems: tuple[Problem, ...]


def printable(text: str, limit: int = 200) -> str:
    """``text`` fit for one line of a terminal: no control characters, no endless names."""
    clean = text
    if not text.isprintable():
        clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"


class PackFiles(Protocol):
    """A pack, wherever its files are."""

    @property
    def name(self) -> str:
        """What a person would call it."""

    def listing(self) -> Listing:
        """Its files as they are now."""

    def locate(self, part: Part, topic: str, file_id: str) -> SourceFile:
        """A file that it was once seen to have; it is not looked for."""


class Folder:
    """A pack that is a folder."""

    def __init__(self, root: Path) -> None:
        """``root`` need not exist; that is then a problem of the listing."""
        self.root = Path(os.path.realpath(root))
        self.name = self.root.name or str(self.root)

    def listing(self) -> Listing:
        """Every ``questions/<topic>/<id>.toml`` and ``rubrics/<topic>/<id>.toml`` below it."""
        return _list_folder(self.root)

    def locate(self, part: Part, topic: str, file_id: str) -> SourceFile:
        """A file that it was once seen to have; it is not looked for."""
        below = f"{part}/{topic}/{file_id}.toml"
        shown = printable(f"{self.name}/{below}", 1000)
        return SourceFile(part, topic, file_id, f"{self.root}/{below}", shown)


def list_pack(pack: Path) -> Listing:
    """The files of a pack that is a folder."""
    return Folder(pack).listing()


def _list_folder(root: Path) -> Listing:
    name = root.name or str(root)
    if not root.is_dir():
        return Listing((), (_problem(name, "there is no such folder"),))
    found: list[SourceFile | Problem] = []
    for part in Part:
        folder = root / part.value
        if folder.is_symlink() and (escape := _leads_outside(str(folder), root, f"{name}/{part}")):
            found.append(escape)
        elif folder.is_dir():
            found += _list_part(root, part)
        else:
            reason = f"this folder is missing; a pack has {part}/<topic>/<id>.toml"
            found.append(_problem(f"{name}/{part}", reason))
    files = tuple(item for item in found if isinstance(item, SourceFile))
    return Listing(files, tuple(item for item in found if isinstance(item, Problem)))


def read_source(file: SourceFile) -> bytes | Problem:
    """The bytes of a file, or why they cannot be had; never more than MAX_BYTES are kept."""
    if file.reader is not None:
        return file.reader.read(file)
    return read_path(file.path, file.shown)


def read_path(path: str, shown: str) -> bytes | Problem:
    """The bytes of the file at ``path``, which a person calls ``shown``, or why there are none."""
    try:
        handle = os.open(path, READ_ONLY)
    except OSError as error:
        return _unreadable(shown, error)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return _problem(shown, "this is not a regular file; put a text file here")
        if status.st_size > MAX_BYTES:
            return too_large(shown, status.st_size)
        data = read_handle(handle, MAX_BYTES)
    except OSError as error:
        return _unreadable(shown, error)
    finally:
        os.close(handle)
    return data if len(data) <= MAX_BYTES else too_large(shown, len(data))


def read_handle(handle: int, limit: int) -> bytes:
    """All there is to read, or ``limit`` + 1 bytes where there is more than ``limit``."""
    data = os.read(handle, limit + 1)
    if len(data) == 0 or len(data) > limit:
        return data
    while more := os.read(handle, limit + 1 - len(data)):
        data += more
    return data


def _list_part(root: Path, part: Part) -> Iterator[SourceFile | Problem]:
    name = f"{root.name or root}/{part}"
    for topic in _entries(root / part.value, name):
        if isinstance(topic, Problem):
            yield topic
        elif topic.is_symlink() and (
            escape := _leads_outside(topic.path, root, f"{name}/{topic.name}")
        ):
            yield escape
        elif topic.is_dir():
            yield from _list_topic(root, part, topic)
        elif topic.name.endswith(".toml"):
            reason = f"a {part.noun} lies in a topic's folder: move it to {part}/<topic>/"
            yield _problem(f"{name}/{topic.name}", reason)


def _list_topic(
    root: Path, part: Part, topic: "os.DirEntry[str]"
) -> Iterator[SourceFile | Problem]:
    name = f"{root.name or root}/{part}/{topic.name}"
    for entry in _entries(Path(topic.path), name):
        if isinstance(entry, Problem):
            yield entry
        elif entry.is_symlink() and (
            escape := _leads_outside(entry.path, root, f"{name}/{entry.name}")
        ):
            yield escape
        elif entry.is_dir():
            reason = f"folders inside a topic are not read: move its files to {part}/{topic.name}/"
            yield _problem(f"{name}/{entry.name}", reason)
        elif entry.name.endswith(".toml"):
            yield _source(part, topic.name, entry, printable(f"{name}/{entry.name}", 1000))


def _source(part: Part, topic: str, entry: "os.DirEntry[str]", shown: str) -> SourceFile | Problem:
    try:
        status = entry.stat()
    except OSError as error:
        return _unreadable(shown, error)
    stamp = Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return SourceFile(part, topic, entry.name.removesuffix(".toml"), entry.path, shown, stamp)


def _entries(folder: Path, name: str) -> Iterator["os.DirEntry[str] | Problem"]:
    try:
        with os.scandir(folder) as entries:
            # A leading dot marks what editors and file systems leave behind.
            yield from sorted(
                (entry for entry in entries if not entry.name.startswith(".")),
                key=lambda entry: entry.name,
            )
    except OSError as error:
        yield _unreadable(name, error)


def _leads_outside(path: str, root: Path, shown: str) -> Problem | None:
    try:
        target = Path(path).resolve(strict=True)
    except (OSError, RuntimeError):
        return _problem(shown, "this link leads nowhere; put the file itself here")
    if target.is_relative_to(root):
        return None
    return _problem(shown, "this link leads outside the pack; put the file itself here")


def _unreadable(shown: str, error: OSError) -> Problem:
    why = (error.strerror or type(error).__name__).lower()
    return _problem(shown, f"cannot be read ({why}); check its permissions")


def too_large(shown: str, size: int) -> Problem:
    """That a file has more than MAX_BYTES bytes."""
    megabytes = size / 1024**2
    reason = f"the file has {megabytes:.1f} MiB, and 1 MiB is the limit; shorten it"
    return _problem(shown, reason)


def _problem(shown: str, reason: str) -> Problem:
    return Problem(printable(shown, 1000), "", reason)
