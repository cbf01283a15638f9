"""What the app and the grading process say to each other: one JSON object a line."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mockint.domain.answer import Answer
from mockint.domain.grade import Grade
from mockint.domain.ports import GraderStage
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric

if TYPE_CHECKING:
    from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True)
class GradeRequest:
    """Grade this answer; the reply carries the same id."""

    id: int
    question: Question
    rubric: Rubric
    answer: Answer
    kind: Literal["grade"] = "grade"


@dataclass(frozen=True, slots=True)
class Ping:
    """Say that you are alive."""

    kind: Literal["ping"] = "ping"


@dataclass(frozen=True, slots=True)
class StageReply:
    """How far the process has come; ``note`` is a sentence for the person."""

    stage: GraderStage
    encoder: str = ""
    note: str = ""
    kind: Literal["stage"] = "stage"


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade of the answer that came with this id."""

    id: int
    grade: Grade
    kind: Literal["graded"] = "graded"


@dataclass(frozen=True, slots=True)
class Refused:
    """There is no grade, and why; an id below 0 stands for a request that could not be read."""

    id: int
    why: str
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Pong:
    """Alive."""

    kind: Literal["pong"] = "pong"


Request = GradeRequest | Ping
Reply = StageReply | Graded | Refused | Pong


def encode(message: Request | Reply) -> bytes:
    """One line of JSON in UTF-8, with its line feed.

    Raises:
        ValueError: A text in the message cannot be written as UTF-8.
    """
    line: bytes = _adapter("any").dump_json(message)
    return line + b"\n"


def decode_request(line: bytes) -> Request:
    """The request in a line; raises ValueError where there is none."""
    request: Request = _adapter("request").validate_json(line)
    return request


def decode_reply(line: bytes) -> Reply:
    """The reply in a line; raises ValueError where there is none."""
    reply: Reply = _adapter("reply").validate_json(line)
    return reply


@lru_cache(maxsize=3)
def _adapter(which: Literal["any", "request", "reply"]) -> "TypeAdapter[Any]":
    from pydantic import Field, TypeAdapter  # noqa: PLC0415 - not on the path to the first screen

    match which:
        case "request":
            return TypeAdapter(Annotated[Request, Field(discriminator="kind")])
        case "reply":
            return TypeAdapter(Annotated[Reply, Field(discriminator="kind")])
        case "any":
            return TypeAdapter(Annotated[Request | Reply, Field(discriminator="kind")])
