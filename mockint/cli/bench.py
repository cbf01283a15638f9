"""``mockint bench``: the grader card, from data that lies on this machine."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mockint.app.bootstrap import read_settings
from mockint.cli.output import opened
from mockint.cli.progress import Progress
from mockint.cli.reading import opened_bank
from mockint.cli.terminal import json_text, say, show
from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError, StorageError
from mockint.domain.language import Language

if TYPE_CHECKING:
    from mockint.app.settings import Settings
    from mockint.domain.ports import Bank, Grader
    from mockint.grading.bench.attacks import Written
    from mockint.grading.bench.people import Encoders
    from mockint.grading.encoders.base import Encoder

SETS = ("sprag_python", "mohler", "saf", "beetle", "scientsbank", "le_zh")
FITTED = frozenset(("saf", "beetle", "scientsbank", "le_zh"))
"""Sets that the shipped weights were fitted on."""

_QUICK_EVERY = 8
_QUICK_DRAWS = 50
_QUICK_ROUNDS = 5
_LINES, _QUICK_LINES = 2000, 40
_PLAIN_LINES = 100

Now = Callable[[], float]


def run(options: argparse.Namespace) -> int:
    """Measure what there is data for; absent sets are named and left out."""
    settings, complaints = read_settings()
    for complaint in complaints:
        say(complaint)
    _check(options)
    bank = opened_bank(settings, options.pack)
    encoders, grader = _loaded(settings)
    card = build(options, bank, encoders, grader, time.perf_counter)
    if options.out is not None:
        _write(card, options.out)
    from mockint.grading.bench.card import markdown  # noqa: PLC0415 - numpy comes along

    show(markdown(card))
    return 0


def _check(options: argparse.Namespace) -> None:
    """What can be known to fail, before minutes of measuring."""
    for folder in (options.data, options.adversarial):
        if folder is not None and not folder.is_dir():
            raise ContentError(f"{folder}: no such folder.")
    if options.out is not None:
        try:
            options.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{options.out}: cannot be made ({error.strerror}).") from error


def _loaded(settings: "Settings") -> tuple["Encoders", "Grader"]:
    from mockint.app import locations  # noqa: PLC0415 - for grading alone
    from mockint.grading.encoders.choose import (  # noqa: PLC0415 - likewise
        choose_encoder,
        english_beside,
    )
    from mockint.grading.grader import RubricGrader  # noqa: PLC0415 - numpy

    choice = choose_encoder(settings.encoder, locations.encoder_cache())
    if choice.note:
        say(choice.note)
    choice.prepare()
    encoder = choice.load()
    english = english_beside(choice.name)
    return (encoder, english), RubricGrader(encoder, english=english)


def build(
    options: argparse.Namespace,
    bank: "Bank",
    encoders: "Encoders",
    grader: "Grader",
    now: Now,
) -> dict[str, Any]:
    """The card as JSON values.

    Args:
        options: ``data``, ``adversarial``, ``only``, ``quick`` and ``speed`` as parsed.
        bank: Where the adversarial answers' rubrics come from.
        encoders: The grader's encoder, and what reads English texts as well, or None.
        grader: The grader.
        now: Seconds since some fixed moment.
    """
    skipped: list[str] = []
    return {
        "grader": getattr(grader, "fingerprint", ""),
        "encoder": encoders[0].name,
        "english": encoders[1].name if encoders[1] else None,
        "quick": options.quick,
        "sets": _people(options, encoders, skipped),
        "attacks": _attacks(options, bank, grader, skipped),
        "speed": _speed(options, bank, encoders[0], grader, now, skipped),
        "skipped": skipped,
    }


def _people(
    options: argparse.Namespace, encoders: "Encoders", skipped: list[str]
) -> list[dict[str, Any]]:
    from mockint.grading.bench.people import Plan, agreement, fewer  # noqa: PLC0415 - numpy
    from mockint.grading.bench.sets import read_set  # noqa: PLC0415 - likewise
    from mockint.grading.reference import load_heads  # noqa: PLC0415 - likewise

    if options.data is None:
        skipped.append("agreement with people: no --data")
        return []
    plan = Plan(_QUICK_DRAWS, _QUICK_EVERY) if options.quick else Plan()
    heads = tuple(head for head, _ in load_heads())
    found = []
    for name in options.only or SETS:
        path = options.data / f"{name}.csv"
        if not path.is_file():
            skipped.append(f"{name}: no {path}")
            continue
        graded = fewer(read_set(path), plan.every)
        if len(set(graded.questions.tolist())) < 2:
            skipped.append(f"{name}: answers to one question only")
            continue
        progress = Progress(sys.stderr, len(graded.answers))
        progress.note(f"{name} …")
        try:
            known = () if name in FITTED else heads
            found.append(agreement(graded, encoders, known, progress.step, plan))
        finally:
            progress.end()
    return found


def _attacks(
    options: argparse.Namespace, bank: "Bank", grader: "Grader", skipped: list[str]
) -> dict[str, Any] | None:
    from mockint.grading.bench.attacks import read_written, withstood  # noqa: PLC0415 - numpy

    if options.adversarial is None:
        skipped.append("answers written to mislead: no --adversarial")
        return None
    written = read_written(options.adversarial)
    if options.quick:
        asked = sorted({item.question for item in written})[::_QUICK_EVERY]
        written = tuple(item for item in written if item.question in asked)
    known, unknown = _of_bank(written, bank)
    if unknown:
        skipped.append(f"answers to questions that the bank lacks: {', '.join(unknown)}")
    if not known:
        return None
    progress = Progress(sys.stderr, len(known))
    scores = []
    try:
        for item in known:
            question, rubric = bank.question(item.question), bank.rubric(item.question)
            scores.append(grader.grade(question, rubric, Answer(item.text, item.language)).score)
            progress.step()
    finally:
        progress.end()
    return withstood(known, scores)


def _of_bank(
    written: Sequence["Written"], bank: "Bank"
) -> tuple[tuple["Written", ...], tuple[str, ...]]:
    """Answers to questions of the bank, and the ids of those that it lacks."""
    unknown = []
    for question in sorted({item.question for item in written}):
        try:
            bank.rubric(question)
        except ContentError:
            unknown.append(question)
    return tuple(item for item in written if item.question not in unknown), tuple(unknown)


def _speed(
    options: argparse.Namespace,
    bank: "Bank",
    encoder: "Encoder",
    grader: "Grader",
    now: Now,
    skipped: list[str],
) -> dict[str, Any] | None:
    from mockint.grading.bench import speed  # noqa: PLC0415 - numpy

    if options.only:
        return None
    ids = [summary.id for summary in bank.summaries()]
    asked = next((i for i in ids if len(bank.rubric(i).points) >= speed.POINTS), None)
    if asked is None:
        skipped.append("speed: no rubric of six points")
        return None
    rounds = _QUICK_ROUNDS if options.quick else 50
    one = speed.latency((bank.question(asked), bank.rubric(asked)), grader, encoder, now, rounds)
    return {"latency": one, "bulk": _bulk(options, bank, ids, encoder, now)}


def _bulk(
    options: argparse.Namespace, bank: "Bank", ids: Sequence[str], encoder: "Encoder", now: Now
) -> dict[str, Any]:
    """``mockint grade`` in a process of its own, start included, beside a loop on fewer lines."""
    from mockint.grading.bench.speed import plain_loop  # noqa: PLC0415 - numpy

    count = _QUICK_LINES if options.quick else _LINES
    lines = bulk_lines(bank, ids, count)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        source.write_text("".join(f"{json_text(line)}\n" for line in lines), encoding="utf-8")
        command = [sys.executable, "-m", "mockint", "grade", str(source), "-o", str(target)]
        started = now()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=os.environ)  # noqa: S603 - ourselves
        taken = now() - started
    pairs = [
        (bank.question(line["question"]).reference.en, line["answer"])
        for line in lines[:: max(1, len(lines) // _PLAIN_LINES)]
    ]
    plain = plain_loop(pairs, encoder, now)
    rate = len(lines) / taken if taken else 0.0
    return {
        "lines": len(lines),
        "lines_per_second": round(rate, 2),
        "plain_per_second": round(plain, 2),
        "ratio": round(rate / plain, 2) if plain else 0.0,
    }


def bulk_lines(bank: "Bank", ids: Sequence[str], count: int) -> list[dict[str, str]]:
    """Lines to grade, no two alike: the bank's sample answers in English, numbered."""
    found: list[dict[str, str]] = []
    while len(found) < count:
        before = len(found)
        for question_id in ids:
            for sample in bank.rubric(question_id).samples:
                text = f"{sample.text.en} (Attempt {len(found)}.)"
                found.append({"question": question_id, "answer": text, "lang": str(Language.EN)})
        if len(found) == before:
            raise ContentError("the bank has no sample answers to grade.")
    return found[:count]


def _write(card: dict[str, Any], folder: Path) -> None:
    from mockint.grading.bench.card import markdown  # noqa: PLC0415 - numpy comes along

    for name, text in (
        ("grader-card.json", f"{json_text(card, indent=1)}\n"),
        ("grader-card.md", markdown(card)),
    ):
        with opened(str(folder / name)) as out:
            out.write(text.encode())
