"""``mockint grade`` on a file: order, several processes, interruption and going on."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from content_samples import put_pair
from hypothesis import given
from hypothesis import strategies as st

from mockint.app import locations, processes
from mockint.app.marking import Batch, Marker, Marks
from mockint.cli import bulk, main
from mockint.cli.journal import Journal, opened_journal, place_for
from mockint.domain.errors import StorageError

SAID = (
    "The pre-trained weights stay frozen and only a low-rank update is trained.",
    "B starts at zero.\nA is random, so nothing changes at first.",
    "I don't know.",
    "底座冻结, 只训练低秩的更新。",
    "All weights are trained.",
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that a test writes lies below its own folder; small batches, a small bank."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MOCKINT_HOME", str(folder))
    (folder / "config").mkdir(parents=True)
    (folder / "config/config.toml").write_text('encoder = "hashing"\n')
    shipped = tmp_path / "shipped"
    put_pair(shipped, "lora-idea")
    put_pair(shipped, "sft-idea", "sft")
    monkeypatch.setattr(locations, "shipped_bank", lambda: shipped)
    monkeypatch.setattr(bulk, "_BATCH", 3)
    return folder


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The answers that were really graded, in order."""
    texts: list[str] = []
    mark = Marker.mark

    def noting(self: Marker, batch: Batch) -> Marks:
        texts.extend(answer.text for paper in batch for answer in paper.answers)
        return mark(self, batch)

    monkeypatch.setattr(Marker, "mark", noting)
    return texts


def lines() -> list[dict[str, Any]]:
    own = {"prompt": "What is LoRA?", "reference": "Weights are frozen. Two matrices are trained."}
    asked = ({"question": "lora-idea"}, {"question": "sft-idea"}, own)
    every = [
        {"n": 5 * place + number, **one, "answer": text}
        for place, one in enumerate(asked)
        for number, text in enumerate(SAID)
    ]
    return [*every, {"n": 15, "question": "nonsense", "answer": "x"}, {"n": 16}]


def write(path: Path, given: Sequence[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in given), encoding="utf-8")
    return path


def by_number(path: Path) -> dict[int, str]:
    return {json.loads(line)["n"]: line for line in path.read_text(encoding="utf-8").splitlines()}


def interrupt_after(monkeypatch: pytest.MonkeyPatch, batches: int) -> None:
    mark, left = Marker.mark, [batches]

    def stopping(self: Marker, batch: Batch) -> Marks:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return mark(self, batch)

    monkeypatch.setattr(Marker, "mark", stopping)


def test_same_bytes_with_any_number_of_processes_in_any_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line comes out the same alone, in a batch, in two processes and in any company."""
    given = lines()
    shuffled = [*given[1::2], *given[::-2]]
    one, two = write(tmp_path / "one", given), write(tmp_path / "two", shuffled)
    assert main(["grade", str(one), "-o", str(tmp_path / "1.jsonl"), "--jobs", "1"]) == 3
    assert main(["grade", str(two), "-o", str(tmp_path / "2.jsonl"), "--jobs", "2"]) == 3
    found = by_number(tmp_path / "1.jsonl")

    assert list(found) == [line["n"] for line in given]
    assert list(by_number(tmp_path / "2.jsonl")) == [line["n"] for line in shuffled]
    assert by_number(tmp_path / "2.jsonl") == found
    for line in given[::6]:
        alone = write(tmp_path / "alone", [line])
        main(["grade", str(alone), "-o", str(tmp_path / "3.jsonl")])
        assert by_number(tmp_path / "3.jsonl") == {line["n"]: found[line["n"]]}
    assert "2 of 17 lines could not be graded" in capsys.readouterr().err


def test_interrupted_run_goes_on(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    marked: list[str],
) -> None:
    """Ctrl-C says one line and exits 130; the next run grades the rest and nothing twice."""
    source, target = write(tmp_path / "in.jsonl", lines()), tmp_path / "out.jsonl"
    command = ["grade", str(source), "-o", str(target)]
    assert main([*command[:-1], str(tmp_path / "whole.jsonl")]) == 3
    marked.clear()
    capsys.readouterr()
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2)
        assert main(command) == 130
    said = capsys.readouterr().err

    [stopped] = [line for line in said.splitlines() if "No embedding model" not in line]
    assert "6 of 17 lines are kept" in stopped
    assert not target.exists()
    assert len(marked) == 6
    assert main(command) == 3
    assert len(marked) == 15
    assert target.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert not place_for(str(target)).exists()


@pytest.mark.parametrize("cut", [1, 40, 700])
def test_what_was_cut_short_is_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    """A last line that was written by half is thrown away, those before it are not."""
    source, target = write(tmp_path / "in.jsonl", lines()), tmp_path / "out.jsonl"
    assert main(["grade", str(source), "-o", str(tmp_path / "whole.jsonl")]) == 3
    with monkeypatch.context() as patch:
        interrupt_after(patch, 2)
        main(["grade", str(source), "-o", str(target)])
    part = place_for(str(target))
    part.write_bytes(part.read_bytes()[:-cut])
    main(["grade", str(source), "-o", str(target)])

    assert target.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_changed_lines_are_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marked: list[str]
) -> None:
    """A line that changed since, and one that moved, do not get the grade of what was there."""
    given, target = lines()[:5], tmp_path / "out.jsonl"
    source = write(tmp_path / "in.jsonl", given)
    with monkeypatch.context() as patch:
        interrupt_after(patch, 1)
        assert main(["grade", str(source), "-o", str(target)]) == 130
    write(source, [given[0], given[1] | {"answer": "Something else."}, given[3], given[2]])
    marked.clear()
    assert main(["grade", str(source), "-o", str(target)]) == 0

    assert marked == ["Something else.", SAID[3], SAID[2]]
    assert list(by_number(target)) == [0, 1, 3, 2]


def test_other_grader_and_fresh_grade_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marked: list[str]
) -> None:
    """Grades of another grader are not kept, nor any where the person wants none."""
    source, target = write(tmp_path / "in.jsonl", lines()[:5]), tmp_path / "out.jsonl"
    command = ["grade", str(source), "-o", str(target)]
    with monkeypatch.context() as patch:
        patch.setattr(Marker, "fingerprint", lambda _: "another")
        interrupt_after(patch, 1)
        assert main(command) == 130
        marked.clear()
    assert main(command) == 0
    assert len(marked) == 5
    with monkeypatch.context() as patch:
        interrupt_after(patch, 1)
        assert main(command) == 130
    marked.clear()
    assert main([*command, "--fresh"]) == 0
    assert len(marked) == 5


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A second run to the same output is refused while the first is at it."""
    place = tmp_path / "out.jsonl.part"
    with (
        opened_journal(place, fresh=False),
        pytest.raises(StorageError, match="in use"),
        opened_journal(place, fresh=False),
    ):
        pass


@given(st.lists(st.binary(max_size=30), max_size=6), st.data())
def test_journal_keeps_whole_lines_alone(contents: list[bytes], data: st.DataObject) -> None:
    """Wherever a journal breaks off, what it still holds is what was put there."""
    lines = [content.replace(b"\n", b"") + b"\n" for content in contents]
    file = io.BytesIO()
    journal = Journal(file)
    journal.start("grader")
    for number, line in enumerate(lines):
        journal.keep(number, "same", line)
    end = data.draw(st.integers(0, len(file.getvalue())))
    again = Journal(io.BytesIO(file.getvalue()[:end]))
    again.recall(lambda: "grader")

    assert [again.line(number) for number in range(len(again))] == lines[: len(again)]
    if end == len(file.getvalue()):
        assert len(again) == len(lines)


def test_broken_line_before_any_grade(tmp_path: Path) -> None:
    """A file of bad lines alone is reported without a grader."""
    source = write(tmp_path / "in.jsonl", [{"n": 1}, {"n": 2}])
    assert main(["grade", str(source), "-o", str(tmp_path / "out.jsonl")]) == 3
    assert list(by_number(tmp_path / "out.jsonl")) == [1, 2]


def test_processes_follow_free_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many cores there are, memory for one process gives one, and none gives one."""
    memory = tmp_path / "meminfo"
    monkeypatch.setattr(processes, "_MEMORY", memory)
    for kilobytes in (2_000_000, 1000):
        memory.write_text(f"MemTotal: 9 kB\nMemAvailable: {kilobytes} kB\n")
        assert processes.affordable() == 1


@pytest.mark.parametrize(
    ("count", "jobs", "most"), [(1, 1, 1), (7, 1, 3), (12, 2, 3), (13, 2, 3), (3, 2, 2), (4, 8, 1)]
)
def test_batches_are_even(count: int, jobs: int, most: int) -> None:
    """Every process gets as many batches of as many lines, none of more than a batch holds."""
    assert bulk._even(count, jobs) == most
