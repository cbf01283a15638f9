"""The interface's own words, in one place, so that a second language can follow."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from mockint.content.topics import TOPICS
from mockint.domain.grade import Band, Flag, Verdict
from mockint.domain.language import Language
from mockint.domain.ports import GraderStage
from mockint.domain.question import Level
from mockint.domain.session import Mode, Outcome
from mockint.session.timing import Urgency

APP: Final = "mockint"
TAGLINE: Final = "mock interviews, offline and private"

MODES: Final[Mapping[Mode, str]] = MappingProxyType(
    {Mode.INTERVIEW: "Interview", Mode.DRILL: "Drill"}
)
A_MODE: Final[Mapping[Mode, str]] = MappingProxyType(
    {Mode.INTERVIEW: "an interview", Mode.DRILL: "a drill"}
)
LEVELS: Final[Mapping[Level, str]] = MappingProxyType(
    {Level.JUNIOR: "junior", Level.MID: "mid", Level.SENIOR: "senior"}
)
LANGUAGES: Final[Mapping[Language, str]] = MappingProxyType(
    {Language.EN: "English", Language.ZH: "中文"}
)
OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.ANSWERED: "answered",
        Outcome.TIMED_OUT: "time ran out",
        Outcome.SKIPPED: "skipped",
        Outcome.NOT_REACHED: "not reached",
    }
)
VERDICTS: Final[Mapping[Verdict, tuple[str, str]]] = MappingProxyType(
    {
        Verdict.COVERED: ("✓", "covered"),
        Verdict.PARTIAL: ("◐", "partial"),
        Verdict.MISSED: ("○", "missed"),
        Verdict.CONTRADICTED: ("✗", "contradicted"),
    }
)
BANDS: Final[Mapping[Band, str]] = MappingProxyType(
    {
        Band.EXCELLENT: "A hiring panel would be impressed: nearly every key point, clearly made.",
        Band.GOOD: "This passes: most key points are there, little is missing.",
        Band.FAIR: "Half way: the idea is there, important points are not.",
        Band.WEAK: "A beginning: some of it is right, most is still to come.",
        Band.POOR: "Not yet: hardly any key point was made. The model answer shows the way.",
    }
)
BAND_STYLES: Final[Mapping[Band, str]] = MappingProxyType(
    {
        Band.EXCELLENT: "$covered",
        Band.GOOD: "$covered",
        Band.FAIR: "$partial",
        Band.WEAK: "$contradicted",
        Band.POOR: "$contradicted",
    }
)
FLAGS: Final[Mapping[Flag, str]] = MappingProxyType(
    {
        Flag.EMPTY: "There were no words to grade.",
        Flag.DONT_KNOW: "You said you don't know: nothing to grade. Saying so is honest.",
        Flag.ECHO: "This repeats the question; an answer needs claims of its own.",
        Flag.KEYWORD_LIST: "This is a list of terms; sentences that say how they relate count.",
        Flag.OFF_TOPIC: "This seems to answer another question.",
        Flag.NOT_TEXT: "This does not read as text in English or Chinese.",
        Flag.REPETITION: "The same words come again and again; each claim counts once.",
        Flag.OTHER_LANGUAGE: "This is in another language than the question; it was graded anyway.",
    }
)
STAGES: Final[Mapping[GraderStage, tuple[str, str]]] = MappingProxyType(
    {
        GraderStage.OFF: ("○", "grader off"),
        GraderStage.IMPORTING: ("◔", "grader importing"),
        GraderStage.LOADING: ("◑", "grader loading"),
        GraderStage.READY: ("●", "grader ready"),
        GraderStage.FAILED: ("✗", "grader failed"),
    }
)
URGENCIES: Final[Mapping[Urgency, tuple[str, str]]] = MappingProxyType(
    {
        Urgency.CALM: ("◷", ""),
        Urgency.AMBER: ("▲", "soon"),
        Urgency.RED: ("‼", "hurry"),
        Urgency.OVER: ("■", "over"),
    }
)

ANY: Final = "any"
NO_LIMIT: Final = "no limit"
ALL_TOPICS: Final = "all topics"

NOT_UTF8: Final = "Some input was not UTF-8 text and could not be read: please type it again."

TOO_SMALL: Final = "This window is a little small"
TOO_SMALL_MORE: Final = "mockint reads best at 80 × 24; 60 × 16 is the least.\nNothing is lost."


_HAN: Final = re.compile("[\u3400-\u9fff]")
_LATIN: Final = re.compile("[A-Za-z]+")


def count(number: int, one: str, many: str = "") -> str:
    """``1 question``, ``3 questions``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def size(text: str, language: Language) -> str:
    """How much is typed: words, or characters where the session or most of the text is Chinese."""
    if language is Language.ZH or len(_HAN.findall(text)) > len(_LATIN.findall(text)):
        return count(sum(not character.isspace() for character in text), "character")
    return count(len(text.split()), "word")


def minutes(value: float | None) -> str:
    """A limit in minutes, or that there is none."""
    return NO_LIMIT if value is None else f"{value:g} min"


def topic(name: str) -> str:
    """A topic's title; its id where a pack brings a topic of its own."""
    title = TOPICS.get(name)
    return name if title is None else title.en


def topic_matches(name: str, letters: str) -> bool:
    """Whether a person typing ``letters``, in either language, may mean this topic."""
    title = TOPICS.get(name)
    known = (name,) if title is None else (name, *title.both())
    return any(letters.casefold() in word.casefold() for word in known)


def topics(names: tuple[str, ...], most: int = 3) -> str:
    """A few topics by name, the rest as a number."""
    if not names:
        return ALL_TOPICS
    shown = ", ".join(topic(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} +{len(names) - most}"
