"""Fingerprints of packs: whether a pack is what it was when it was compiled.

A zip file, and a folder of up to HASH_ALL_UP_TO files, is known by its content alone. A larger
folder is known by the names of its files and what the file system says of each: size, inode, time
of modification and time of change, of which programs cannot set the last. Such a fingerprint is
believed only once it has been seen twice, some time apart, with the same content.

What is left: a file of a large folder that is changed to other content of the same size, in place
and with both times as before (a clock set back; on Windows, which has no time of change, the time
of modification alone), may be listed as it was. It is never asked or graded as it was: a question
that is opened is compared by content, whatever was believed.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mockint.content.packs import MAX_ARCHIVE, is_archive
from mockint.content.source import READ_ONLY, Part, read_path
from mockint.domain.ports import Problem

HASH_ALL_UP_TO = 2000
"""The number of files up to which every one is read at every start (25 µs a file)."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one state of a pack from another.

    Attributes:
        value: Equal for the same state.
        exact: Whether it is made from content alone.
    """

    value: str
    exact: bool


def fingerprint(pack: Path) -> Fingerprint | None:
    """The state of the pack at ``pack``; None where something in it cannot be looked at."""
    try:
        if is_archive(pack):
            return _of_archive(pack)
        topics = list(_walk(pack))
        exact = sum(len(entries) for _, entries in topics) <= HASH_ALL_UP_TO
        tell = _content if exact else _stamp
        # No name has a stroke in it: lines cannot be taken for each other.
        lines = (
            f"{topic}//" + "".join([f"{entry.name}/{tell(entry)}/" for entry in entries])
            for topic, entries in topics
        )
        told = os.fsencode("".join(lines))
        return Fingerprint(hashlib.sha256(told).hexdigest(), exact)
    except OSError:
        return None


def _of_archive(path: Path) -> Fingerprint | None:
    handle = os.open(path, READ_ONLY)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_ARCHIVE:
            return None  # it is refused unread
        return Fingerprint(hashlib.file_digest(file, "sha256").hexdigest(), exact=True)


def _walk(pack: Path) -> Iterator[tuple[str, "list[os.DirEntry[str]]"]]:
    """What a listing looks at: everything in the two parts, and what lies in each folder there."""
    for part in Part:
        yield part.value, []
        for topic in _entries(f"{pack}/{part}"):
            if topic.is_dir():
                yield f"folder {topic.name}", _entries(topic.path)
            else:
                yield f"file {topic.name}", []


def _entries(folder: str) -> "list[os.DirEntry[str]]":
    with os.scandir(folder) as entries:
        return sorted((e for e in entries if e.name[0] != "."), key=lambda entry: entry.name)


def _stamp(entry: "os.DirEntry[str]") -> str:
    status = entry.stat()
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def _content(entry: "os.DirEntry[str]") -> str:
    if not entry.name.endswith(".toml"):
        return "folder" if entry.is_dir() else "file"
    data = read_path(entry.path, "")
    if isinstance(data, Problem):
        return f"no content: {len(data.reason)} {data.reason}"
    return hashlib.sha256(data).hexdigest()
