"""Parsed TOML that has been checked, turned into values of the domain."""

from collections.abc import Mapping
from typing import Any

from mockint.domain.grade import Band
from mockint.domain.language import Bilingual
from mockint.domain.question import Kind, Level, Question, Source
from mockint.domain.rubric import KeyPoint, Keyword, Misconception, Rubric, SampleAnswer

Table = Mapping[str, Any]


def question(data: Table) -> Question:
    """The question that ``data`` holds; ``data`` has passed ``schema.findings``."""
    return Question(
        id=data["id"],
        topic=data["topic"],
        level=Level(data["level"]),
        kind=Kind(data["kind"]),
        minutes=float(data["minutes"]),
        prompt=_text(data["prompt"]),
        reference=_text(data["reference"]),
        hints=tuple(map(_text, data.get("hints", ()))),
        follow_ups=tuple(map(_text, data.get("follow_ups", ()))),
        sources=tuple(
            Source(item["title"].strip(), item["where"].strip()) for item in data["sources"]
        ),
        covers=tuple(data.get("covers", ())),
    )


def rubric(data: Table) -> Rubric:
    """The rubric that ``data`` holds; ``data`` has passed ``schema.findings``."""
    return Rubric(
        question_id=data["question"],
        points=tuple(map(_point, data["points"])),
        misconceptions=tuple(map(_misconception, data.get("misconceptions", ()))),
        samples=tuple(
            SampleAnswer(Band(item["band"]), _text(item["text"]))
            for item in data.get("samples", ())
        ),
    )


def _point(data: Table) -> KeyPoint:
    return KeyPoint(
        id=data["id"],
        weight=float(data["weight"]),
        statement=_text(data["statement"]),
        paraphrases=tuple(map(_text, data["paraphrases"])),
        twin=_text(data["twin"]),
        keywords=tuple(
            Keyword(en=_forms(item["en"]), zh=_forms(item["zh"])) for item in data["keywords"]
        ),
        probe=_text(data["probe"]),
    )


def _misconception(data: Table) -> Misconception:
    return Misconception(
        id=data["id"],
        statement=_text(data["statement"]),
        correction=_text(data["correction"]),
        source=data.get("source", "").strip(),
    )


def _text(data: Table) -> Bilingual:
    return Bilingual(en=data["en"].strip(), zh=data["zh"].strip())


def _forms(data: list[str]) -> tuple[str, ...]:
    return tuple(form.strip() for form in data)
