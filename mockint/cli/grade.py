"""``mockint grade``: answers from a file of JSON lines."""

import argparse
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from mockint.app import locations
from mockint.app.bootstrap import read_settings
from mockint.app.settings import Settings
from mockint.cli.answers import Reject, Task, graded, read_answers, refused
from mockint.cli.bulk import InOrder, Noted, Reception, grade_all
from mockint.cli.journal import opened_journal, place_for, remove
from mockint.cli.output import is_replaced, opened
from mockint.cli.progress import Progress
from mockint.cli.reading import opened_bank
from mockint.cli.terminal import json_text, one_line, say
from mockint.domain.errors import ContentError, MockintError, StorageError
from mockint.domain.language import Language
from mockint.domain.ports import Bank, Grader
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric

if TYPE_CHECKING:
    from mockint.app.marking import Marking
    from mockint.grading.encoders.choose import Choice

SOME_REFUSED = 3
STDIN = "-"
_WORTH_A_PROCESS = 150


def run(options: argparse.Namespace) -> int:
    """Grade every line; 3 where some could not be."""
    settings, complaints = read_settings()
    for complaint in complaints:
        say(complaint)
    with _input(options.answers) as answers:
        count = _count(answers)
        progress = Progress(sys.stderr, count)
        office = _Office(settings, options, progress)
        try:
            if count is None:
                # Whoever writes to a pipe may wait for each grade.
                with opened(options.output) as out:
                    lines, failed = grade_lines(read_answers(answers), office.desk, out, progress)
            else:
                lines, failed = _grade_file(answers, count, office, options, progress)
        finally:
            progress.end()
    if failed:
        of = "1 line" if lines == 1 else f"{lines} lines"
        say(f'{failed} of {of} could not be graded; each says why under "error".')
    return SOME_REFUSED if failed else 0


class _Office:
    """What a run grades with, made from settings and options when it is needed."""

    def __init__(self, settings: Settings, options: argparse.Namespace, progress: Progress) -> None:
        self._settings = settings
        self._progress = progress
        self._jobs: int | None = options.jobs
        language = None if options.lang is None else Language(options.lang)
        self.desk = Desk(
            lambda: opened_bank(settings, options.pack),
            lambda: load_grader(settings, progress),
            language,
        )
        self.reception = Reception(self.desk.find, self.desk.language)

    def marking(self, lines: int, stack: ExitStack) -> "Marking":
        """What grades that many lines; processes end with ``stack``."""
        from mockint.app.marking import marker, pooled  # noqa: PLC0415 - numpy
        from mockint.app.processes import affordable  # noqa: PLC0415 - likewise

        # A process takes seconds to load, and grades some ten answers a second then.
        jobs = self._jobs or min(affordable(), max(1, lines // _WORTH_A_PROCESS))
        choice = _choice(self._settings, self._progress)
        if jobs > 1:
            return stack.enter_context(pooled(self._settings.encoder, jobs))
        choice.prepare()
        return marker(choice, locations.vector_cache())


def _grade_file(
    answers: BinaryIO, count: int, office: _Office, options: argparse.Namespace, progress: Progress
) -> tuple[int, int]:
    entries = read_answers(answers)
    with ExitStack() as stack:
        marking = cache(lambda: office.marking(count, stack))
        if not is_replaced(options.output):
            with opened(options.output) as out:
                return grade_all(entries, office.reception, marking, InOrder(out), progress)
        place = place_for(options.output)
        journal = stack.enter_context(opened_journal(place, fresh=options.fresh))
        try:
            journal.recall(lambda: marking().fingerprint())
            noted = Noted(journal, lambda: marking().fingerprint())
            done = grade_all(entries, office.reception, marking, noted, progress)
            with opened(options.output) as out:
                out.writelines(noted.line(number) for number in range(done[0]))
        except BaseException as error:
            # What is finished waits for the next run.
            if not len(journal):
                remove(place)
            elif isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt(_stopped(len(journal), count)) from None
            raise
        remove(place)
    return done


def _stopped(kept: int, count: int) -> str:
    return f"stopped; {kept} of {count} lines are kept, and the same command goes on from there."


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
        self.find = lru_cache(maxsize=1000)(self._find_in_bank)

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
            grade = grader.grade(question, rubric, entry.answer(self.language(entry)))
        except MockintError as error:
            return refused(entry.values, str(error))
        except Exception as error:  # noqa: BLE001 - one answer must not cost the others their grade
            why = one_line(f"{type(error).__name__}: {error}"[:200])
            return refused(entry.values, f"the grader failed on this answer ({why}).")
        return graded(entry, grade)

    def language(self, task: Task) -> Language:
        """What its line says, else what the run says, else that of the answer."""
        return task.language or self._language or _language_of(task.text)

    def _asked(self, task: Task) -> tuple[Question, Rubric]:
        if task.question is not None:
            return self.find(task.question)
        from mockint.grading.derive import derive  # noqa: PLC0415 - numpy, only where asked for

        return derive(task.prompt, task.reference)

    def _find_in_bank(self, question_id: str) -> tuple[Question, Rubric]:
        return self._bank.question(question_id), self._bank.rubric(question_id)


def load_grader(settings: Settings, progress: Progress) -> Grader:
    """The grader with the encoder of the settings; raises EncoderError where there is none."""
    choice = _choice(settings, progress)
    choice.prepare()
    encoder = choice.load()
    from mockint.grading.encoders.choose import english_beside  # noqa: PLC0415 - for grading alone
    from mockint.grading.encoders.kept import KeptEncoder  # noqa: PLC0415 - numpy
    from mockint.grading.grader import RubricGrader  # noqa: PLC0415 - likewise

    progress.begin()
    return RubricGrader(
        encoder,
        bank=KeptEncoder(encoder, locations.vector_cache()),
        english=english_beside(choice.name),
    )


def _choice(settings: Settings, progress: Progress) -> "Choice":
    """The encoder of the settings, not loaded yet, with what is to be said of it said."""
    from mockint.grading.encoders.choose import choose_encoder  # noqa: PLC0415 - for grading alone

    # Where it cannot be made, unpacking into it says so.
    with suppress(StorageError):
        locations.private_folder(locations.cache_folder())
    choice = choose_encoder(settings.encoder, locations.encoder_cache())
    if choice.note:
        say(choice.note)
    progress.note(f"loading {choice.name} …")
    return choice


def _language_of(text: str) -> Language:
    from mockint.grading.text import speaks_chinese  # noqa: PLC0415 - for grading alone

    return Language.ZH if speaks_chinese(text) else Language.EN


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
