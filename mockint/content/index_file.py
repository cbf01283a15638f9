"""The file of an index: three lines of JSON for each pack, in the cache.

First the outline of the pack, all that a start needs; then its questions, as lists show them; then
what came of each file. JSON, because a line is read whole: 10,000 questions parse in 25 ms, against
32 ms from SQLite. Whatever stands there is checked as it is read.
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

from mockint.content.join import Entries, Entry, Outline
from mockint.content.loader import Judged
from mockint.content.source import PackFiles, Part, Stamp
from mockint.domain.language import Bilingual
from mockint.domain.ports import Problem
from mockint.domain.question import Kind, Level, QuestionSummary

T = TypeVar("T")

MAX_BYTES = 256 * 1024 * 1024

DAMAGE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What is raised over an index that is not as it was written."""

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)

_RULES = (
    *("archive.py", "build.py", "index.py", "index_file.py", "join.py", "loader.py", "packs.py"),
    *("prints.py", "schema.py", "source.py", "topics.py"),
    *("../domain/question.py", "../domain/grade.py"),
)
"""Modules that decide what an index says: one that was made under other rules is not used."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file: its stamp, whether the stamp is to be believed, and what came of its content."""

    stamp: Stamp
    settled: bool
    judged: Judged


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an index is made of.

    Attributes:
        fingerprint: The state of the pack; empty where it is not known as a whole.
        settled: Whether the fingerprint is to be believed.
        outline: What the pack holds.
        entries: Its questions that can be asked.
        rows: Its files, by their keys.
    """

    fingerprint: str
    settled: bool
    outline: Outline
    entries: Entries
    rows: Mapping[str, Row]


class Saved:
    """An index as it was read; all but its outline is still to be made out."""

    def __init__(self, head: bytes, questions: bytes, files: bytes) -> None:
        """Raises one of DAMAGE where the outline is none, or made under other rules."""
        content = json.loads(head)
        if content["rules"] != _rules():
            raise ValueError
        self.fingerprint = _as(str, content["fingerprint"])
        self.settled = content["settled"] is True
        self.outline = Outline(
            usable=_by_id(content["usable"]),
            unusable=_by_id(content["unusable"]),
            covered=_names(content["covered"]),
            problems=tuple(_problem(*told) for told in content["problems"]),
        )
        self._questions = questions
        self._files = files

    def entries(self) -> Entries:
        """The questions that can be asked; raises one of DAMAGE where they are not those."""
        told = json.loads(self._questions)
        topics = self.outline.usable
        if told.keys() != topics.keys():
            raise ValueError
        return {name: _entry(name, topics[name], row) for name, row in told.items()}

    def rows(self, files: PackFiles) -> dict[str, Row]:
        """What came of each file; nothing where it cannot be made out."""
        try:
            entries = self.entries()
            told = json.loads(self._files)
            return {key: _row(files, key, row, entries) for key, row in told.items()}
        except DAMAGE:
            return {}


def load(pack: Path, cache: Path) -> Saved | None:
    """The index of a pack; None where it is missing, damaged or not ours alone."""
    try:
        head, questions, files = _read_private(_place(pack, cache)).split(b"\n")
        return Saved(head, questions, files)
    except (OSError, *DAMAGE):
        return None  # it can be made again from the files


def save(pack: Path, cache: Path, compiled: Compiled) -> None:
    """Replace the index in one step; where that cannot be done, the next start works without."""
    place = _place(pack, cache)
    lines = (_head(compiled), _questions(compiled.entries), _files(compiled))
    content = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".index.")  # owner-only
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content.encode("utf-8", "surrogatepass"))
            Path(name).replace(place)
        except OSError:
            Path(name).unlink()
            raise


def _place(pack: Path, cache: Path) -> Path:
    name = hashlib.sha256(os.fsencode(os.path.realpath(pack))).hexdigest()
    return cache / f"{name[:32]}.json"


def _rules() -> str:
    digest = hashlib.sha256()
    for name in _RULES:
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def _read_private(place: Path) -> bytes:
    handle = os.open(place, os.O_RDONLY | _NO_LINK | _NO_WAIT)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
        shared = os.name == "posix" and status.st_mode & 0o022
        if not stat.S_ISREG(status.st_mode) or not ours or shared:
            raise PermissionError
        if status.st_size > MAX_BYTES:
            raise ValueError
        return file.read(status.st_size)


def _head(compiled: Compiled) -> dict[str, Any]:
    outline = compiled.outline
    return {
        "rules": _rules(),
        "fingerprint": compiled.fingerprint,
        "settled": compiled.settled,
        "usable": _by_topic(outline.usable),
        "unusable": _by_topic(outline.unusable),
        "covered": dict(outline.covered),
        "problems": [[p.path, p.key, p.reason, p.line] for p in outline.problems],
    }


def _questions(entries: Entries) -> dict[str, Any]:
    return {
        name: [_told(entry.summary), entry.question_digest, entry.rubric_digest]
        for name, entry in entries.items()
    }


def _files(compiled: Compiled) -> dict[str, Any]:
    rows = compiled.rows.items()
    return {key: _file(row, compiled.entries) for key, row in rows if row.judged.digest}


def _file(row: Row, entries: Entries) -> list[Any]:
    judged = row.judged
    told = [[p.path, p.key, p.reason, p.line] for p in judged.problems]
    summary = judged.summary
    # What stands among the questions need not stand here.
    shown = summary and (_told(summary) if summary.id not in entries else summary.id)
    return [*astuple(row.stamp), row.settled, judged.digest, told, shown]


def _told(summary: QuestionSummary) -> list[Any]:
    return [
        summary.level.value,
        summary.kind.value,
        summary.minutes,
        summary.prompt.en,
        summary.prompt.zh,
        list(summary.covers),
    ]


def _row(files: PackFiles, key: str, told: list[Any], entries: Entries) -> Row:
    size, modified, changed, inode, settled, digest, problems, shown = told
    part, topic, file_id = key.split("/")
    file = files.locate(Part(part), topic, file_id)
    if (file.part is Part.QUESTIONS and not problems) != (shown is not None):
        raise ValueError
    summary = None
    if isinstance(shown, str):
        summary = entries[file_id].summary
    elif shown is not None:
        summary = _summary(file_id, topic, shown)
    judged = Judged(tuple(_problem(*p) for p in problems), summary, _as(str, digest))
    return Row(Stamp(size, modified, changed, inode), settled is True, judged)


def _entry(name: str, topic: str, told: list[Any]) -> Entry:
    shown, question, rubric = told
    return Entry(_summary(name, topic, shown), _as(str, question), _as(str, rubric))


def _summary(name: str, topic: str, told: list[Any]) -> QuestionSummary:
    level, kind, minutes, en, zh, covers = told
    return QuestionSummary(
        id=name,
        topic=topic,
        level=Level(level),
        kind=Kind(kind),
        minutes=_as(float, minutes),
        prompt=Bilingual(_as(str, en), _as(str, zh)),
        covers=tuple(_as(str, item) for item in covers),
    )


def _problem(path: Any, key: Any, reason: Any, line: Any) -> Problem:
    return Problem(_as(str, path), _as(str, key), _as(str, reason), line and _as(int, line))


def _by_topic(topics: Mapping[str, str]) -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for name, topic in topics.items():
        told.setdefault(topic, []).append(name)
    return told


def _by_id(told: Mapping[str, list[str]]) -> dict[str, str]:
    topics: dict[str, str] = {}
    for topic, names in told.items():
        topics.update(dict.fromkeys(_texts(names), topic))
    return topics


def _names(told: Mapping[str, str]) -> dict[str, str]:
    return dict(zip(told, _texts(told.values()), strict=True))


def _texts(values: Iterable[Any]) -> list[str]:
    return [_as(str, value) for value in values]


def _as(kind: type[T], value: Any) -> T:
    if not isinstance(value, kind):
        raise TypeError
    return value
