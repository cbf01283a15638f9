"""The grader: (question, rubric, answer) to a grade that shows the words behind every verdict."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from mockint.domain.answer import Answer
from mockint.domain.grade import (
    Band,
    Evidence,
    Flag,
    Grade,
    MisconceptionMet,
    PointVerdict,
    Verdict,
)
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading import scoring, whole
from mockint.grading.calibration import load_scorer
from mockint.grading.claims import ReadRubric, read_rubric
from mockint.grading.encoders.base import Encoder, FloatArray
from mockint.grading.likeness import STOPPING
from mockint.grading.reference import ReferenceScorer
from mockint.grading.scoring import Judged, Scorer
from mockint.grading.signals import SIGNALS, ReadAnswer, measure, read_answer
from mockint.grading.text import fold, sentences

RULES = 3
"""Version of what this package does with signals; raised whenever a grade could change."""

_RUBRICS_KEPT = 8  # some 4 MB each
LONGEST_ANSWER = 24_000
"""How many characters of an answer are read."""

_RECALL = SIGNALS.index("recall")
_MARGIN = SIGNALS.index("recall_margin")
_GATE_SCORES = {
    Flag.EMPTY: 0.0,
    Flag.NOT_TEXT: 0.0,
    Flag.DONT_KNOW: 0.0,
    Flag.ECHO: 2.0,
    Flag.KEYWORD_LIST: 8.0,
}
_OFF_TOPIC_BELOW = 0.12
_MISCONCEPTION_FROM = 0.6


class RubricGrader:
    """Grades answers against rubrics with one encoder.

    Rubrics without twins, which are derived from a reference answer alone, have weights of their
    own: without a twin there is no margin to go by. Their score comes from the answer's likeness to
    the reference as a whole, as people grade; the verdicts on their points only explain it.
    """

    def __init__(
        self,
        encoder: Encoder,
        scorer: Scorer | None = None,
        *,
        bank: Encoder | None = None,
        english: Encoder | None = None,
    ) -> None:
        """Loads the fitted weights.

        Args:
            encoder: What encodes answers.
            scorer: Weights other than the shipped ones for rubrics with twins.
            bank: What encodes the wordings of rubrics that come from a bank, where that is not
                ``encoder`` itself; it must give the same vectors.
            english: What reads English texts as well, where only a reference is known.

        Raises:
            GradingError: The shipped weights cannot be used.
        """
        self._encoder = encoder
        self._bank = bank or encoder
        self._with_twins, digest = (scorer, "given") if scorer else load_scorer("default")
        self._without_twins, other_digest = load_scorer("reference")
        self._by_reference = ReferenceScorer(encoder, english)
        parts = (encoder.fingerprint, digest, other_digest, self._by_reference.identity)
        self._fingerprint = f"mockint-{RULES}-{_digest(*parts)}"
        self._read = lru_cache(maxsize=_RUBRICS_KEPT)(self._read_rubric)

    @property
    def fingerprint(self) -> str:
        """Identity of everything that can change a grade: rules, encoder, fitted weights."""
        return self._fingerprint

    def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The grade of one answer; the same input gives the same grade.

        Args:
            question: What was asked.
            rubric: What a good answer says.
            answer: What was typed, of any length and content; what follows the first 24,000
                characters, some 3,500 words, is not read.
        """
        answer = replace(answer, text=answer.text[:LONGEST_ANSWER])
        folded = fold(answer.text)
        units = sentences(folded.text)
        prompts = tuple(fold(text).text for text in question.prompt.both())
        keywords = tuple(word for point in rubric.points for word in point.keywords)
        stop = whole.degenerate(folded.text, units, prompts, keywords)
        if stop is not None and (_has_twins(rubric) or stop in STOPPING):
            return self._stopped(rubric, answer, stop)
        return self._graded(question, rubric, answer)

    def _scorer_for(self, rubric: Rubric) -> Scorer:
        return self._with_twins if _has_twins(rubric) else self._without_twins

    def _read_rubric(self, question: Question, rubric: Rubric) -> ReadRubric:
        # A rubric derived from somebody's own reference has no id, and seldom comes back.
        return read_rubric(question, rubric, self._bank if question.id else self._encoder)

    def _graded(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        read = read_answer(answer.text, self._encoder)
        if not read.units:
            return self._stopped(rubric, answer, Flag.NOT_TEXT)
        measured = measure(read, self._read(question, rubric))
        scorer = self._scorer_for(rubric)
        judged = scoring.judge(measured.points, read.lengths, scorer)
        weights = _shares(rubric)
        verdicts = tuple(
            self._point(index, share, judged, measured.points, rubric, answer, read)
            for index, share in enumerate(weights.tolist())
        )
        flags = self._flags(read, judged, answer, weights)
        if _has_twins(rubric):
            score = scoring.score(judged.credit, weights, scorer)
            uncertainty = scoring.uncertainty(score, scorer)
        else:
            score, uncertainty = self._by_reference.score(question, answer)
        score = round(score, 1)
        return Grade(
            score=score,
            band=Band.of(score),
            points=verdicts,
            misconceptions=self._misconceptions(measured.misconceptions, rubric, answer, read),
            flags=flags,
            fingerprint=self._fingerprint,
            uncertainty=round(uncertainty),
        )

    def _stopped(self, rubric: Rubric, answer: Answer, flag: Flag) -> Grade:
        """The grade of an answer with nothing to grade in it."""
        score = _GATE_SCORES[flag]
        verdicts = tuple(
            PointVerdict(point.id, Verdict.MISSED, share, point.statement[answer.language])
            for point, share in zip(rubric.points, _shares(rubric).tolist(), strict=True)
        )
        return Grade(score, Band.of(score), verdicts, (), (flag,), self._fingerprint)

    def _point(
        self,
        index: int,
        share: float,
        judged: Judged,
        signals: FloatArray,
        rubric: Rubric,
        answer: Answer,
        read: ReadAnswer,
    ) -> PointVerdict:
        point = rubric.points[index]
        contradiction = float(judged.contradiction[index])
        verdict = scoring.verdict(
            float(judged.credit[index]), contradiction, self._scorer_for(rubric)
        )
        unit = int(
            (judged.contradicting if verdict is Verdict.CONTRADICTED else judged.supporting)[index]
        )
        shown = None
        if verdict is not Verdict.MISSED:
            method = "polarity" if verdict is Verdict.CONTRADICTED else "meaning"
            shown = _evidence(answer.text, read, unit, signals[unit, index], method)
        return PointVerdict(point.id, verdict, share, point.statement[answer.language], shown)

    def _misconceptions(
        self, signals: FloatArray, rubric: Rubric, answer: Answer, read: ReadAnswer
    ) -> tuple[MisconceptionMet, ...]:
        """Misconceptions that some unit states more nearly than it states the correction."""
        if not rubric.misconceptions:
            return ()
        judged = scoring.judge(signals, read.lengths, self._with_twins)
        met = []
        for index, item in enumerate(rubric.misconceptions):
            if judged.credit[index] < _MISCONCEPTION_FROM:
                continue
            unit = int(judged.supporting[index])
            shown = _evidence(answer.text, read, unit, signals[unit, index], "meaning")
            language = answer.language
            met.append(
                MisconceptionMet(
                    item.id, item.statement[language], item.correction[language], shown
                )
            )
        return tuple(met)

    def _flags(
        self, read: ReadAnswer, judged: Judged, answer: Answer, weights: FloatArray
    ) -> tuple[Flag, ...]:
        flags = []
        if (
            float(judged.support @ weights) < _OFF_TOPIC_BELOW
            and not judged.contradiction.max() > 0.5
        ):
            flags.append(Flag.OFF_TOPIC)
        if whole.repeated(read.sentences):
            flags.append(Flag.REPETITION)
        if whole.in_other_language(read.folded.text, answer.language):
            flags.append(Flag.OTHER_LANGUAGE)
        return tuple(flags)


def _has_twins(rubric: Rubric) -> bool:
    return any(point.twin.en or point.twin.zh for point in rubric.points)


def _shares(rubric: Rubric) -> FloatArray:
    weights = np.array([point.weight for point in rubric.points], dtype=np.float32)
    shares: FloatArray = weights / weights.sum()
    return shares


def _evidence(
    text: str, read: ReadAnswer, unit: int, signals: Sequence[float] | FloatArray, method: str
) -> Evidence:
    start, end = read.folded.span(read.units[unit].start, read.units[unit].end)
    return Evidence(
        text=text[start:end],
        start=start,
        end=end,
        similarity=round(float(np.clip(signals[_RECALL], 0.0, 1.0)), 4),
        margin=round(float(signals[_MARGIN]), 4),
        method=method,
    )


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
