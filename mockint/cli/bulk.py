"""A whole file of answers: grouped by question, graded in batches, written in the file's order."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Protocol

from mockint.cli.answers import Reject, Task, graded, refused
from mockint.cli.journal import Journal, identity
from mockint.cli.progress import Progress
from mockint.cli.terminal import json_text
from mockint.domain.answer import Answer
from mockint.domain.errors import MockintError
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric

if TYPE_CHECKING:
    from mockint.app.marking import Batch, Mark, Marking

_WINDOW = 4096
_BATCH = 640
_BATCH_CHARACTERS = 64_000

Asked = tuple[Question, Rubric] | tuple[str, str]


class Sink(Protocol):
    """Where finished lines go."""

    def holds(self, number: int, what: str) -> bool:
        """Whether that line is finished already."""

    def put(self, number: int, what: str, line: bytes) -> None:
        """Take a finished line; ``what`` is the identity of what it answers, empty for an error."""


class InOrder:
    """Writes lines by number, each as soon as all before it are written."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._next = 0
        self._waiting: dict[int, bytes] = {}

    def holds(self, number: int, what: str) -> bool:  # noqa: ARG002 - a Sink's form
        """Nothing is known of earlier runs."""
        return False

    def put(self, number: int, what: str, line: bytes) -> None:  # noqa: ARG002 - a Sink's form
        """Take a finished line."""
        self._waiting[number] = line
        while self._next in self._waiting:
            self._out.write(self._waiting.pop(self._next))
            self._next += 1
        self._out.flush()


class Noted:
    """Notes lines in a journal, as they are finished."""

    def __init__(self, journal: Journal, fingerprint: Callable[[], str]) -> None:
        self._journal = journal
        self._fingerprint = fingerprint
        self._started = False
        self._errors: dict[int, bytes] = {}

    def holds(self, number: int, what: str) -> bool:
        """Whether an earlier run finished the line."""
        return self._journal.holds(number, what)

    def put(self, number: int, what: str, line: bytes) -> None:
        """Take a finished line."""
        if not what:
            # An error may have passed by the next run.
            self._errors[number] = line
            return
        if not self._started:
            self._journal.start(self._fingerprint())
            self._started = True
        self._journal.keep(number, what, line)

    def line(self, number: int) -> bytes:
        """A finished line."""
        error = self._errors.get(number)
        return self._journal.line(number) if error is None else error


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to be graded.

    Attributes:
        number: Its place among the lines, from 0.
        task: Its line.
        answer: It as a grader takes it.
        what: Identity of all that decides its grade and its line, apart from the grader.
    """

    number: int
    task: Task
    answer: Answer
    what: str


class Reception:
    """Makes of every line something to grade, or the line that says why not."""

    def __init__(
        self, find: Callable[[str], tuple[Question, Rubric]], language: Callable[[Task], Language]
    ) -> None:
        """Opens nothing.

        Args:
            find: A question of the bank with its rubric; raises MockintError.
            language: The language of a task.
        """
        self._find = find
        self._language = language
        self._identities: dict[str, str] = {}

    def asked(self, task: Task) -> Asked:
        """What a task answers; raises MockintError where the bank has no such question."""
        return (task.prompt, task.reference) if task.question is None else self._find(task.question)

    def given(self, number: int, task: Task, asked: Asked) -> Given:
        """A task with its place and identity."""
        language = self._language(task)
        content = "" if task.question is None else self._content(task.question, asked)
        what = identity(dict(task.values), content, language.value)
        return Given(number, task, task.answer(language), what)

    def _content(self, question_id: str, asked: Asked) -> str:
        if question_id not in self._identities:
            self._identities[question_id] = identity(repr(asked))
        return self._identities[question_id]


def grade_all(
    entries: Iterable[Task | Reject],
    reception: Reception,
    marking: Callable[[], "Marking"],
    sink: Sink,
    progress: Progress,
) -> tuple[int, int]:
    """Grade every entry that the sink does not hold; returns how many, and how many have an error.

    Args:
        entries: The lines.
        reception: What makes something to grade of them.
        marking: What grades; asked for when there is something to grade, each time the same.
        sink: Where finished lines go.
        progress: Told of each.

    Raises:
        EncoderError: No grader can be had.
    """
    lines = failed = 0
    numbered = enumerate(entries)
    while window := list(islice(numbered, _WINDOW)):
        lines += len(window)
        todo: dict[Asked | str, tuple[Asked, list[Given]]] = {}
        for number, entry in window:
            failed += _received(number, entry, reception, sink, progress, todo)
        if todo:
            failed += _marked(list(todo.values()), marking(), sink, progress)
    return lines, failed


def _received(
    number: int,
    entry: Task | Reject,
    reception: Reception,
    sink: Sink,
    progress: Progress,
    todo: dict[Asked | str, tuple[Asked, list[Given]]],
) -> bool:
    """Put an entry where it belongs; whether it is an error."""
    try:
        if isinstance(entry, Task):
            asked = reception.asked(entry)
            given = reception.given(number, entry, asked)
            if sink.holds(number, given.what):
                progress.step()
            else:
                key = entry.question or (entry.prompt, entry.reference)
                todo.setdefault(key, (asked, []))[1].append(given)
            return False
        why = entry.why
    except MockintError as error:
        why = str(error)
    sink.put(number, "", _as_line(refused(entry.values, why)))
    progress.step()
    return True


_Part = tuple[Asked, list[Given]]


def _even(count: int, jobs: int) -> int:
    """How many lines make a batch, so that as many processes finish together."""
    rounds = math.ceil(count / (jobs * _BATCH))
    return math.ceil(count / (jobs * rounds))


def _batches(groups: Iterable[_Part], most: int) -> Iterator[list[_Part]]:
    """Parts of groups, put together to batches of so many lines."""
    batch: list[_Part] = []
    count = size = 0
    for asked, every in groups:
        part: list[Given] = []
        for given in every:
            if count and (count >= most or size + len(given.answer.text) > _BATCH_CHARACTERS):
                yield [*batch, *([(asked, part)] if part else ())]
                batch, part, count, size = [], [], 0, 0
            part.append(given)
            count += 1
            size += len(given.answer.text)
        batch.append((asked, part))
    if batch:
        yield batch


def _marked(groups: list[_Part], marking: "Marking", sink: Sink, progress: Progress) -> int:
    count = sum(len(every) for _, every in groups)
    batches = list(_batches(groups, _even(count, marking.jobs)))
    failed = 0
    for number, marks in marking.marks([_batch(parts) for parts in batches]):
        every = (given for _, part in batches[number] for given in part)
        for given, mark in zip(every, marks, strict=True):
            failed += _put(given, mark, sink)
            progress.step()
        # Until the first are done processes load, which says nothing about the rate.
        progress.begin()
    return failed


def _batch(parts: list[_Part]) -> "Batch":
    from mockint.app.marking import Paper  # noqa: PLC0415 - numpy

    return tuple(Paper(asked, tuple(given.answer for given in part)) for asked, part in parts)


def _put(given: Given, mark: "Mark", sink: Sink) -> bool:
    if isinstance(mark, str):
        sink.put(given.number, "", _as_line(refused(given.task.values, mark)))
        return True
    sink.put(given.number, given.what, _as_line(graded(given.task, mark)))
    return False


def _as_line(values: dict[str, object]) -> bytes:
    return f"{json_text(values)}\n".encode()
