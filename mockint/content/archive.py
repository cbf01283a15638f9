"""A pack in a zip file: read in memory, nothing is ever unpacked to disk, nothing in it is trusted.

An archive with anything odd in it is refused as a whole: who packs an absolute path or a link means
harm, and half of a damaged download is of no use.
"""

import io
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from mockint.content.packs import MAX_ARCHIVE
from mockint.content.source import (
    MAX_BYTES,
    READ_ONLY,
    Listing,
    Part,
    SourceFile,
    printable,
    read_handle,
    too_large,
)
from mockint.domain.ports import Problem

MAX_UNPACKED = MAX_ARCHIVE

_MAX_ENTRIES = 65_535
_MAX_DIRECTORY = 16 * 1024 * 1024
_CHUNK = 1024 * 1024

_DRIVE = re.compile(r"[A-Za-z]:")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_DAMAGED = "is damaged; get it again"

_ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, LookupError),
    *(NotImplementedError, RuntimeError, OverflowError, OSError),
)
"""What zipfile raises over bytes that are no archive: it has no one error for all of them."""

_END = b"PK\x05\x06"
_END_SIZE = 22
_END_SEARCHED = _END_SIZE + 65_535
_BIG_END = b"PK\x06\x07"
_BIG_END_SIZE = 20


class _RefusedError(Exception):
    """Why an archive is not used."""


class Archive:
    """A pack that is a zip file, as it is when first looked at."""

    def __init__(self, path: Path) -> None:
        """``path`` need not exist; that is then a problem of the listing."""
        self._path = path
        self.name = path.name

    def listing(self) -> Listing:
        """Its ``questions/<topic>/<id>.toml`` and ``rubrics/<topic>/<id>.toml``.

        Both folders may lie in a folder of their own, as they do where that was zipped. Every entry
        is unpacked once and counted: what the archive says of sizes may be a lie.
        """
        try:
            zipped, top = self._opened
            _measure(zipped)
        except _RefusedError as why:
            return Listing((), (self._refused(str(why)),))
        names = [name for name in zipped.namelist() if not name.endswith("/")]
        return _sorted(self._files([name.removeprefix(top) for name in names]))

    def locate(self, part: Part, topic: str, file_id: str) -> SourceFile:
        """A file that it was once seen to have; it is not looked for."""
        below = f"{part}/{topic}/{file_id}.toml"
        shown = printable(f"{self.name}/{below}", 1000)
        return SourceFile(part, topic, file_id, below, shown, reader=self)

    def read(self, file: SourceFile) -> bytes | Problem:
        """The bytes of an entry, or why they cannot be had; never more than MAX_BYTES are kept."""
        try:
            zipped, top = self._opened
            data = b"".join(_unpacked(zipped, zipped.getinfo(f"{top}{file.path}"), MAX_BYTES + 1))
        except KeyError:
            return Problem(file.shown, "", "is no longer there")
        except _RefusedError as why:
            return self._refused(str(why))
        return data if len(data) <= MAX_BYTES else too_large(file.shown, len(data))

    @cached_property
    def _opened(self) -> tuple[zipfile.ZipFile, str]:
        """The archive, looked through, and the folder that all of it lies in, if it does."""
        data = _whole(self._path)
        _look_at_end(data)
        try:
            zipped = zipfile.ZipFile(io.BytesIO(data))
        except _ZIP_ERRORS as error:
            raise _RefusedError(_DAMAGED) from error
        _look_through(zipped.infolist())
        return zipped, _top(zipped.namelist())

    def _refused(self, why: str) -> Problem:
        return Problem(printable(self.name, 1000), "", why)

    def _files(self, names: Sequence[str]) -> Iterator[SourceFile | Problem]:
        parts = {part.value: part for part in Part}
        for name in names:
            steps = name.split("/")
            part = parts.get(steps[0])
            hidden = any(step.startswith(".") for step in steps)
            if part is None or hidden or not name.endswith(".toml"):
                continue
            if len(steps) == 3:
                yield self.locate(part, steps[1], steps[2].removesuffix(".toml"))
            else:
                reason = f"a {part.noun} lies in {part}/<topic>/: move it there"
                yield Problem(printable(f"{self.name}/{name}", 1000), "", reason)
        for part in Part:
            if not any(name.startswith(f"{part}/") for name in names):
                reason = f"this folder is missing; a pack has {part}/<topic>/<id>.toml"
                yield Problem(printable(f"{self.name}/{part}", 1000), "", reason)


def _sorted(found: Iterator[SourceFile | Problem]) -> Listing:
    every = tuple(found)
    files = [item for item in every if isinstance(item, SourceFile)]
    order = list(Part)
    files.sort(key=lambda file: (order.index(file.part), file.topic, file.id))
    return Listing(tuple(files), tuple(item for item in every if isinstance(item, Problem)))


def _whole(path: Path) -> bytes:
    try:
        handle = os.open(path, READ_ONLY)
    except OSError as error:
        raise _unreadable(error) from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise _RefusedError("is neither a folder nor a zip file")
        if status.st_size > MAX_UNPACKED:
            raise _too_much()
        data = read_handle(handle, MAX_UNPACKED)
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(handle)
    if len(data) > MAX_UNPACKED:
        raise _too_much()
    return data


def _look_at_end(data: bytes) -> None:
    """Refuse what is no archive, and a directory that would take long or much to read."""
    end = data.rfind(_END, -_END_SEARCHED)
    if end < 0 or end + _END_SIZE > len(data):
        raise _RefusedError("is not a zip file, or a damaged one; get it again")
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    big = data[max(end - _BIG_END_SIZE, 0) : end].startswith(_BIG_END)
    if big or size > _MAX_DIRECTORY:
        raise _RefusedError(f"has too many entries; {_MAX_ENTRIES:,} is the limit")


def _look_through(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse whatever no honest pack has."""
    if len(entries) > _MAX_ENTRIES:
        raise _RefusedError(f"has too many entries; {_MAX_ENTRIES:,} is the limit")
    seen: set[str] = set()
    for entry in entries:
        if why := _objection(entry):
            raise _RefusedError(f"is not used: its entry {_named(entry)} {why}")
        # What is one file on some file systems must not be two here.
        folded = unicodedata.normalize("NFC", entry.filename.rstrip("/")).casefold()
        if folded in seen:
            raise _RefusedError(f"is not used: it has two entries named {_named(entry)}")
        seen.add(folded)
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _too_much()


def _objection(entry: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    # zipfile cuts a name at a null character; what stands in the archive counts.
    if why := _objection_to_name(entry.orig_filename):
        return why
    if kind == stat.S_IFLNK:
        return "is a link; put the file itself there"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is neither a file nor a folder"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted; pack it without a password"
    if entry.compress_type not in _METHODS:
        return "is compressed in an unusual way; pack it as an ordinary zip file"
    return ""


def _objection_to_name(name: str) -> str:
    steps = name.removesuffix("/").split("/")
    if name.startswith(("/", "\\")):
        return "has an absolute path"
    if _DRIVE.match(name):
        return "has a drive letter"
    if ".." in name.replace("\\", "/").split("/"):
        return "leads out of the pack with .."
    if "\\" in name or "\x00" in name or "." in steps or "" in steps:
        return "has a name that systems read in different ways"
    return ""


def _top(names: Sequence[str]) -> str:
    """``folder/`` where ``questions/`` and ``rubrics/`` lie in one, else nothing."""
    first = {name.split("/", 1)[0] for name in names if "/" in name} - {"__MACOSX"}
    if len(first) != 1 or first & {part.value for part in Part}:
        return ""
    return f"{first.pop()}/"


def _measure(zipped: zipfile.ZipFile) -> None:
    """Unpack every entry once; refuse what is damaged or more than MAX_UNPACKED in sum."""
    left = MAX_UNPACKED
    for entry in zipped.infolist():
        for chunk in _unpacked(zipped, entry, left + 1):
            left -= len(chunk)
        if left < 0:
            raise _too_much()


def _unpacked(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
    """The bytes of an entry, at most ``limit`` of them.

    zipfile never unpacks more than the entry says it has; one that has more fails its check sum.
    """
    try:
        with zipped.open(entry) as file:
            while limit > 0 and (chunk := file.read(min(limit, _CHUNK))):
                limit -= len(chunk)
                yield chunk
    except _ZIP_ERRORS as error:
        raise _RefusedError(f"is not used: its entry {_named(entry)} is damaged") from error


def _named(entry: zipfile.ZipInfo) -> str:
    return f'"{printable(entry.orig_filename, 100)}"'


def _too_much() -> _RefusedError:
    limit = MAX_UNPACKED // 2**20
    return _RefusedError(f"is not used: it has more than {limit} MiB unpacked; split it")


def _unreadable(error: OSError) -> _RefusedError:
    why = (error.strerror or type(error).__name__).lower()
    return _RefusedError(f"cannot be read ({why})")
