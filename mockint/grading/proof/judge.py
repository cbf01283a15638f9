"""What the grades of answers of known worth say about a question and its rubric."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from mockint.domain.answer import Answer
from mockint.domain.grade import Grade, PointVerdict, Verdict
from mockint.domain.language import Bilingual, Language
from mockint.domain.ports import Grader, Problem
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading.proof.answers import (
    Kind,
    Part,
    Trial,
    joined,
    sentence_spans,
    trials,
)

_APART = 10.0
_NAMED = 2
_QUOTED = 160
_IN = {Language.EN: ", in English", Language.ZH: ", in Chinese"}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at.

    Attributes:
        kind: What it is.
        language: The language of the answer; None where both are compared.
        part: The file that it concerns.
        key: Where in that file.
        score: The score of the answer, where a score is what counts.
        least: The lowest score it may get; None where scores do not count.
        below: The score it must stay below; likewise.
        problem: What to mend; None where all is well.
    """

    kind: Kind
    language: Language | None
    part: Part
    key: str
    score: float | None = None
    least: float | None = None
    below: float | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything looked at in one question.

    Attributes:
        question_id: The question.
        checks: In the order of the table, English before Chinese.
        gradings: How many answers were graded for them.
        fingerprint: Identity of the grader.
    """

    question_id: str
    checks: tuple[Check, ...]
    gradings: int
    fingerprint: str


def prove(question: Question, rubric: Rubric, other: Question | None, grader: Grader) -> Proof:
    """Grade every answer of known worth to a question.

    Args:
        question: The question.
        rubric: Its rubric.
        other: A question on something else, whose reference must count for nothing.
        grader: What grades; equal answers are graded once.

    Raises:
        GradingError: An answer could not be graded.
    """
    return _Bench(question, rubric, grader).proof(other)


class _Bench:
    """One question under test."""

    def __init__(self, question: Question, rubric: Rubric, grader: Grader) -> None:
        self._question = question
        self._rubric = rubric
        self._points = rubric.points
        self._gradings = 0

        @cache
        def grade(text: str, language: Language) -> Grade:
            self._gradings += 1
            return grader.grade(question, rubric, Answer(text, language))

        self._grade = grade

    def proof(self, other: Question | None) -> Proof:
        checks = [check for language in Language for check in self._in(language, other)]
        checks += self._between_languages()
        order = list(Kind)
        checks.sort(key=lambda check: order.index(check.kind))
        fingerprint = self._grade("", Language.EN).fingerprint
        return Proof(self._question.id, tuple(checks), self._gradings, fingerprint)

    def _in(self, language: Language, other: Question | None) -> Iterator[Check]:
        for trial in trials(self._question, self._rubric, other, language):
            yield self._tried(trial)
        for index in range(len(self._points)):
            yield from self._works(index, language)
        yield from self._apart(language)

    def _tried(self, trial: Trial) -> Check:
        grade = self._grade(trial.text, trial.language)
        problem = None
        if not trial.least <= grade.score < trial.below:
            bounds = _bounds(trial.least, trial.below)
            reason = f"{_told(trial)}scores {grade.score:g}, must be {bounds}"
            if trial.kind is Kind.TWIN:
                reason += f": {_quoted(trial.text)}"
            low = grade.score < trial.least
            why = self._lost(grade) if low else self._earned(grade)
            problem = self._problem(trial.part, trial.key, f"{reason}; {why}" if why else reason)
        return Check(
            trial.kind,
            trial.language,
            trial.part,
            trial.key,
            grade.score,
            trial.least,
            trial.below,
            problem,
        )

    def _works(self, index: int, language: Language) -> Iterator[Check]:
        """Whether a key point is met by its own words and by the reference, and by that alone.

        It is where its statement alone covers it, the reference answer covers it, and the
        reference answer no longer does once what makes it there is taken out: the sentences that
        the grader shows for it, then those it shows instead, as some answers say a thing twice,
        but half of the answer at the most.
        """
        point = self._points[index]
        key = f"points[{index}].statement.{language}"
        alone = self._grade(point.statement[language], language)
        found = alone.points[index].verdict
        reason = f"alone is {found}{_taken(alone)}, not covered: "
        reason = "" if found is Verdict.COVERED else reason
        yield self._judged(Kind.STATEMENT, language, key, reason, point.statement)

        reference = self._question.reference[language]
        found = self._grade(reference, language).points[index].verdict
        reason = f"is {found} in the reference answer, not covered: "
        reason = "" if found is Verdict.COVERED else reason
        yield self._judged(Kind.COVERED, language, key, reason, point.statement)
        if found is Verdict.COVERED:
            rest = self._covered_without(index, reference, language)
            reason = f"is covered without the sentences that make it, by {rest}: " if rest else ""
            yield self._judged(Kind.DECIDES, language, key, reason, point.statement)

    def _covered_without(self, index: int, text: str, language: Language) -> str:
        """The words that still cover a point when half of the answer is gone; empty where none."""
        left = (len(sentence_spans(text)) + 1) // 2
        while left > 0:
            shown = self._grade(text, language).points[index]
            if shown.verdict is not Verdict.COVERED or shown.evidence is None:
                return ""
            spans = sentence_spans(text)
            kept = [
                text[start:end]
                for start, end in spans
                if end <= shown.evidence.start or start >= shown.evidence.end
            ]
            left -= len(spans) - len(kept)
            text = joined(kept, language)
        shown = self._grade(text, language).points[index]
        if shown.verdict is not Verdict.COVERED or shown.evidence is None:
            return ""
        return _quoted(shown.evidence.text)

    def _apart(self, language: Language) -> Iterator[Check]:
        """Whether each two key points can be had one without the other."""
        covers = [
            [
                verdict.verdict is Verdict.COVERED
                for verdict in self._grade(point.statement[language], language).points
            ]
            for point in self._points
        ]
        for one, two in combinations(range(len(self._points)), 2):
            reason = ""
            if covers[one][two] and covers[two][one]:
                reason = f"cannot be told from {self._named(one)}: each alone covers both: "
            key = f"points[{two}].statement.{language}"
            yield self._judged(Kind.APART, language, key, reason, self._points[two].statement)

    def _between_languages(self) -> Iterator[Check]:
        """Whether the same answer is worth the same in both languages."""
        yield self._agreed(Part.QUESTION, "reference", self._question.reference)
        for index, sample in enumerate(self._rubric.samples):
            yield self._agreed(Part.RUBRIC, f"samples[{index}].text", sample.text)

    def _agreed(self, part: Part, key: str, text: Bilingual) -> Check:
        grades = {language: self._grade(text[language], language) for language in Language}
        en, zh = (grades[language] for language in (Language.EN, Language.ZH))
        problem = None
        if abs(round(en.score - zh.score, 1)) > _APART:
            scores = f"scores {en.score:g} in English and {zh.score:g} in Chinese"
            apart = [
                f"{self._named(index)} is {one.verdict} in English and {two.verdict} in Chinese"
                for index, (one, two) in enumerate(zip(en.points, zh.points, strict=True))
                if one.verdict is not two.verdict
            ]
            apart += [f"taken for {flag}" for flag in dict.fromkeys((*en.flags, *zh.flags))]
            problem = self._problem(
                part, key, "; ".join((f"{scores}, more than {_APART:g} apart", *apart))
            )
        return Check(Kind.LANGUAGES, None, part, key, problem=problem)

    def _judged(
        self, kind: Kind, language: Language, key: str, reason: str, text: Bilingual
    ) -> Check:
        """A check of a key point that has no score; ``reason`` is empty where all is well."""
        problem = None
        if reason:
            problem = self._problem(Part.RUBRIC, key, reason + _quoted(text[language]))
        return Check(kind, language, Part.RUBRIC, key, problem=problem)

    def _problem(self, part: Part, key: str, reason: str) -> Problem:
        return Problem(f"{part}/{self._question.topic}/{self._question.id}.toml", key, reason)

    def _named(self, index: int) -> str:
        return f"points[{index}] ({self._points[index].id})"

    def _earned(self, grade: Grade) -> str:
        """The words for which an answer got points, the heaviest points first."""
        told = [
            f"{self._named(index)} is {point.verdict} by {_quoted(point.evidence.text)}"
            for index, point in _by_weight(grade.points)
            if point.verdict in (Verdict.COVERED, Verdict.PARTIAL) and point.evidence
        ]
        return "; ".join(told[:_NAMED]) or "no point is met, but several come near"

    def _lost(self, grade: Grade) -> str:
        """The points that an answer did not get, the heaviest first, or why it was not read."""
        told = [
            f"{self._named(index)} is {_because(point)}"
            for index, point in _by_weight(grade.points)
            if point.verdict is not Verdict.COVERED
        ]
        flags = [f"taken for {flag}" for flag in grade.flags]
        return "; ".join((*flags, *told[:_NAMED]))


def _by_weight(points: Sequence[PointVerdict]) -> list[tuple[int, PointVerdict]]:
    return sorted(enumerate(points), key=lambda item: -item[1].weight)


def _because(point: PointVerdict) -> str:
    """A verdict with the words behind it, or with the claim that nothing came near."""
    if point.evidence is not None:
        return f"{point.verdict} by {_quoted(point.evidence.text)}"
    return f"{point.verdict}: {_quoted(point.statement)}"


def _told(trial: Trial) -> str:
    """What an answer is, as far as the key does not say it."""
    if not trial.what:
        return ""
    in_key = trial.key.endswith(f".{trial.language}")
    return f"{trial.what}{'' if in_key else _IN[trial.language]}: "


def _taken(grade: Grade) -> str:
    return "".join(f" (taken for {flag})" for flag in grade.flags)


def _bounds(least: float, below: float) -> str:
    if least <= 0:
        return f"under {below:g}"
    return f"at least {least:g}" if below > 100 else f"{least:g} or more and under {below:g}"


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f'"{line}"' if len(line) <= _QUOTED else f'"{line[: _QUOTED - 1].rstrip()}…"'
