"""``mockint bank test``: whether the real grader grades what a pack promises."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockint.app import locations
from mockint.app.bootstrap import read_settings
from mockint.cli.output import STDOUT, opened
from mockint.cli.progress import Progress, left
from mockint.cli.terminal import json_text, one_line, plain_value, say, show
from mockint.domain.errors import ContentError, StorageError
from mockint.domain.ports import Problem

if TYPE_CHECKING:
    from mockint.app.proving import Case
    from mockint.grading.proof.judge import Check, Proof

_MOST_JOBS = 4


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all questions.

    Attributes:
        proofs: One per question, in the order of the bank.
        unusable: What is wrong with files before anything is graded.
        seconds: How long the grading took.
    """

    proofs: tuple["Proof", ...]
    unusable: tuple[Problem, ...]
    seconds: float

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything to mend, question by question."""
        return (*self.unusable, *(c.problem for p in self.proofs for c in p.checks if c.problem))

    @property
    def gradings(self) -> int:
        """How many answers were graded."""
        return sum(proof.gradings for proof in self.proofs)


def run(options: argparse.Namespace) -> int:
    """Grade answers of known worth to every question; 1 where one gets another grade."""
    settings, complaints = read_settings()
    for complaint in complaints:
        say(complaint)
    with suppress(StorageError):
        locations.private_folder(locations.cache_folder())
    paths = options.paths or options.pack or [locations.shipped_bank()]
    # Opened first: that a file cannot be written must not come out after minutes of grading.
    with nullcontext() if options.json is None else opened(options.json) as out:
        report = _report(paths, options, settings.encoder)
        if out is not None:
            out.write(f"{json_text(as_data(report), indent=1)}\n".encode())
    if options.json != STDOUT:
        for line in as_text(report):
            show(line)
    return 1 if report.problems else 0


def _report(paths: Sequence[Path], options: argparse.Namespace, encoder: str) -> Report:
    from mockint.app.processes import affordable  # noqa: PLC0415 - multiprocessing
    from mockint.app.proving import cases  # noqa: PLC0415 - numpy
    from mockint.content.check import check  # noqa: PLC0415 - pydantic
    from mockint.grading.encoders.choose import choose_encoder  # noqa: PLC0415 - for grading alone

    progress = Progress(sys.stderr, None)
    try:
        progress.note("reading questions …")
        unusable = check(paths)
        chosen = cases(paths, options.ids)
        if not chosen and not unusable:
            raise ContentError("There is no question to test there.")
        choice = choose_encoder(encoder, locations.encoder_cache())
        if choice.note and chosen:
            say(choice.note)
        progress = Progress(sys.stderr, len(chosen))
        progress.note(f"loading {choice.name} …")
        began = time.monotonic()
        proofs = _proofs(chosen, encoder, options.jobs or min(affordable(), _MOST_JOBS), progress)
    finally:
        progress.end()
    return Report(proofs, unusable, time.monotonic() - began)


def _proofs(
    chosen: Sequence["Case"], encoder: str, jobs: int, progress: Progress
) -> tuple["Proof", ...]:
    from mockint.app.proving import prove_all  # noqa: PLC0415 - numpy

    several = len({case.pack for case in chosen}) > 1
    found: dict[int, Proof] = {}
    if not chosen:
        return ()
    with closing(prove_all(chosen, encoder, jobs)) as proofs:
        for place, proof in proofs:
            found[place] = _in_pack(proof, chosen[place].pack) if several else proof
            progress.step()
            # Until the first is done the processes load, which says nothing about the rate.
            progress.begin()
    return tuple(found[place] for place in sorted(found))


def _in_pack(proof: "Proof", pack: Path) -> "Proof":
    """The proof with the pack named in front of every file."""
    checks = tuple(
        replace(c, problem=replace(c.problem, path=f"{pack.name}/{c.problem.path}"))
        if c.problem
        else c
        for c in proof.checks
    )
    return replace(proof, checks=checks)


def as_text(report: Report) -> Iterator[str]:
    """The problems, one a line, a table of what was looked at, and a sentence that sums up."""
    for problem in report.problems:
        yield one_line(str(problem))
    if report.problems:
        yield ""
    rows = list(_kinds(report))
    if rows:
        size = max(len(kind) for kind, _, _ in rows)
        yield f"{'':{size}}  passed   total"
        for kind, passed, total in rows:
            yield f"{kind:{size}}  {passed:6}  {total:6}{'' if passed == total else '  !'}"
        yield ""
    count = len(report.problems)
    outcome = {0: "all is well", 1: "1 problem"}.get(count, f"{count} problems")
    told = "1 question" if len(report.proofs) == 1 else f"{len(report.proofs)} questions"
    yield f"{told}, {report.gradings} answers graded in {left(round(report.seconds))}: {outcome}."


def _kinds(report: Report) -> Iterator[tuple[str, int, int]]:
    """Each kind of check with how many passed and how many there were, in the table's order."""
    total: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for proof in report.proofs:
        for check in proof.checks:
            total[check.kind] += 1
            passed[check.kind] += check.problem is None
    if total:
        from mockint.grading.proof.answers import Kind  # noqa: PLC0415 - after grading

        yield from ((kind.value, passed[kind], total[kind]) for kind in Kind if total[kind])


def as_data(report: Report) -> dict[str, Any]:
    """The report as what JSON can hold."""
    return {
        "grader": report.proofs[0].fingerprint if report.proofs else None,
        "questions": len(report.proofs),
        "answers_graded": report.gradings,
        "seconds": round(report.seconds, 1),
        "kinds": [
            {"kind": kind, "passed": passed, "total": total}
            for kind, passed, total in _kinds(report)
        ],
        "problems": [
            *({"question": None, "kind": None, **plain_value(p)} for p in report.unusable),
            *(
                {"question": proof.question_id, "kind": check.kind.value, **plain_value(problem)}
                for proof in report.proofs
                for check in proof.checks
                if (problem := check.problem) is not None
            ),
        ],
        "checks": [
            {"question": proof.question_id, **_check(check)}
            for proof in report.proofs
            for check in proof.checks
        ],
    }


def _check(check: "Check") -> dict[str, Any]:
    values: dict[str, Any] = plain_value(check)
    del values["problem"]
    return {**values, "passed": check.problem is None}
