"""What a question file and a rubric file may hold, checked by pydantic; nothing is coerced."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, islice
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from mockint.content.source import Part, printable
from mockint.content.topics import ID, ID_RULE, topic_objection
from mockint.domain.grade import Band
from mockint.domain.question import Kind, Level

MAX_FINDINGS = 50
"""How many problems of one file are told; a hostile file could have a hundred thousand."""

PLACEHOLDER = "FILL IN"
"""What a text of a template begins with."""

PLACEHOLDER_ID = "fill-in"
"""What an id in a template begins with."""

_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"  # reverse the text after them
_SAME_LINE_LIMIT = 500
_TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem inside one file: where, what and what to do, and the line if it does not parse."""

    key: str
    reason: str
    line: int | None = None


def _refuse(reason: str) -> PydanticCustomError:
    return PydanticCustomError("mockint", "{reason}", {"reason": reason})


def _identifier(text: str) -> str:
    if not ID.fullmatch(text):
        raise _refuse(ID_RULE)
    if text.startswith(PLACEHOLDER_ID):
        raise _refuse("is still to be filled in: choose an id")
    return text


def _clean(text: str) -> str:
    if not text.strip():
        raise _refuse("the text is blank; write it")
    if text.lstrip().startswith(PLACEHOLDER):
        raise _refuse("is still to be filled in: write the text")
    for character in text:
        if character not in "\n\t" and not character.isprintable() and _steers(character):
            raise _refuse(f"holds the control character U+{ord(character):04X}; remove it")
    return text


def _steers(character: str) -> bool:
    # Other characters that do not print, such as the ideographic space or the joiner in an emoji,
    # belong in text.
    return unicodedata.category(character) == "Cc" or character in _TURNS


def _bounded(limit: int) -> AfterValidator:
    def check(text: str) -> str:
        if len(text) > limit:
            raise _refuse(f"has {len(text):,} characters, and {limit:,} is the limit; shorten it")
        return text

    return AfterValidator(check)


def _one_line(text: str) -> str:
    if "\n" in text:
        raise _refuse("must stand on one line")
    return text


# Editors are told by the JSON schema what the functions check, as far as it can say so.
Id = Annotated[
    str,
    AfterValidator(_identifier),
    Field(json_schema_extra={"pattern": f"^{ID.pattern}$"}),
]
Prose = Annotated[
    str,
    _bounded(_TEXT_LIMIT),
    AfterValidator(_clean),
    Field(json_schema_extra={"minLength": 1, "maxLength": _TEXT_LIMIT}),
]
Line = Annotated[
    str,
    _bounded(_SAME_LINE_LIMIT),
    AfterValidator(_clean),
    AfterValidator(_one_line),
    Field(
        json_schema_extra={"minLength": 1, "maxLength": _SAME_LINE_LIMIT, "pattern": r"^[^\n]*$"}
    ),
]


class _Table(BaseModel):
    # What stands below a field is shown by editors beside it.
    model_config = ConfigDict(strict=True, extra="forbid", use_attribute_docstrings=True)


class Text(_Table):
    """The same text in both languages."""

    en: Prose
    """In English."""
    zh: Prose
    """In Chinese."""


class SourceTable(_Table):
    """What an answer rests on."""

    title: Line
    """The paper or page, as printed."""
    where: Line
    """What finds it: an arXiv number, a DOI, the documentation's address."""


class QuestionFile(_Table):
    """An interview question: questions/<topic>/<id>.toml."""

    id: Id
    """Unique in all packs; the name of the file."""
    topic: Id
    """The folder that the file lies in."""
    level: Annotated[Level, Field(strict=False)]  # an enum is never strictly a string
    """The seniority that the question is fair for."""
    kind: Annotated[Kind, Field(strict=False)]
    """What the question asks the candidate to do."""
    minutes: Annotated[float, Field(ge=0.5, le=60, allow_inf_nan=False)]
    """The time that a good answer takes to type."""
    covers: Annotated[list[Id], Field(max_length=50)] = []
    """Ids of other questions that this one asks as well; they lead here."""
    prompt: Text
    """The question, as an interviewer says it (Markdown)."""
    reference: Text
    """What a very good candidate answers in that time."""
    hints: Annotated[list[Text], Field(max_length=10)] = []
    """From vague to telling."""
    follow_ups: Annotated[list[Text], Field(max_length=10)] = []
    """Questions that an interviewer may add."""
    sources: Annotated[list[SourceTable], Field(min_length=1, max_length=20)]
    """What the reference answer rests on."""


class KeywordTable(_Table):
    """One term with its aliases."""

    en: Annotated[list[Line], Field(min_length=1, max_length=50)]
    """Its forms in English, the usual one first."""
    zh: Annotated[list[Line], Field(min_length=1, max_length=50)]
    """Its forms in Chinese, the usual one first."""


class PointTable(_Table):
    """One claim that can be true or false on its own."""

    id: Id
    """Unique in this file."""
    weight: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
    """Its share of the score, relative to the other points."""
    statement: Text
    """The claim."""
    paraphrases: Annotated[list[Text], Field(min_length=1, max_length=20)]
    """The same claim in other words."""
    twin: Text
    """The claim made false, the way people get it wrong; more than a mere "not"."""
    keywords: Annotated[list[KeywordTable], Field(min_length=1, max_length=20)]
    """Terms that an answer making the claim can hardly avoid."""
    probe: Text
    """The follow-up to ask when the claim is missing."""


class MisconceptionTable(_Table):
    """A false belief about the question, and what is true instead."""

    id: Id
    """Unique in this file."""
    statement: Text
    """What is believed."""
    correction: Text
    """What is true."""
    source: Line | None = None
    """What shows it."""


class SampleTable(_Table):
    """An answer that somebody might type, with the band it must get."""

    band: Annotated[Band, Field(strict=False)]
    """What the grader must make of it."""
    text: Text
    """The answer."""


class RubricFile(_Table):
    """What a good answer says: rubrics/<topic>/<id>.toml."""

    question: Id
    """The question's id; the name of the file."""
    points: Annotated[list[PointTable], Field(min_length=3, max_length=7)]
    """The claims of a good answer."""
    misconceptions: Annotated[list[MisconceptionTable], Field(max_length=20)] = []
    """False beliefs that circulate about it."""
    samples: Annotated[list[SampleTable], Field(max_length=50)] = []
    """Answers that prove the rubric: `mockint bank test` grades them."""


def json_schemas() -> dict[str, dict[str, Any]]:
    """A JSON schema of each kind of file, ``question`` and ``rubric``, for editors.

    They say less than ``findings``: names of files and ids used twice are beyond them.
    """
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    models: dict[Part, type[BaseModel]] = {Part.QUESTIONS: QuestionFile, Part.RUBRICS: RubricFile}
    return {part.noun: dialect | model.model_json_schema() for part, model in models.items()}


def findings(part: Part, topic: str, file_id: str, data: dict[str, Any]) -> tuple[Finding, ...]:
    """Everything wrong in one parsed file that lies in folder ``topic`` under the name ``file_id``.

    Keys count from 0: ``points[2].twin.zh`` is the Chinese twin of the third point.
    """
    every = chain(_shape(part, data), _names(part, topic, file_id, data), _repeats(part, data))
    found = tuple(islice(every, MAX_FINDINGS + 1))
    if len(found) <= MAX_FINDINGS:
        return found
    more = Finding("", "there are more problems in this file; solve these first")
    return (*found[:MAX_FINDINGS], more)


def _shape(part: Part, data: dict[str, Any]) -> Iterator[Finding]:
    model = QuestionFile if part is Part.QUESTIONS else RubricFile
    try:
        model.model_validate(data)
    except ValidationError as error:
        for details in error.errors(include_url=False, include_context=True):
            yield Finding(_key(details["loc"]), _reason(details))


def _names(part: Part, topic: str, file_id: str, data: dict[str, Any]) -> Iterator[Finding]:
    """Names inside the file agree with where it lies."""
    key = "id" if part is Part.QUESTIONS else "question"
    if not ID.fullmatch(file_id):
        yield Finding("", f"rename the file: {ID_RULE}")
    elif _is_id(data.get(key)) and data[key] != file_id:
        yield Finding(key, f'is "{data[key]}", but the file is {file_id}.toml; make them the same')
    if why := topic_objection(topic):
        yield Finding("topic" if part is Part.QUESTIONS else "", why)
    elif part is Part.QUESTIONS and _is_id(data.get("topic")) and data["topic"] != topic:
        reason = f'is "{data["topic"]}", but the file lies in {topic}/; make them the same'
        yield Finding("topic", reason)


def name_objection(question_id: str) -> str:
    """Why a question may not have that id; empty where it may."""
    if ID.fullmatch(question_id) and not question_id.startswith(PLACEHOLDER_ID):
        return ""
    return f"{printable(question_id, 80)} cannot be an id: {ID_RULE}"


def _repeats(part: Part, data: dict[str, Any]) -> Iterator[Finding]:
    """Ids that must be unique in a file and are not."""
    if part is Part.RUBRICS:
        for table in ("points", "misconceptions"):
            items = data.get(table)
            ids = [i.get("id") if isinstance(i, dict) else None for i in _sequence(items)]
            for index in _repeated(ids):
                reason = f'"{ids[index]}" is used twice in this file; choose another id'
                yield Finding(f"{table}[{index}].id", reason)
        return
    covers = _sequence(data.get("covers"))
    for index in _repeated(covers):
        yield Finding(f"covers[{index}]", f'"{covers[index]}" is listed twice; remove one')
    if _is_id(data.get("id")) and data["id"] in covers:
        index = covers.index(data["id"])
        yield Finding(f"covers[{index}]", "is this question itself; remove it")


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _repeated(ids: Sequence[Any]) -> Iterator[int]:
    seen: set[str] = set()
    for index, item in enumerate(ids):
        if _is_id(item):
            if item in seen:
                yield index
            seen.add(item)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def _key(location: tuple[int | str, ...]) -> str:
    key = ""
    for step in location:
        key += f"[{step}]" if isinstance(step, int) else f".{printable(step, 80)}"
    return key.removeprefix(".")


_LANGUAGES = {"en": "English", "zh": "Chinese"}
_MODELS = (QuestionFile, RubricFile, PointTable, MisconceptionTable, SampleTable, SourceTable, Text)
_KNOWN_KEYS = sorted({name for model in _MODELS for name in model.model_fields})

_TABLE = "must be a table with its own keys"
_REASONS = {
    "mockint": "{reason}",
    "missing": "is missing; add it",
    "enum": "must be {expected}",
    "too_short": "needs at least {min_length}; it has {actual_length}",
    "too_long": "may have at most {max_length}; remove some",
    "string_type": "must be text in quotes",
    "float_type": "must be a number without quotes",
    "list_type": "must be a list",
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
    "finite_number": "must be a finite number",
}
_OTHER = "has a value that cannot be used here; compare it with the shipped questions"


def _reason(details: ErrorDetails) -> str:
    name = str(details["loc"][-1])[:80] if details["loc"] else ""
    if details["type"] == "missing" and name in _LANGUAGES:
        return f"the {_LANGUAGES[name]} text is missing; every text is in English and Chinese"
    if details["type"] == "extra_forbidden":
        near = get_close_matches(name, _KNOWN_KEYS, 1)
        return f"unknown key; did you mean {near[0]}?" if near else "unknown key; remove it"
    reason = _REASONS.get(details["type"], _OTHER).format(**details.get("ctx", {}))
    return reason.replace("'", '"') if details["type"] == "enum" else reason
