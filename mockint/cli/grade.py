"""``mockint grade``: answers from a file of JSON lines, graded in this process."""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from mockint.app import locations
from mockint.app.bootstrap import read_settings
from mockint.app.settings import Settings
from mockint.cli.answers import Reject, Task, graded, read_answers, refused
from mockint.cli.output import opened
from mockint.cli.progress import Progress
from mockint.cli.reading import opened_bank
from mockint.cli.terminal import json_text, one_line, say
from mockint.domain.errors import ContentError, MockintError, StorageError
from mockint.domain.language import Language
from mockint.domain.ports import Bank, Grader
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric

SOME_REFUSED = 3
STDIN = "-"


def run(options: argparse.Namespace) -> int:
    """Grade every line; 3 where some could not be."""
    settings, complaints = read_settings()
    for complaint in complaints:
        say(complaint)
    with _input(options.answers) as answers, opened(options.output) as out:
        progress = Progress(sys.stderr, _count(answers) if sys.stderr.isatty() else None)
        desk = Desk(
            lambda: opened_bank(settings, options.pack),
            lambda: load_grader(settings, progress),
            None if options.lang is None else Language(options.lang),
        )
        try:
            lines, failed = grade_lines(read_answers(answers), desk, out, progress)
        finally:
            progress.end()
    if failed:
        of = "1 line" if lines == 1 else f"{lines} lines"
        say(f'{failed} of {of} could not be graded; each says why under "error".')
    return SOME_REFUSED if failed else 0


def grade_lines(
    entries: Iterable[Task | Reject], desk: "Desk", out: BinaryIO, progress: Progress
) -> tuple[int, int]:
    """Write one line for each entry, in order; returns how many, and how many have an error.

    Raises:
        EncoderError: No grader can be had.
    """
    lines = failed = 0
    for entry in entries:
        values = desk.outcome(entry)
        out.write(f"{json_text(values)}\n".encode())
        out.flush()
        lines += 1
        failed += "error" in values
        progress.step()
    return lines, failed


class Desk:
    """Grades tasks; bank and grader are made when the first task needs them."""

    def __init__(
        self,
        open_bank: Callable[[], Bank],
        load: Callable[[], Grader],
        language: Language | None = None,
    ) -> None:
        """Opens and loads nothing yet.

        Args:
            open_bank: Opens the bank.
            load: Loads the grader; seconds.
            language: The language of tasks that do not say; None: that of each answer.
        """
        self._open_bank = open_bank
        self._load = load
        self._language = language
        self._find = lru_cache(maxsize=1000)(self._find_in_bank)

    @cached_property
    def _bank(self) -> Bank:
        return self._open_bank()

    @cached_property
    def _grader(self) -> Grader:
        return self._load()

    def outcome(self, entry: Task | Reject) -> dict[str, Any]:
        """The line to write for an entry; raises EncoderError where no grader can be had."""
        if isinstance(entry, Reject):
            return refused(entry.values, entry.why)
        try:
            question, rubric = self._asked(entry)
        except MockintError as error:
            return refused(entry.values, str(error))
        grader = self._grader
        try:
            language = entry.language or self._language or _language_of(entry.text)
            grade = grader.grade(question, rubric, entry.answer(language))
        except MockintError as error:
            return refused(entry.values, str(error))
        except Exception as error:  # noqa: BLE001 - one answer must not cost the others their grade
            why = one_line(f"{type(error).__name__}: {error}"[:200])
            return refused(entry.values, f"the grader failed on this answer ({why}).")
        return graded(entry, grade)

    def _asked(self, task: Task) -> tuple[Question, Rubric]:
        if task.question is not None:
            return self._find(task.question)
        from mockint.grading.derive import derive  # noqa: PLC0415 - numpy, only where asked for

        return derive(task.prompt, task.reference)

    def _find_in_bank(self, question_id: str) -> tuple[Question, Rubric]:
        return self._bank.question(question_id), self._bank.rubric(question_id)


def load_grader(settings: Settings, progress: Progress) -> Grader:
    """The grader with the encoder of the settings; raises EncoderError where there is none."""
    from mockint.grading.encoders.choose import choose_encoder  # noqa: PLC0415 - for grading alone

    # Where it cannot be made, unpacking into it says so.
    with suppress(StorageError):
        locations.private_folder(locations.cache_folder())
    choice = choose_encoder(settings.encoder, locations.encoder_cache())
    if choice.note:
        say(choice.note)
    progress.note(f"loading {choice.name} …")
    choice.prepare()
    encoder = choice.load()
    from mockint.grading.grader import RubricGrader  # noqa: PLC0415 - numpy

    progress.begin()
    return RubricGrader(encoder)


def _language_of(text: str) -> Language:
    from mockint.grading.text import is_chinese  # noqa: PLC0415 - for grading alone

    return Language.ZH if is_chinese(text) else Language.EN


@contextmanager
def _input(name: str) -> Iterator[BinaryIO]:
    try:
        # Closed below, outside of what is explained; stdin may be closed already.
        file = os.fdopen(os.dup(0), "rb") if name == STDIN else Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        shown = "stdin" if name == STDIN else name
        raise ContentError(f"Cannot read {shown}: {error.strerror or error}.") from error
    with file:
        yield file


def _count(file: BinaryIO) -> int | None:
    """How many lines a file has; None for what can be read only once."""
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return None
    start = file.tell()
    count = sum(part.count(b"\n") for part in iter(lambda: file.read(1024 * 1024), b""))
    file.seek(start)
    return count
