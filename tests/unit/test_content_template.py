"""Templates of new questions."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mockint.content.check import check
from mockint.content.schema import PLACEHOLDER, PLACEHOLDER_ID, json_schemas
from mockint.content.shipped import shipped_pack
from mockint.content.template import write_templates
from mockint.domain.errors import ContentError, StorageError


def texts(value: Any, key: str = "") -> list[tuple[str, str]]:
    """Every text of a file, with the key that leads there."""
    if isinstance(value, dict):
        return [t for k, v in value.items() for t in texts(v, f"{key}.{k}".removeprefix("."))]
    if isinstance(value, list):
        return [t for i, v in enumerate(value) for t in texts(v, f"{key}[{i}]")]
    return [(key, value)] if isinstance(value, str) else []


def test_the_check_names_every_placeholder_and_nothing_else(tmp_path: Path) -> None:
    """A template is sound but for the places to be filled in, and none of these is overlooked."""
    files = write_templates(tmp_path, "lora", "my-lora")
    marks = (PLACEHOLDER, PLACEHOLDER_ID)
    wanted = {
        (file.name, file.parts[-3], key)
        for file in files
        for key, text in texts(tomllib.loads(file.read_text("utf-8")))
        if text.lstrip().startswith(marks)
    }
    problems = check([tmp_path])
    named = {(Path(p.path).name, Path(p.path).parts[-3], p.key) for p in problems}
    assert len(wanted) > 40
    assert named == wanted
    assert all("filled in" in p.reason for p in problems)


def test_a_template_that_is_filled_in_is_sound(tmp_path: Path) -> None:
    """Writing over the placeholders is all there is to do."""
    for file in write_templates(tmp_path, "my-topic", "my-lora"):
        text = file.read_text("utf-8").replace(PLACEHOLDER, "Text").replace(PLACEHOLDER_ID, "id")
        file.write_text(text, "utf-8")
    assert check([tmp_path]) == ()


@pytest.mark.parametrize("part", ["questions", "rubrics"])
def test_nothing_is_written_over(tmp_path: Path, part: str) -> None:
    """Where one file is there, it stays as it is and the other is not written."""
    there = tmp_path / part / "lora" / "mine.toml"
    there.parent.mkdir(parents=True)
    there.write_text("precious")
    with pytest.raises(ContentError, match="is there already"):
        write_templates(tmp_path, "lora", "mine")
    assert [p.read_text() for p in tmp_path.rglob("*.toml")] == ["precious"]


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    """A dangling link in the place of a file is not followed."""
    link = tmp_path / "pack" / "questions" / "lora" / "mine.toml"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ContentError, match="is there already"):
        write_templates(tmp_path / "pack", "lora", "mine")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("lora", "../x"),
        ("lora", "X"),
        ("lora", ""),
        ("../x", "x"),
        ("lroa", "x"),
        ("lora", "fill-in"),
    ],
)
def test_names_that_cannot_be(tmp_path: Path, topic: str, name: str) -> None:
    """A topic or an id that the check would refuse is refused before anything is written."""
    with pytest.raises(ContentError):
        write_templates(tmp_path / "pack", topic, name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the way is one sentence."""
    (tmp_path / "pack").write_text("a file")
    with pytest.raises(StorageError, match="Cannot write"):
        write_templates(tmp_path / "pack", "lora", "mine")


def test_schemas_know_every_key_of_a_shipped_file() -> None:
    """An editor that goes by the schema finds no fault with the keys of a shipped file."""

    def keys_fit(schema: dict[str, Any], node: dict[str, Any], value: Any) -> None:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        if isinstance(value, dict):
            assert set(node["required"]) <= set(value) <= set(node["properties"])
            for key, inner in value.items():
                keys_fit(schema, node["properties"][key], inner)
        elif isinstance(value, list):
            for inner in value:
                keys_fit(schema, node["items"], inner)

    schemas = json_schemas()
    for part, noun in (("questions", "question"), ("rubrics", "rubric")):
        file = shipped_pack() / part / "lora" / "lora-idea.toml"
        keys_fit(schemas[noun], schemas[noun], tomllib.loads(file.read_text("utf-8")))


def test_schemas_explain_every_key() -> None:
    """What an editor shows beside a key says what belongs there."""
    for schema in json_schemas().values():
        for model in (schema, *schema["$defs"].values()):
            for key, node in model.get("properties", {}).items():
                assert node.get("description"), (model["title"], key)
