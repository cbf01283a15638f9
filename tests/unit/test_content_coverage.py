"""Lists of ids, and what a bank has of them."""

import json
from pathlib import Path

import pytest

from mockint.content.coverage import Wanted, coverage, read_wanted
from mockint.domain.errors import ContentError
from mockint.domain.language import Bilingual
from mockint.domain.question import Kind, Level, QuestionSummary


def summary(name: str, topic: str, *covers: str) -> QuestionSummary:
    text = Bilingual("What?", "什么？")
    return QuestionSummary(name, topic, Level.MID, Kind.CONCEPT, 4.0, text, covers)


BANK = (summary("a", "lora", "b", "c"), summary("d", "rag", "e"), summary("e2", "rag"))


def test_both_kinds_of_list(tmp_path: Path) -> None:
    """Ids and objects, comments and blank lines; each id once, in the order of the file."""
    lines = ["# ids", "", "b", json.dumps({"id": "a", "topic": "lora", "asked_in": 3}), "  b  "]
    (tmp_path / "list").write_text("\n".join(lines), "utf-8")
    assert read_wanted(tmp_path / "list") == (Wanted("b"), Wanted("a", "lora"))


@pytest.mark.parametrize(
    "line",
    ["two words", "{}", '{"id": 3}', '{"id": "a", "topic": 1}', "{", "{" * 9999, "\x1b[2J", "[1]"],
)
def test_a_line_that_is_neither(tmp_path: Path, line: str) -> None:
    """The line is named by its number, on one line that steers no terminal."""
    (tmp_path / "list").write_text(f"a\n{line}\n", "utf-8")
    with pytest.raises(ContentError, match="line 2: ") as caught:
        read_wanted(tmp_path / "list")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_lists_that_cannot_be_read(tmp_path: Path) -> None:
    """No list, or none in UTF-8, is one sentence."""
    with pytest.raises(ContentError, match="Cannot read"):
        read_wanted(tmp_path / "none")
    (tmp_path / "list").write_bytes("中文".encode("gb18030"))
    with pytest.raises(ContentError, match="UTF-8"):
        read_wanted(tmp_path / "list")


def test_merged_ids_count() -> None:
    """An id is covered by its own question or by the one it was merged into."""
    wanted = [Wanted(name, "lora") for name in "abz"] + [Wanted("e", "rag"), Wanted("d", "rag")]
    lora, rag = coverage(wanted, BANK, {})
    assert (lora.topic, lora.covered, lora.missing) == ("lora", {"a": "a", "b": "a"}, ("z",))
    assert (rag.topic, rag.covered, rag.missing) == ("rag", {"e": "d", "d": "d"}, ())


def test_an_own_question_counts_before_a_covering_one() -> None:
    """Where both are there, the question of that id is the one that is named."""
    bank = (summary("x", "lora", "y"), summary("y", "lora"))
    assert coverage([Wanted("y", "lora")], bank, {})[0].covered == {"y": "y"}


def test_topics_of_a_plain_list() -> None:
    """They come from what is known, else from the question, else there is none."""
    found = coverage([Wanted("a"), Wanted("e"), Wanted("z")], BANK, {"a": "peft"})
    assert [(t.topic, *t.covered, *t.missing) for t in found] == [
        ("peft", "a"),
        ("rag", "e"),
        ("", "z"),
    ]
