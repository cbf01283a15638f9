"""The grade: a frozen value that explains itself."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What an answer did with one key point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSED = "missed"
    CONTRADICTED = "contradicted"


class Band(StrEnum):
    """What a score means to a hiring panel, best first."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    WEAK = "weak"
    POOR = "poor"

    @property
    def floor(self) -> int:
        """The lowest score in the band."""
        return _FLOORS[self]

    @classmethod
    def of(cls, score: float) -> "Band":
        """The band a score of 0 to 100 falls in."""
        return next((band for band in cls if score >= band.floor), cls.POOR)


_FLOORS = {Band.EXCELLENT: 85, Band.GOOD: 65, Band.FAIR: 40, Band.WEAK: 20, Band.POOR: 0}


class Flag(StrEnum):
    """What is unusual about an answer as a whole."""

    EMPTY = "empty"
    DONT_KNOW = "dont-know"
    ECHO = "echo"
    KEYWORD_LIST = "keyword-list"
    OFF_TOPIC = "off-topic"
    NOT_TEXT = "not-text"
    REPETITION = "repetition"
    OTHER_LANGUAGE = "other-language"


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of the answer that decided a verdict.

    Attributes:
        text: The words, exactly as typed; equal to ``answer[start:end]``.
        start: Offset of the first character in the answer.
        end: Offset behind the last character.
        similarity: How near the words come to the claim, 0 to 1. Never shown to the candidate.
        margin: How much nearer than to the claim's twin; below 0 the twin is nearer.
        method: The signal that decided, as one word.
    """

    text: str
    start: int
    end: int
    similarity: float
    margin: float
    method: str


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """What the answer did with one key point.

    Attributes:
        id: The key point's id.
        verdict: Covered, partial, missed or contradicted.
        weight: The point's share of the whole rubric, 0 to 1.
        statement: The claim, in the language of the answer.
        evidence: The words that decided; None only where nothing came near.
    """

    id: str
    verdict: Verdict
    weight: float
    statement: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class MisconceptionMet:
    """A misconception that the answer repeats, with the words that show it."""

    id: str
    statement: str
    correction: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Grade:
    """What an answer is worth and why.

    Attributes:
        score: 0 to 100, to one decimal.
        band: What the score means.
        points: One verdict per key point, in the order of the rubric.
        misconceptions: Those that the answer repeats.
        flags: What is unusual about the answer as a whole.
        fingerprint: Identity of the grader: everything that could have changed this grade.
        uncertainty: Points above and below the score within which two of three people's scores of
            such answers lay, on questions the grader had not been fitted to; 0 where not known.
    """

    score: float
    band: Band
    points: tuple[PointVerdict, ...]
    misconceptions: tuple[MisconceptionMet, ...]
    flags: tuple[Flag, ...]
    fingerprint: str
    uncertainty: float = 0.0
