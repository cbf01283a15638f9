"""Many answers graded at a time, in this process or in several."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from mockint.app import locations
from mockint.app.processes import deaf, processes
from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError, MockintError
from mockint.domain.grade import Grade
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.claims import rubric_texts
from mockint.grading.derive import derive
from mockint.grading.encoders.base import Encoder
from mockint.grading.encoders.choose import Choice, choose_encoder, english_beside
from mockint.grading.encoders.kept import KeptEncoder
from mockint.grading.encoders.remembering import RememberingEncoder
from mockint.grading.grader import LONGEST_ANSWER, RubricGrader
from mockint.grading.reading import in_english, texts_of
from mockint.grading.signals import answer_texts


@dataclass(frozen=True, slots=True)
class Paper:
    """One question and answers to it.

    Attributes:
        asked: The question with its rubric, or a prompt and a reference to derive them from.
        answers: The answers.
    """

    asked: tuple[Question, Rubric] | tuple[str, str]
    answers: tuple[Answer, ...]


Mark = Grade | str
"""A grade, or in a sentence why there is none."""
Batch = tuple[Paper, ...]
Marks = tuple[Mark, ...]


class Marking(Protocol):
    """What grades batches."""

    @property
    def jobs(self) -> int:
        """How many batches are graded at a time."""

    def fingerprint(self) -> str:
        """Identity of the grader; may take the seconds that loading takes."""

    def marks(self, batches: Iterable[Batch]) -> Generator[tuple[int, Marks]]:
        """For each batch, as they are done, its number and a mark per answer, paper by paper."""


class Marker:
    """Grades batches in this process.

    What a batch asks of the encoder is computed ahead in one go: an encoder takes half as long for
    many texts at once as for a few at a time. The grades are the same either way.
    """

    jobs = 1

    def __init__(self, encoder: Encoder, vectors: Path, english: Encoder | None = None) -> None:
        """Loads the fitted weights.

        Args:
            encoder: A loaded encoder.
            vectors: Folder for what it makes of the bank's rubrics.
            english: What reads English texts as well, where only a reference is known.
        """
        self._encoder = RememberingEncoder(encoder)
        self._english = None if english is None else RememberingEncoder(english)
        self._grader = RubricGrader(
            self._encoder, bank=KeptEncoder(encoder, vectors), english=self._english
        )

    def fingerprint(self) -> str:
        """Identity of the grader."""
        return self._grader.fingerprint

    def marks(self, batches: Iterable[Batch]) -> Generator[tuple[int, Marks]]:
        """Each batch's number and marks, in order."""
        for number, batch in enumerate(batches):
            yield number, self.mark(batch)

    def mark(self, batch: Batch) -> Marks:
        """One mark per answer, paper by paper."""
        _ahead(self._encoder, _texts_ahead(batch))
        if self._english is not None:
            _ahead(self._english, _english_ahead(batch))
        return tuple(mark for paper in batch for mark in self._paper(paper))

    def _paper(self, paper: Paper) -> Iterator[Mark]:
        try:
            question, rubric = _asked(paper)
        except MockintError as error:
            yield from [str(error)] * len(paper.answers)
            return
        for answer in paper.answers:
            yield self._mark(question, rubric, answer)

    def _mark(self, question: Question, rubric: Rubric, answer: Answer) -> Mark:
        try:
            return self._grader.grade(question, rubric, answer)
        except MockintError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 - one answer must not cost the others their grade
            why = " ".join(f"{type(error).__name__}: {error}"[:200].split())
            return f"the grader failed on this answer ({why})."


def marker(choice: Choice, vectors: Path) -> Marker:
    """What grades with an encoder that has been chosen, and loads it; seconds.

    Args:
        choice: The encoder.
        vectors: Folder for what it makes of the bank's rubrics.

    Raises:
        EncoderError: The encoder cannot be loaded.
    """
    return Marker(choice.load(), vectors, english_beside(choice.name))


def _asked(paper: Paper) -> tuple[Question, Rubric]:
    one, other = paper.asked
    if isinstance(one, Question) and isinstance(other, Rubric):
        return one, other
    if isinstance(one, str) and isinstance(other, str):
        return derive(one, other)
    raise GradingError("there is nothing to compare with.")


def _ahead(encoder: RememberingEncoder, texts: Iterable[str]) -> None:
    """Let an encoder remember these texts and no others."""
    encoder.forget()
    try:
        encoder.encode(tuple(texts))
    except Exception:  # noqa: BLE001 - whichever text it was fails again, for its answer alone
        encoder.forget()


def _texts_ahead(batch: Batch) -> Iterator[str]:
    for paper in batch:
        for answer in paper.answers:
            yield from answer_texts(answer.text[:LONGEST_ANSWER])
        # Rubrics of the bank are kept on disk.
        if isinstance(paper.asked[0], str):
            with suppress(MockintError):
                yield from rubric_texts(*_asked(paper))


def _english_ahead(batch: Batch) -> Iterator[str]:
    for paper in batch:
        prompt, reference = paper.asked
        if isinstance(prompt, str) and isinstance(reference, str) and in_english(reference):
            for text in (prompt, reference, *(a.text[:LONGEST_ANSWER] for a in paper.answers)):
                yield from texts_of(text)


@contextmanager
def pooled(setting: str, jobs: int) -> Iterator[Marking]:
    """Grading in processes of their own, each of which loads the encoder once.

    Args:
        setting: The encoder, as the settings name it; it must have been chosen once before.
        jobs: How many processes.
    """
    places = (locations.encoder_cache(), locations.vector_cache())
    with processes(jobs) as pool:
        yield _Pooled(pool, (setting, *places), jobs)


class _Pooled:
    """Grades batches in the processes of a pool."""

    def __init__(self, pool: ProcessPoolExecutor, what: tuple[str, Path, Path], jobs: int) -> None:
        self.jobs = jobs
        self._pool = pool
        self._what = what

    def fingerprint(self) -> str:
        """Identity of the grader in every process."""
        with _explained():
            # A pool starts its processes when work comes in.
            with deaf():
                future = self._pool.submit(_fingerprint, self._what)
            return future.result()

    def marks(self, batches: Iterable[Batch]) -> Generator[tuple[int, Marks]]:
        """Each batch's number and marks, as they are done."""
        left = deque(enumerate(batches))
        running: dict[Future[Marks], int] = {}
        with _explained():
            while left or running:
                while left and len(running) < 2 * self.jobs:
                    number, batch = left.popleft()
                    with deaf():
                        running[self._pool.submit(_mark, self._what, batch)] = number
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(done), done.result()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise GradingError(
            "A grading process died, perhaps for want of memory; try again with --jobs 1."
        ) from error


def _fingerprint(what: tuple[str, Path, Path]) -> str:
    return _marker(*what).fingerprint()


def _mark(what: tuple[str, Path, Path], batch: Batch) -> Marks:
    return _marker(*what).mark(batch)


@cache
def _marker(setting: str, encoders: Path, vectors: Path) -> Marker:
    choice = choose_encoder(setting, encoders)
    choice.prepare()
    return marker(choice, vectors)
