"""Small packs for the tests of content: valid tables, and TOML text made from them."""

import json
from pathlib import Path
from typing import Any


def bi(text: str) -> dict[str, str]:
    return {"en": text, "zh": f"{text}（中文）"}


def question(file_id: str = "lora-basics", topic: str = "lora", **changes: Any) -> dict[str, Any]:
    return {
        "id": file_id,
        "topic": topic,
        "level": "mid",
        "kind": "concept",
        "minutes": 4,
        "prompt": bi("What is it?"),
        "reference": bi("It is this."),
        "hints": [bi("Think.")],
        "follow_ups": [],
        "sources": [{"title": "A paper", "where": "arXiv 2106.09685"}],
    } | changes


def point(point_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": point_id,
        "weight": 2,
        "statement": bi(f"{point_id} is so"),
        "paraphrases": [bi(f"so is {point_id}")],
        "twin": bi(f"{point_id} is the reverse"),
        "keywords": [{"en": ["rank"], "zh": ["秩"]}],
        "probe": bi(f"What about {point_id}?"),
    } | changes


def rubric(file_id: str = "lora-basics", **changes: Any) -> dict[str, Any]:
    return {
        "question": file_id,
        "points": [point("one"), point("two"), point("three")],
        "misconceptions": [
            {"id": "myth", "statement": bi("A myth."), "correction": bi("No."), "source": "X"}
        ],
        "samples": [{"band": "poor", "text": bi("No idea, it is popular.")}],
    } | changes


def toml(table: dict[str, Any]) -> str:
    return "".join(f"{key} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def put(pack: Path, part: str, topic: str, file_id: str, content: str | bytes) -> Path:
    path = pack / part / topic / f"{file_id}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def put_pair(pack: Path, file_id: str = "lora-basics", topic: str = "lora", **changes: Any) -> None:
    put(pack, "questions", topic, file_id, toml(question(file_id, topic, **changes)))
    put(pack, "rubrics", topic, file_id, toml(rubric(file_id)))
