"""The compiled index: what came of each file, remembered by content.

One JSON file per pack. JSON because it is read whole: 10,000 questions parse in 25 ms, against
32 ms from SQLite. An entry counts only while the file's SHA-256 is the one it was made from, so an
index can be stale or forged without harm beyond work done again; it holds no rubric and no
reference answer, which are always read from their own files.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, TypeVar

from mockint.content.loader import Judged, JudgedPack, digest_of, judge_bytes
from mockint.content.source import Part, SourceFile, Stamp, list_pack, read_source
from mockint.domain.language import Bilingual
from mockint.domain.ports import Problem
from mockint.domain.question import Kind, Level, QuestionSummary

T = TypeVar("T")

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)

MAX_CACHE_BYTES = 256 * 1024 * 1024

HASH_ALL_UP_TO = 4000
"""Number of files up to which every file is hashed at every start (20 µs a file).

In a larger pack a file whose stamp has not changed is believed until it is opened, and opening
compares its content. The stamp includes the change time, which programs cannot set.
"""

_RULES = (
    *("schema.py", "build.py", "loader.py", "source.py", "topics.py", "index.py"),
    *("../domain/question.py", "../domain/grade.py"),
)
"""Modules that decide what an entry says: an index made under other rules is not used."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An entry of the index: a file's stamp, whether it can be believed, and what came of it."""

    stamp: Stamp
    settled: bool
    judged: Judged


def indexed_pack(pack: Path, cache: Path | None) -> JudgedPack:
    """Every file of a pack, judged afresh only where its content is new; ``cache`` is a folder."""
    listing = list_pack(pack)
    place = None if cache is None else _place(pack, cache)
    known = {} if place is None else _load(place, listing.files)
    hash_all = len(listing.files) <= HASH_ALL_UP_TO
    current = {
        file.key: _judge(file, known.get(file.key), hash_all=hash_all) for file in listing.files
    }
    if place is not None and current != known:
        _save(place, current)
    return JudgedPack(listing, {key: entry.judged for key, entry in current.items()})


def _judge(file: SourceFile, known: _Known | None, *, hash_all: bool) -> _Known:
    if known and known.settled and known.stamp == file.stamp and not hash_all:
        return known
    data = read_source(file)
    if isinstance(data, Problem):
        return _Known(file.stamp, settled=False, judged=Judged((data,)))
    if known and known.judged.digest == digest_of(data):
        judged = known.judged
    else:
        judged = judge_bytes(file, data)
    # A stamp settles by being seen a second time with the same content: a file written within one
    # tick of the file system's clock keeps its stamp, and asking no clock, none need be right.
    seen = known is not None and known.stamp == file.stamp and known.judged == judged
    return _Known(file.stamp, seen and not hash_all, judged)


def _place(pack: Path, cache: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(pack))).hexdigest()
    return cache / f"{name[:32]}.json"


def _rules() -> str:
    digest = hashlib.sha256()
    for name in _RULES:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _load(place: Path, files: Iterable[SourceFile]) -> dict[str, _Known]:
    """What the index knows of ``files``; nothing where it is missing, damaged or not ours alone."""
    try:
        content = json.loads(_read_private(place))
        if content["rules"] != _rules():
            return {}
        rows = content["files"]
        return {file.key: _decode(file, rows[file.key]) for file in files if file.key in rows}
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return {}  # the index can be made again from the files


def _read_private(place: Path) -> bytes:
    handle = os.open(place, os.O_RDONLY | _NO_LINK | _NO_WAIT)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        shared = os.name == "posix" and status.st_mode & 0o022
        if not stat.S_ISREG(status.st_mode) or not ours or shared:
            raise PermissionError
        if status.st_size > MAX_CACHE_BYTES:
            raise ValueError
        return file.read(status.st_size)


def _save(place: Path, entries: Mapping[str, _Known]) -> None:
    """Replace the index in one step; where that cannot be done, the next start works without."""
    rows = {key: _encode(known) for key, known in entries.items() if known.judged.digest}
    with suppress(OSError):
        content = json.dumps({"rules": _rules(), "files": rows}, ensure_ascii=False)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".index.")  # owner-only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8", "surrogatepass"))
            Path(name).replace(place)
        except OSError:
            Path(name).unlink()
            raise


def _encode(known: _Known) -> list[Any]:
    judged = known.judged
    summary = judged.summary
    told = [[problem.key, problem.reason, problem.line] for problem in judged.problems]
    shown = summary and [
        summary.level.value,
        summary.kind.value,
        summary.minutes,
        summary.prompt.en,
        summary.prompt.zh,
        list(summary.covers),
    ]
    return [*astuple(known.stamp), known.settled, judged.digest, told, shown]


def _decode(file: SourceFile, row: list[Any]) -> _Known:
    """The entry that ``row`` holds; raises ValueError or TypeError where it is not one."""
    size, modified, changed, inode, settled, digest, told, shown = row
    summary = None
    if (file.part is Part.QUESTIONS and not told) != (shown is not None):
        raise ValueError
    if shown is not None:
        level, kind, minutes, en, zh, covers = shown
        summary = QuestionSummary(
            id=file.id,
            topic=file.topic,
            level=Level(level),
            kind=Kind(kind),
            minutes=_as(float, minutes),
            prompt=Bilingual(_as(str, en), _as(str, zh)),
            covers=tuple(_as(str, item) for item in covers),
        )
    problems = tuple(
        Problem(file.shown, _as(str, key), _as(str, reason), line and _as(int, line))
        for key, reason, line in told
    )
    stamp = Stamp(size, modified, changed, inode)
    return _Known(stamp, settled is True, Judged(problems, summary, _as(str, digest)))


def _as(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise TypeError
    return value
