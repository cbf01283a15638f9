"""Files of a pack, each judged on its own."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mockint.content import build
from mockint.content.source import Listing, PackFiles, Part, SourceFile, printable, read_source
from mockint.domain.ports import Problem
from mockint.domain.question import QuestionSummary

if TYPE_CHECKING:
    from mockint.content.schema import Finding


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one file.

    Attributes:
        problems: Why it cannot be used; empty where it can.
        summary: What lists show, for a question that can be used.
        digest: SHA-256 of its bytes; empty where they could not be read.
    """

    problems: tuple[Problem, ...] = ()
    summary: QuestionSummary | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class JudgedPack:
    """A pack with what came of each of its files, by the file's key."""

    files: PackFiles
    listing: Listing
    judged: Mapping[str, Judged]


def judge_pack(files: PackFiles) -> JudgedPack:
    """Every file of a pack, judged afresh."""
    listing = files.listing()
    return JudgedPack(files, listing, {file.key: judge_file(file) for file in listing.files})


def judge_file(file: SourceFile) -> Judged:
    """One file, judged on its own."""
    data = read_source(file)
    return Judged((data,)) if isinstance(data, Problem) else judge_bytes(file, data)


def digest_of(data: bytes) -> str:
    """What tells one content from another: SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def judge_bytes(file: SourceFile, data: bytes) -> Judged:
    """The bytes of one file, judged on their own."""
    digest = digest_of(data)
    parsed = parse(file, data)
    if isinstance(parsed, Problem):
        return Judged((parsed,), digest=digest)
    # pydantic and the models take about 100 ms, which an index that is fresh spares.
    from mockint.content.schema import findings  # noqa: PLC0415

    found = findings(file.part, file.topic, file.id, parsed)
    if found:
        return Judged(tuple(_problem(file, finding) for finding in found), digest=digest)
    summary = build.question(parsed).summary if file.part is Part.QUESTIONS else None
    return Judged((), summary, digest)


def parse(file: SourceFile, data: bytes) -> dict[str, Any] | Problem:
    """The TOML table in ``data``, or why there is none."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Problem(file.shown, "", "this is not UTF-8 text; save the file as UTF-8", line)
    if text.startswith("\ufeff"):
        reason = "starts with a byte-order mark; save the file as UTF-8 without one"
        return Problem(file.shown, "", reason, 1)
    try:
        return tomllib.loads(text)
    except RecursionError:
        return Problem(file.shown, "", "lists or tables are nested too deeply; flatten them")
    except ValueError as error:  # besides TOMLDecodeError: a number of 5,000 digits, 30 February
        return _unparsable(file, text, str(error))


_PLACE = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")


def _unparsable(file: SourceFile, text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    if place is None:
        return Problem(file.shown, "", f"this is not TOML: {printable(message)}")
    line = int(place[1]) if place[1] else text.count("\n") + 1
    column = f" in column {place[2]}" if place[2] else " at the end of the file"
    what = message[: place.start()].strip()
    reason = f"this is not TOML: {printable(what)}{column}; check quotes, brackets and commas"
    return Problem(file.shown, "", reason, line)


def _problem(file: SourceFile, finding: "Finding") -> Problem:
    return Problem(file.shown, finding.key, finding.reason, finding.line)
