"""Lines of a file of answers, each as something to grade or as the reason why it is not."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from mockint.domain.answer import Answer
from mockint.domain.grade import Evidence, Grade
from mockint.domain.language import Language

MAX_ANSWER = 1024 * 1024
"""The most characters of an answer."""

MAX_QUESTION = 20_000
"""The most characters of a line's own prompt or reference: as many as in the bank."""

MAX_LINE = 8 * MAX_ANSWER
"""The most bytes of a line: JSON may spend six on a character, and other keys come along."""

MAX_DEPTH = 100
"""How deep the values of a line may be nested."""

_RAW_SHOWN = 200
_ADDED = ("score", "band", "points", "misconceptions", "flags", "grader", "error")
_BOM = b"\xef\xbb\xbf"
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Task:
    """A line that says what to grade.

    Attributes:
        values: The line as it came.
        question: Id of a question of the bank; None where the line brings its own.
        prompt: The line's own question; empty for one of the bank.
        reference: Its model answer; empty for one of the bank.
        text: The answer exactly as it came.
        language: The language the line asks for; None where it does not say.
    """

    values: Mapping[str, Any]
    question: str | None
    prompt: str
    reference: str
    text: str
    language: Language | None

    def answer(self, language: Language) -> Answer:
        """The answer as a grader takes it: without lone surrogates, every offset unchanged."""
        return Answer(_SURROGATES.sub("\ufffd", self.text), language)


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that cannot be graded.

    Attributes:
        values: The line as it came, or its number and beginning where it is no JSON object.
        why: The reason, in a sentence.
    """

    values: Mapping[str, Any]
    why: str


class _UnfitError(Exception):
    """Why a line cannot be graded."""


def read_answers(file: BinaryIO) -> Iterator[Task | Reject]:
    """Every line but blank ones, in order; what goes beyond the longest line is not kept."""
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BOM)
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            _skip_rest(file)
            yield Reject(_raw(number, line), f"the line has more than {MAX_LINE // 2**20} MiB.")
        elif line.strip():
            yield _read(number, line)


def graded(task: Task, grade: Grade) -> dict[str, Any]:
    """The line that comes out for an answer with a grade."""
    return _kept(task.values) | {
        "score": grade.score,
        "uncertainty": grade.uncertainty,
        "band": grade.band.value,
        "points": [
            {
                "id": point.id,
                "verdict": point.verdict.value,
                "evidence": point.evidence and _evidence(task, point.evidence),
            }
            for point in grade.points
        ],
        "misconceptions": [
            {
                "id": met.id,
                "statement": met.statement,
                "correction": met.correction,
                "evidence": _evidence(task, met.evidence),
            }
            for met in grade.misconceptions
        ],
        "flags": [flag.value for flag in grade.flags],
        "grader": grade.fingerprint,
    }


def refused(values: Mapping[str, Any], why: str) -> dict[str, Any]:
    """The line that comes out for one that cannot be graded."""
    return _kept(values) | {"error": why}


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    # An earlier grade or error must not stand beside the new one.
    return {key: value for key, value in values.items() if key not in _ADDED}


def _evidence(task: Task, evidence: Evidence) -> dict[str, Any]:
    text = task.text[evidence.start : evidence.end]
    return {"text": text, "start": evidence.start, "end": evidence.end}


def _skip_rest(file: BinaryIO) -> None:
    while part := file.readline(1024 * 1024):
        if part.endswith(b"\n"):
            return


def _raw(number: int, line: bytes) -> dict[str, Any]:
    text = line[: 4 * _RAW_SHOWN].decode("utf-8", "replace").rstrip("\r\n")
    shown = text if len(text) <= _RAW_SHOWN else f"{text[:_RAW_SHOWN]}…"
    return {"line": number, "raw": shown}


def _read(number: int, line: bytes) -> Task | Reject:
    try:
        values = _parse(line)
    except _UnfitError as unfit:
        return Reject(_raw(number, line), str(unfit))
    try:
        return _task(values)
    except _UnfitError as unfit:
        return Reject(values, str(unfit))


def _parse(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise _UnfitError("the line is not UTF-8 text.") from None
    try:
        values = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
        )
    except RecursionError:
        raise _UnfitError(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        why = f"the line is not JSON: {error.msg.lower()} at character {error.pos + 1}."
        raise _UnfitError(why) from None
    except ValueError:  # an integer of thousands of digits
        raise _UnfitError("the line has a number that is too long.") from None
    if not isinstance(values, dict):
        raise _UnfitError('the line is not a JSON object; it must look like {"question": ...}.')
    if _is_deep(values):
        raise _UnfitError(_TOO_DEEP)
    return values


_TOO_DEEP = f"the line is nested more than {MAX_DEPTH} deep."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counted.items() if count > 1)
        raise _UnfitError(f"the key {_named(twice)} stands there twice.")
    return values


def _no_constant(name: str) -> float:
    raise _UnfitError(f"the line is not JSON: {name} is no JSON value.")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _UnfitError("the line has a number that is too large.")
    return number


def _is_deep(values: dict[str, Any]) -> bool:
    level: list[Any] = [values]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _task(values: dict[str, Any]) -> Task:
    question = prompt = reference = None
    if "question" in values:
        question = _text(values, "question")
    elif "reference" in values or "prompt" in values:
        prompt, reference = _words(values, "prompt"), _text(values, "reference")
    else:
        raise _UnfitError('there is no "question", nor "prompt" and "reference".')
    text = _string(values, "answer", MAX_ANSWER)
    return Task(values, question, prompt or "", reference or "", text, _language(values))


def _string(values: dict[str, Any], key: str, limit: int) -> str:
    if key not in values:
        raise _UnfitError(f"there is no {_named(key)}.")
    value = values[key]
    if not isinstance(value, str):
        raise _UnfitError(f"{_named(key)} must be text, not {_KINDS.get(type(value), 'a number')}.")
    if len(value) > limit:
        raise _UnfitError(f"{_named(key)} has more than {limit:,} characters.")
    return value


def _words(values: dict[str, Any], key: str) -> str:
    return _SURROGATES.sub("\ufffd", _string(values, key, MAX_QUESTION))


def _text(values: dict[str, Any], key: str) -> str:
    text = _words(values, key)
    if not text.strip():
        raise _UnfitError(f"{_named(key)} is empty.")
    return text


_KINDS: dict[type, str] = {
    dict: "an object",
    list: "a list",
    type(None): "null",
    bool: "a truth value",
}


def _language(values: dict[str, Any]) -> Language | None:
    value = values.get("lang")
    if value is None:
        return None
    if value not in ("en", "zh"):
        raise _UnfitError('"lang" must be "en" or "zh".')
    return Language(value)


def _named(key: str) -> str:
    return f'"{key if len(key) <= 40 else key[:40] + "…"}"'
