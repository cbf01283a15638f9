"""Proof of packs on the real grader: which questions, and several processes that work on them."""

from collections.abc import Generator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from mockint.app import locations
from mockint.app.processes import deaf, processes
from mockint.content.bank import open_bank
from mockint.content.packs import pack_of
from mockint.domain.errors import ContentError, GradingError
from mockint.domain.ports import Bank
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.encoders.base import Encoder
from mockint.grading.encoders.choose import choose_encoder
from mockint.grading.encoders.remembering import RememberingEncoder
from mockint.grading.grader import RubricGrader
from mockint.grading.proof.ahead import texts_ahead
from mockint.grading.proof.answers import Part
from mockint.grading.proof.judge import Proof, prove
from mockint.grading.proof.strangers import strangers


@dataclass(frozen=True, slots=True)
class Case:
    """A question to be proved.

    Attributes:
        pack: The folder of its pack.
        question: The question.
        rubric: Its rubric.
        other: A question on something else; None where no other topic is at hand.
    """

    pack: Path
    question: Question
    rubric: Rubric
    other: Question | None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Questions of one pack."""

    pack: Path
    bank: Bank
    ids: tuple[str, ...]


def cases(paths: Sequence[Path], ids: Sequence[str] = ()) -> tuple[Case, ...]:
    """The questions that can be proved below some paths, in the order of paths, topics and ids.

    Args:
        paths: Packs (folders or zip files), folders in them, or single files; one that lies in no
            pack is passed over.
        ids: Only these questions, or those that cover them; empty: all.

    Raises:
        ContentError: An id is not among the questions below the paths, or a file was broken
            meanwhile.
    """
    chosen = [part for path in paths if (part := _below(path)) is not None]
    packs = dict.fromkeys(part.pack for part in chosen)
    every = open_bank([*packs, locations.shipped_bank()], locations.content_cache())
    wanted = {every.question(question_id).id for question_id in ids}
    found: dict[tuple[Path, str], tuple[Question, Rubric]] = {
        (part.pack, question_id): (part.bank.question(question_id), part.bank.rubric(question_id))
        for part in chosen
        for question_id in part.ids
        if not ids or question_id in wanted
    }
    if missing := wanted - {question_id for _, question_id in found}:
        raise ContentError(
            f"{', '.join(sorted(missing))}: not among the questions to test; name a path with it."
        )
    pool = [every.question(summary.id) for summary in every.summaries()]
    others = strangers(list(found.values()), pool)
    return tuple(
        Case(pack, question, rubric, others.get(question.id))
        for (pack, _), (question, rubric) in found.items()
    )


def _below(path: Path) -> _Chosen | None:
    """The questions of which a file lies below ``path``."""
    place = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    pack = pack_of(place)
    if pack is None:
        return None
    bank = open_bank([pack], locations.content_cache())
    ids = tuple(
        summary.id
        for summary in bank.summaries()
        if any(
            (pack / part / summary.topic / f"{summary.id}.toml").is_relative_to(place)
            for part in Part
        )
    )
    return _Chosen(pack, bank, ids)


def prove_all(every: Sequence[Case], setting: str, jobs: int) -> Generator[tuple[int, Proof]]:
    """Prove questions in processes of their own; each loads the encoder once.

    Where the caller stops early, the processes are ended at once.

    Args:
        every: The questions.
        setting: The encoder, as the settings name it; it must have been chosen once before.
        jobs: How many processes.

    Yields:
        The place of a question in ``every`` and its proof, as they are done.

    Raises:
        EncoderError: The encoder cannot be loaded.
        GradingError: An answer could not be graded, or a process died.
    """
    work = partial(_prove, setting, locations.encoder_cache())
    with processes(min(jobs, len(every))) as pool:
        with deaf():
            places: dict[Future[Proof], int] = {
                pool.submit(work, case): place for place, case in enumerate(every)
            }
        try:
            for done in as_completed(places):
                yield places.pop(done), done.result()
        except BrokenProcessPool as error:
            raise GradingError(
                "A grading process died, perhaps for want of memory; try again with --jobs 1."
            ) from error


def _prove(setting: str, folder: Path, case: Case) -> Proof:
    # Misconceptions have no part in scores and verdicts, and a tenth of the time.
    rubric = replace(case.rubric, misconceptions=())
    # What is remembered serves one question, and goes with it.
    encoder = RememberingEncoder(_encoder(setting, folder))
    encoder.encode(texts_ahead(case.question, rubric, case.other))
    return prove(case.question, rubric, case.other, RubricGrader(encoder))


@cache
def _encoder(setting: str, folder: Path) -> Encoder:
    choice = choose_encoder(setting, folder)
    choice.prepare()
    return choice.load()
