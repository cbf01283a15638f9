"""Lines of answers: whatever a line holds, it becomes a task or one plain reason."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeBank, keyword_grade
from hypothesis import given
from hypothesis import strategies as st

from mockint.cli import answers
from mockint.cli.answers import Reject, Task, read_answers
from mockint.cli.grade import Desk, grade_lines
from mockint.cli.output import opened
from mockint.cli.progress import Progress, left
from mockint.cli.terminal import json_text
from mockint.domain.answer import Answer
from mockint.domain.errors import GradingError, StorageError
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric

BANK = FakeBank()
KNOWN = BANK.summaries()[0].id


class KeywordGrader:
    """A grader without a model that notes what it was given."""

    def __init__(self) -> None:
        self.given: list[Answer] = []

    def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:  # noqa: ARG002 - a Grader's form
        """Stumbles or refuses on these words, else counts keywords."""
        self.given.append(answer)
        if "stumble" in answer.text:
            raise ZeroDivisionError("by\nzero")
        if "refuse" in answer.text:
            raise GradingError("this cannot be graded")
        return keyword_grade(rubric, answer)


def read(*lines: bytes | str | dict[str, Any]) -> list[Task | Reject]:
    return list(read_answers(io.BytesIO(b"".join(map(as_bytes, lines)))))


def as_bytes(line: bytes | str | dict[str, Any]) -> bytes:
    if isinstance(line, bytes):
        return line
    return ((line if isinstance(line, str) else json.dumps(line)) + "\n").encode()


def why(line: bytes | str | dict[str, Any]) -> str:
    [entry] = read(line)

    assert isinstance(entry, Reject)

    return entry.why


def graded_lines(*lines: bytes | str | dict[str, Any]) -> list[dict[str, Any]]:
    out = io.BytesIO()
    desk = Desk(lambda: BANK, KeywordGrader)
    grade_lines(read(*lines), desk, out, Progress(io.StringIO(), None))
    return [json.loads(line) for line in out.getvalue().decode("utf-8").splitlines()]


def no_grader() -> KeywordGrader:
    raise AssertionError("a grader was loaded for nothing")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("{oops", "the line is not JSON"),
        ("[1, 2]", "the line is not a JSON object"),
        ('"text"', "the line is not a JSON object"),
        ("{}", 'there is no "question"'),
        (b'{"question": "\xff"}\n', "the line is not UTF-8 text."),
        ("\x00", "the line is not JSON"),
        ('{"question": "x", "answer": "y", "z": NaN}', "NaN is no JSON value"),
        ('{"question": "x", "answer": "y", "z": -Infinity}', "-Infinity is no JSON value"),
        ('{"question": "x", "answer": "y", "z": 1e999}', "number that is too large"),
        (f'{{"question": "x", "answer": "y", "z": {"9" * 5000}}}', "number that is too long"),
        ('{"question": "x", "answer": "y", "answer": "z"}', 'the key "answer" stands there twice.'),
        ('{"question": "x", "answer": ' + "[" * 200 + "]" * 200 + "}", "nested more than 100 deep"),
        ('{"question": "x", "answer": ' + "[" * 200_000, "nested more than 100 deep"),
        ({"question": "x"}, 'there is no "answer".'),
        ({"question": "x", "answer": None}, '"answer" must be text, not null.'),
        ({"question": "x", "answer": 7}, '"answer" must be text, not a number.'),
        ({"question": "x", "answer": True}, '"answer" must be text, not a truth value.'),
        ({"question": ["x"], "answer": "y"}, '"question" must be text, not a list.'),
        ({"question": " ", "answer": "y"}, '"question" is empty.'),
        ({"prompt": "x", "answer": "y"}, 'there is no "reference".'),
        ({"prompt": "x", "reference": "", "answer": "y"}, '"reference" is empty.'),
        ({"question": "x", "answer": "y", "lang": "fr"}, '"lang" must be "en" or "zh".'),
        ({"question": "x", "answer": "y", "lang": ["en"]}, '"lang" must be "en" or "zh".'),
        ({"question": "x", "answer": "y" * (2**20 + 1)}, "more than 1,048,576 characters"),
        ({"question": "x", "answer": "y", "z": "z" * 2**23}, "more than 8 MiB"),
    ],
)
def test_bad_line_has_one_plain_reason(line: bytes | str | dict[str, Any], expected: str) -> None:
    """Each thing that can be wrong with a line is named in a sentence on one line."""
    reason = why(line)

    assert expected in reason
    assert reason.endswith(".")
    assert reason.isprintable()


def test_megabyte_answer_is_a_task() -> None:
    """An answer of a megabyte is graded, whatever JSON spends on its characters."""
    for text in ("x" * 2**20, "\x01" * 10**6, "长" * 10**6):
        [entry] = read({"question": KNOWN, "answer": text})

        assert isinstance(entry, Task)
        assert entry.text == text


def test_line_after_an_endless_one_is_read() -> None:
    """What goes beyond the longest line is skipped up to its end, and no further."""
    good = {"question": KNOWN, "answer": "x"}
    first, second = read(b"x" * (answers.MAX_LINE + 5_000_000) + b"\n", good)

    assert isinstance(first, Reject)
    assert first.values["line"] == 1
    assert len(first.values["raw"]) < 300
    assert isinstance(second, Task)


def test_mark_blank_lines_and_line_ends_do_not_matter() -> None:
    """A byte-order mark, blank lines, CRLF and a missing last newline are no answers."""
    line = json.dumps({"question": KNOWN, "answer": "x"}).encode()
    entries = read(b"\xef\xbb\xbf" + line + b"\r\n", b"\r\n", b"  \t\n", line)

    assert [type(entry) for entry in entries] == [Task, Task]


def test_raw_line_carries_its_number() -> None:
    """What is no JSON object is told by its line number, counting blank lines as an editor does."""
    [entry] = read(b"\n", "nonsense")

    assert isinstance(entry, Reject)
    assert entry.values == {"line": 2, "raw": "nonsense"}


def test_output_keeps_order_and_other_keys() -> None:
    """Lines come out in order with every key they came with."""
    lines = graded_lines(
        {"id": 1, "question": KNOWN, "answer": "nothing"},
        "nonsense",
        {"id": 3, "question": "no-such-question", "answer": "x", "note": {"长": [1.5, None]}},
    )

    assert lines[0]["id"] == 1
    assert {"score", "band", "points", "misconceptions", "flags", "grader"} <= lines[0].keys()
    assert lines[1]["line"] == 2
    assert lines[2]["note"] == {"长": [1.5, None]}
    assert "no-such-question" in lines[2]["error"]
    assert "score" not in lines[2]


def test_graded_again_replaces_the_earlier_outcome() -> None:
    """What an earlier run added never stands beside what this one adds."""
    earlier = {"question": KNOWN, "answer": "x", "error": "old", "score": 99, "grader": "old"}
    again, refused = graded_lines(earlier, earlier | {"answer": "refuse"})

    assert "error" not in again
    assert again["score"] != 99
    assert refused["error"] == "this cannot be graded"
    assert "score" not in refused


def test_one_failure_of_the_grader_costs_one_line() -> None:
    """A grader that stumbles over one answer still grades the next."""
    first, second = graded_lines(
        {"question": KNOWN, "answer": "stumble"}, {"question": KNOWN, "answer": "x"}
    )

    assert first["error"] == "the grader failed on this answer (ZeroDivisionError: by zero)."
    assert "score" in second


def test_bad_lines_load_nothing() -> None:
    """Where no line can be graded no grader is loaded."""
    out = io.BytesIO()
    desk = Desk(lambda: BANK, no_grader)
    entries = read("nonsense", {"question": "no-such-question", "answer": "x"})

    assert grade_lines(entries, desk, out, Progress(io.StringIO(), None)) == (2, 2)


@pytest.mark.parametrize(
    ("line", "default", "expected"),
    [
        ({"lang": "zh", "answer": "english"}, Language.EN, Language.ZH),
        ({"answer": "english"}, Language.ZH, Language.ZH),
        ({"answer": "english", "lang": None}, None, Language.EN),
        ({"answer": "低秩更新 LoRA"}, None, Language.ZH),
        ({"answer": ""}, None, Language.EN),
    ],
)
def test_language_is_the_lines_then_the_options_then_the_answers(
    line: dict[str, Any], default: Language | None, expected: Language
) -> None:
    """A line's own language counts first, then --lang, then what the answer is written in."""
    grader = KeywordGrader()
    [task] = read({"question": KNOWN} | line)
    Desk(lambda: BANK, lambda: grader, default).outcome(task)

    assert grader.given[0].language is expected


def test_evidence_is_a_slice_of_the_answer() -> None:
    """Evidence quotes the answer as it came, lone surrogates and full-width text included."""
    [point, *_] = BANK.rubric(KNOWN).points
    text = f"\ud800 ＡＢＣ {point.keywords[0].forms()[0]} [red] \x1b[31m"
    [line] = graded_lines({"question": KNOWN, "answer": text})
    found = [entry["evidence"] for entry in line["points"] if entry["evidence"]]

    assert line["answer"] == text
    assert found
    assert all(text[item["start"] : item["end"]] == item["text"] for item in found)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), _JSON), st.text())
def test_any_object_passes_through_as_it_came(extra: dict[str, Any], answer: str) -> None:
    """Whatever other keys hold comes out again, on one line that is ASCII-safe or printable."""
    kept = {key: value for key, value in extra.items() if key not in answers._ADDED}
    line = kept | {"question": KNOWN, "answer": answer, "lang": "en"}
    out = io.BytesIO()
    desk = Desk(lambda: BANK, KeywordGrader)
    grade_lines(read(line), desk, out, Progress(io.StringIO(), None))
    text = out.getvalue().decode("utf-8")

    assert text.endswith("\n")
    assert text[:-1].isprintable()
    assert json.loads(text).items() >= line.items()


@given(st.binary(max_size=300))
def test_any_bytes_give_entries(data: bytes) -> None:
    """No bytes whatever raise an error."""
    lines = [line for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]

    assert len(list(read_answers(io.BytesIO(data)))) == len(lines)


def test_json_escapes_what_could_steer_a_terminal() -> None:
    """Control, bidirectional and lone surrogate characters are escaped; Chinese is not."""
    text = "\x1b\x7f\x9b\u202e\ud800长"

    assert json_text(text) == '"\\u001b\\u007f\\u009b\\u202e\\ud800长"'
    assert json.loads(json_text("\U000e0001")) == "\U000e0001"


def test_output_file_appears_only_when_complete(tmp_path: Path) -> None:
    """A run that fails leaves what was there before, and nothing else."""
    path = tmp_path / "out.jsonl"
    path.write_text("before")

    def fail_half_way() -> None:
        with opened(str(path)) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]

    with opened(str(path)) as file:
        file.write(b"whole")
        assert path.read_text() == "before"

    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def test_output_keeps_mode_and_link(tmp_path: Path) -> None:
    """A file that exists keeps its permissions, and a link to it stays a link."""
    path, link = tmp_path / "out.jsonl", tmp_path / "link"
    path.touch(mode=0o600)
    link.symlink_to(path)
    with opened(str(link)) as file:
        file.write(b"x")

    assert link.is_symlink()
    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600


def test_output_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A missing folder is told in one line."""
    with (
        pytest.raises(StorageError, match=r"^Cannot write .*: No such file or directory\.$"),
        opened(str(tmp_path / "missing" / "out.jsonl")),
    ):
        pass


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


def test_progress_shows_count_rate_and_time_left() -> None:
    """The rate counts from the end of loading."""
    moment = 0.0
    stream = Terminal()
    progress = Progress(stream, 10, lambda: moment)
    moment = 60.0
    progress.begin()
    for _ in range(4):
        moment += 1.0
        progress.step()

    assert stream.getvalue().endswith("\r\x1b[K4 of 10 · 1.0 a second · 6 s left")


def test_progress_is_silent_off_a_terminal() -> None:
    """Nothing is written where nobody watches."""
    stream = io.StringIO()
    progress = Progress(stream, 10)
    progress.note("loading")
    progress.step()
    progress.end()

    assert stream.getvalue() == ""


def test_time_left_reads_as_a_person_says_it() -> None:
    """Seconds, minutes and hours are told apart."""
    assert [left(5), left(65), left(3660)] == ["5 s", "1 min 05 s", "1 h 01 min"]
