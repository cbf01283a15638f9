"""Answers whose worth is known: those that a rubric brings along, and those made from it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from mockint.domain.grade import Band
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.domain.rubric import KeyPoint, Rubric
from mockint.grading.proof.filler import FILLER
from mockint.grading.text import fold, sentences

_ABOVE_ALL = 101.0
_NOTHING = 20.0
_FALSE = 25.0


class Kind(StrEnum):
    """What is looked at, in the order of the table."""

    REFERENCE = "reference"
    SAMPLE = "sample"
    SHUFFLED = "shuffled"
    PADDED = "padded"
    HALF = "half of the points"
    TWIN = "one twin"
    TWINS = "all twins"
    ECHO = "prompt echoed"
    KEYWORDS = "keywords"
    BARE_KEYWORDS = "keywords, no commas"
    OTHER = "other question's answer"
    DONT_KNOW = "don't know"
    EMPTY = "empty"
    STATEMENT = "statement covers"
    COVERED = "reference covers"
    DECIDES = "point decides"
    APART = "points apart"
    LANGUAGES = "languages agree"


class Part(StrEnum):
    """The two files of a question, as their folders are called."""

    QUESTION = "questions"
    RUBRIC = "rubrics"


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer and the scores it may get.

    Attributes:
        kind: What it is.
        language: The language it is in.
        part: The file in which to mend what is found.
        key: Where in that file.
        text: The answer.
        least: The lowest score it may get.
        below: The score it must stay below.
        what: What it is in words, where ``part`` and ``key`` do not say it.
    """

    kind: Kind
    language: Language
    part: Part
    key: str
    text: str
    least: float
    below: float
    what: str = ""


def trials(
    question: Question, rubric: Rubric, other: Question | None, language: Language
) -> Iterator[Trial]:
    """Every answer of known worth to a question, in one language.

    Args:
        question: What is asked.
        rubric: Its rubric.
        other: A question on something else; None where there is none.
        language: The language of the answers.
    """
    yield from _good(question, language)
    yield from _samples(rubric, language)
    yield from _half(rubric, language)
    yield from _false(rubric, language)
    yield from _empty_words(question, rubric, language)
    if other is not None:
        what = f"the reference answer of {other.id}"
        text = other.reference[language]
        yield Trial(Kind.OTHER, language, Part.RUBRIC, "points", text, 0, _NOTHING, what)


def _good(question: Question, language: Language) -> Iterator[Trial]:
    key, text = f"reference.{language}", question.reference[language]
    file = Part.QUESTION
    yield Trial(Kind.REFERENCE, language, file, key, text, Band.EXCELLENT.floor, _ABOVE_ALL)
    least = Band.GOOD.floor
    what = "the reference answer with its sentences shuffled"
    mixed = shuffled(text, language, f"{question.id}/{language}")
    yield Trial(Kind.SHUFFLED, language, file, key, mixed, least, _ABOVE_ALL, what)
    what = "the reference answer with 300 irrelevant words around it"
    yield Trial(Kind.PADDED, language, file, key, padded(text, language), least, _ABOVE_ALL, what)


def _samples(rubric: Rubric, language: Language) -> Iterator[Trial]:
    for index, sample in enumerate(rubric.samples):
        above = [band.floor for band in Band if band.floor > sample.band.floor]
        yield Trial(
            Kind.SAMPLE,
            language,
            Part.RUBRIC,
            f"samples[{index}].text.{language}",
            sample.text[language],
            sample.band.floor,
            min(above, default=_ABOVE_ALL),
        )


def _half(rubric: Rubric, language: Language) -> Iterator[Trial]:
    kept = half(rubric.points)
    if not kept:
        return
    share = sum(point.weight for point in kept) / sum(point.weight for point in rubric.points)
    # 30 to 70 for exactly half of the weight; points cannot always be divided that evenly.
    least, below = round(60 * share), round(140 * share)
    named = ", ".join(point.id for point in kept)
    what = f"the statements of {named} alone, {share:.0%} of the weight"
    text = joined((point.statement[language] for point in kept), language)
    yield Trial(Kind.HALF, language, Part.RUBRIC, "points", text, least, below, what)


def _false(rubric: Rubric, language: Language) -> Iterator[Trial]:
    twins = [point.twin[language] for point in rubric.points]
    for index, twin in enumerate(twins):
        key = f"points[{index}].twin.{language}"
        if twin:
            yield Trial(Kind.TWIN, language, Part.RUBRIC, key, twin, 0, _FALSE)
    text, what = joined(filter(None, twins), language), "all twins in a row"
    yield Trial(Kind.TWINS, language, Part.RUBRIC, "points", text, 0, _FALSE, what)


def _empty_words(question: Question, rubric: Rubric, language: Language) -> Iterator[Trial]:
    """Answers that name things, or nothing, and assert nothing."""
    key, text = f"prompt.{language}", question.prompt[language]
    what = "the prompt as its own answer"
    yield Trial(Kind.ECHO, language, Part.QUESTION, key, text, 0, _NOTHING, what)
    terms = [term for point in rubric.points for term in _terms(point, language)]
    for kind, mark in (
        (Kind.KEYWORDS, "，" if language is Language.ZH else ","),
        (Kind.BARE_KEYWORDS, ""),
    ):
        text = f"{mark} ".join(terms)
        what = f"the keywords alone, {'with' if mark else 'without'} commas"
        yield Trial(kind, language, Part.RUBRIC, "points", text, 0, _NOTHING, what)
    unknown = "不知道" if language is Language.ZH else "I don't know"
    for kind, text in ((Kind.DONT_KNOW, unknown), (Kind.EMPTY, "")):
        what = f'"{unknown}"' if text else "an empty answer"
        yield Trial(kind, language, Part.RUBRIC, "points", text, 0, _NOTHING, what)


def _terms(point: KeyPoint, language: Language) -> Iterator[str]:
    for keyword in point.keywords:
        forms = keyword.zh if language is Language.ZH else keyword.en
        yield from forms[:1]


def half(points: Sequence[KeyPoint]) -> tuple[KeyPoint, ...]:
    """Points of about half of the weight: the heaviest that fit into half, in their own order."""
    room = sum(point.weight for point in points) / 2
    kept = set()
    for index in sorted(range(len(points)), key=lambda index: -points[index].weight):
        if points[index].weight <= room:
            kept.add(index)
            room -= points[index].weight
    return tuple(point for index, point in enumerate(points) if index in kept)


def shuffled(text: str, language: Language, seed: str) -> str:
    """The sentences of a text in another order, the same for the same seed."""
    before = [text[start:end] for start, end in sentence_spans(text)]
    after = before.copy()
    Random(seed).shuffle(after)  # noqa: S311 - an order, no secret
    if after == before:
        after = [*before[1:], *before[:1]]
    return joined(after, language)


def padded(text: str, language: Language) -> str:
    """A text in the middle of some three hundred words on something else."""
    filler = FILLER[language]
    parts = [filler[start:end] for start, end in sentence_spans(filler)]
    middle = len(parts) // 2
    return joined((*parts[:middle], text.strip(), *parts[middle:]), language)


def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Offsets (start, end) of the sentences of a text as typed."""
    folded = fold(text)
    return tuple(folded.span(unit.start, unit.end) for unit in sentences(folded.text))


def joined(parts: Iterable[str], language: Language) -> str:
    """Sentences in a row, with the space that the language wants between them."""
    return ("" if language is Language.ZH else " ").join(part.strip() for part in parts)
