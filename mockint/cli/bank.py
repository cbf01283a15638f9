"""``mockint bank``: what can be asked, and whether the files it comes from are sound."""

import argparse
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from mockint.app.bootstrap import every_pack, left_out, read_settings
from mockint.cli.reading import opened_bank
from mockint.cli.terminal import (
    heading,
    one_line,
    plain_value,
    say,
    shortened,
    show,
    show_json,
    width,
)
from mockint.domain.errors import ContentError
from mockint.domain.language import Bilingual, Language
from mockint.domain.ports import Bank
from mockint.domain.question import Level, Question, QuestionSummary
from mockint.domain.rubric import KeyPoint, Rubric


def run_list(options: argparse.Namespace) -> int:
    """List the questions, one a line."""
    bank, language = open_told(options)
    found = _chosen(bank, options.topic, options.level and Level(options.level))
    if options.json:
        show_json([plain_value(summary) for summary in found])
        return 0
    columns = [(s.id, s.topic, s.level.value, f"{s.minutes:g} min") for s in found]
    sizes = [max(map(len, column)) for column in zip(*columns, strict=True)] if columns else []
    for summary, cells in zip(found, columns, strict=True):
        padded = "  ".join(cell.ljust(size) for cell, size in zip(cells, sizes, strict=True))
        room = max(width() - len(padded) - 3, 20)
        show(f"{padded}  {shortened(one_line(summary.prompt[language]), room)}")
    if not found:
        say("no question matches; try another topic or level.")
    return 0


def run_show(options: argparse.Namespace) -> int:
    """Show a question with its model answer, hints and rubric."""
    bank, language = open_told(options)
    question, rubric = bank.question(options.id), bank.rubric(options.id)
    if options.json:
        show_json({"question": plain_value(question), "rubric": plain_value(rubric)})
        return 0
    for line in (*_question(question, language), *_rubric(rubric, language)):
        show(line)
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Report every problem; 1 where there is any."""
    from mockint.content.check import check  # noqa: PLC0415 - pydantic: 50 ms

    paths = options.paths or every_pack(read_settings()[0], options.pack)
    problems = check(paths)
    for problem in problems:
        show(one_line(str(problem)))
    bad = {problem.path for problem in problems}
    fine = sum(name not in bad for name in _file_names(paths))
    told = f"{fine} file is fine" if fine == 1 else f"{fine} files are fine"
    if not problems:
        show(f"{told}.")
        return 0
    counted = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    show(f"{counted}; {told}.")
    return 1


def open_told(options: argparse.Namespace) -> tuple[Bank, Language]:
    """The bank and the language to show it in; what could not be used is said on stderr."""
    settings, complaints = read_settings()
    bank = opened_bank(settings, options.pack)
    for sentence in (*complaints, left_out(bank)):
        if sentence:
            say(sentence)
    return bank, settings.language if options.lang is None else Language(options.lang)


def _chosen(bank: Bank, topic: str | None, level: Level | None) -> tuple[QuestionSummary, ...]:
    if topic is not None and topic not in bank.topics():
        near = get_close_matches(topic, bank.topics(), n=3, cutoff=0.4)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`mockint bank list` shows them."
        raise ContentError(f'There is no question on the topic "{topic[:80]}". {hint}')
    return tuple(
        summary
        for summary in bank.summaries()
        if topic in (None, summary.topic) and level in (None, summary.level)
    )


def _question(question: Question, language: Language) -> Iterator[str]:
    yield heading(question.id)
    facts = (question.topic, question.level.value, question.kind.value, f"{question.minutes:g} min")
    yield f"{', '.join(facts)}\n"
    if question.covers:
        yield f"Also asks: {', '.join(question.covers)}\n"
    yield f"{question.prompt[language].strip()}\n"
    yield f"{heading('Model answer')}\n{question.reference[language].strip()}\n"
    yield from _numbered("Hints", question.hints, language)
    yield from _numbered("Follow-up questions", question.follow_ups, language)
    yield heading("Sources")
    yield from (f"- {source.title}: {source.where}" for source in question.sources)
    yield ""


def _numbered(title: str, texts: Sequence[Bilingual], language: Language) -> Iterator[str]:
    if texts:
        yield heading(title)
        yield from (f"{number}. {text[language]}" for number, text in enumerate(texts, 1))
        yield ""


def _rubric(rubric: Rubric, language: Language) -> Iterator[str]:
    yield heading("Key points")
    total = sum(point.weight for point in rubric.points)
    for point in rubric.points:
        yield from _point(point, 100 * point.weight / total, language)
    if rubric.misconceptions:
        yield heading("Misconceptions")
    for false in rubric.misconceptions:
        yield f"{false.id}\n  wrong:  {false.statement[language]}"
        yield f"  right:  {false.correction[language]}\n"


def _point(point: KeyPoint, percent: float, language: Language) -> Iterator[str]:
    yield f"{point.id} ({percent:.0f} %)\n  claim:  {point.statement[language]}"
    yield from (f"  or:     {text[language]}" for text in point.paraphrases)
    yield f"  wrong:  {point.twin[language]}"
    yield f"  words:  {', '.join('/'.join(word.forms()) for word in point.keywords)}"
    yield f"  probe:  {point.probe[language]}\n"


def _file_names(paths: Sequence[Path]) -> set[str]:
    """What problems call the files below the paths."""
    from mockint.content.packs import pack_files, pack_of  # noqa: PLC0415 - with the check

    names: set[str] = set()
    for path in paths:
        place = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        pack = pack_of(place)
        if pack is not None:
            files = pack_files(pack).listing().files
            names |= {f.shown for f in files if place == pack or Path(f.path).is_relative_to(place)}
    return names
