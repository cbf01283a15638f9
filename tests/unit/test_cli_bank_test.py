"""``mockint bank test``: which questions it takes, what it says, with which exit status."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from content_samples import bi, put, put_pair
from grading_core_samples import QUESTION, RUBRIC

from mockint.app import locations, proving
from mockint.app.proving import Case, cases, prove_all
from mockint.cli import main
from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError, GradingError
from mockint.domain.language import Language
from mockint.domain.ports import Problem
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.grader import RubricGrader
from mockint.grading.proof.answers import Kind, Part
from mockint.grading.proof.judge import Check, Proof

Prove = Callable[[Sequence[Case], str, int], Generator[tuple[int, Proof]]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that a test writes lies below its own folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MOCKINT_HOME", str(folder))
    (folder / "config").mkdir(parents=True)
    (folder / "config/config.toml").write_text('encoder = "hashing"\n')
    return folder


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small pack in place of the shipped one, which takes a second to read."""
    folder = tmp_path / "shipped"
    put_pair(folder, "lora-idea")
    put_pair(folder, "sft-idea", "sft")
    monkeypatch.setattr(locations, "shipped_bank", lambda: folder)
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with three questions on two topics."""
    folder = tmp_path / "mine"
    put_pair(folder, "my-lora")
    put_pair(folder, "my-rank", covers=["my-alpha"])
    put_pair(folder, "my-rag", "rag", reference=bi("Documents are fetched."))
    return folder


def check(kind: Kind, reason: str = "") -> Check:
    path, key = "rubrics/lora/x.toml", "points[2].twin.en"
    problem = Problem(path, key, reason) if reason else None
    return Check(kind, Language.EN, Part.RUBRIC, key, 31.0, 0, 25, problem)


def proved(checks: Callable[[Case], tuple[Check, ...]]) -> Prove:
    """Instead of the processes: the questions in reverse order, as whichever is done first."""

    def prove_them(every: Sequence[Case], setting: str, jobs: int) -> Generator[tuple[int, Proof]]:
        for place in reversed(range(len(every))):
            yield place, Proof(every[place].question.id, checks(every[place]), 7, "fake")

    return prove_them


@pytest.fixture
def one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twins of my-rank score 31; all else is well."""

    def checks(case: Case) -> tuple[Check, ...]:
        reason = 'scores 31, must be under 25: "x\x1b[2J"' if case.question.id == "my-rank" else ""
        return (check(Kind.REFERENCE), check(Kind.TWIN, reason))

    monkeypatch.setattr(proving, "prove_all", proved(checks))


@pytest.mark.parametrize(
    ("below", "ids", "expected"),
    [
        (".", (), ["my-lora", "my-rank", "my-rag"]),
        ("questions/lora", (), ["my-lora", "my-rank"]),
        ("rubrics/rag/my-rag.toml", (), ["my-rag"]),
        (".", ("my-rag",), ["my-rag"]),
        (".", ("my-alpha", "my-rank"), ["my-rank"]),
    ],
)
def test_questions_below_a_path(
    pack: Path, below: str, ids: tuple[str, ...], expected: list[str]
) -> None:
    """A pack, a folder in it or a file names its questions, an id narrows them down."""
    found = cases([pack / below], ids)

    assert [case.question.id for case in found] == expected
    assert all(case.rubric.question_id == case.question.id for case in found)
    assert all(case.other and case.other.topic != case.question.topic for case in found)


def test_zip_file_is_a_pack(pack: Path) -> None:
    """A zip file is taken like the folder it was made of."""
    archive = shutil.make_archive(str(pack.parent / "zipped"), "zip", pack)

    found = [case.question.id for case in cases([Path(archive)])]
    assert found == [case.question.id for case in cases([pack])]


def test_id_outside_of_the_paths_is_an_error(pack: Path) -> None:
    """An id that exists, but not below the paths, is told; so is one that does not exist."""
    with pytest.raises(ContentError, match="my-rag: not among the questions"):
        cases([pack / "questions/lora"], ["my-rag"])
    with pytest.raises(ContentError, match="no question"):
        cases([pack], ["nonsense-of-mine"])


def test_real_processes_prove_every_question(pack: Path) -> None:
    """Each question comes back once from the processes, graded by the encoder of the setting."""
    every = cases([pack])
    found = dict(prove_all(every, "hashing", 2))

    assert [found[place].question_id for place in range(3)] == ["my-lora", "my-rank", "my-rag"]
    assert len({proof.fingerprint for proof in found.values()}) == 1
    assert all(proof.gradings > 20 for proof in found.values())


def test_misconceptions_move_no_score() -> None:
    """Scores and verdicts are the same without a rubric's misconceptions, which are left out."""
    grader = RubricGrader(HashingEncoder())
    said = f"{QUESTION.reference.en} {RUBRIC.misconceptions[0].statement.en}"
    answer = Answer(said, Language.EN)
    grade = grader.grade(QUESTION, RUBRIC, answer)
    bare = grader.grade(QUESTION, replace(RUBRIC, misconceptions=()), answer)

    assert RUBRIC.misconceptions
    assert (bare.score, bare.points, bare.flags) == (grade.score, grade.points, grade.flags)


def test_dead_process_is_one_clear_error(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies ends the command with what to do, and leaves none behind."""
    monkeypatch.setattr(proving, "_prove", die)
    with pytest.raises(GradingError, match="--jobs 1"):
        list(prove_all(cases([pack]), "hashing", 2))


def die(setting: str, folder: Path, case: Case) -> Proof:
    """Ends a process as the system does when memory runs out."""
    os._exit(9)


@pytest.mark.usefixtures("one_fails")
def test_problems_table_and_sum(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The problem comes first, by file and key, then the table; status 1."""
    assert main(["bank", "test", str(pack)]) == 1
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("rubrics/lora/x.toml:points[2].twin.en: scores 31, must be under")
    assert "\x1b" not in lines[0]
    assert [line.split() for line in lines[2:5]] == [
        ["passed", "total"],
        ["reference", "3", "3"],
        ["one", "twin", "2", "3", "!"],
    ]
    assert lines[-1].startswith("3 questions, 21 answers graded in ")
    assert lines[-1].endswith(": 1 problem.")


@pytest.mark.usefixtures("one_fails")
def test_all_well_is_status_0(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing fails the status is 0 and the last line says so."""
    assert main(["bank", "test", str(pack), "--id", "my-lora", "my-rag"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(": all is well.")


@pytest.mark.usefixtures("one_fails")
def test_json_to_a_file_and_to_stdout(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file stands beside the table, - replaces it; both hold scores, problems and kinds."""
    assert main(["bank", "test", str(pack), "--json", str(tmp_path / "out.json")]) == 1
    assert "passed" in capsys.readouterr().out
    data = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))

    assert data["questions"] == 3
    assert data["kinds"][1] == {"kind": "one twin", "passed": 2, "total": 3}
    assert [(p["question"], p["path"], p["key"]) for p in data["problems"]] == [
        ("my-rank", "rubrics/lora/x.toml", "points[2].twin.en")
    ]
    assert [c["question"] for c in data["checks"] if not c["passed"]] == ["my-rank"]
    assert data["checks"][0]["score"] == 31.0


@pytest.mark.usefixtures("one_fails")
def test_files_that_cannot_be_used_count_as_problems(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken file is told like a grade that is off, and the rest is graded all the same."""
    put(pack, "questions", "lora", "broken", "id = \n")
    assert main(["bank", "test", str(pack / "questions/lora"), "--id", "my-lora"]) == 1
    out = capsys.readouterr().out

    assert "mine/questions/lora/broken.toml" in out
    assert "\n1 question, 7 answers" in out


@pytest.mark.usefixtures("one_fails")
def test_two_packs_are_told_apart(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With more than one pack every file carries the name of its own."""
    put_pair(tmp_path / "yours", "your-lora")
    assert main(["bank", "test", str(pack), str(tmp_path / "yours")]) == 1

    assert capsys.readouterr().out.startswith("mine/rubrics/lora/x.toml:")


def test_json_file_that_cannot_be_written_is_told_first(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is graded where the result could not be kept."""

    def never(case: Case) -> tuple[Check, ...]:
        raise AssertionError(case)

    monkeypatch.setattr(proving, "prove_all", proved(never))
    assert main(["bank", "test", str(pack), "--json", str(tmp_path / "none/out.json")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_nothing_to_test(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path that is not there is a problem; a sound but empty pack is an error."""
    assert main(["bank", "test", str(tmp_path / "none")]) == 1
    assert "there is no such file or folder" in capsys.readouterr().out
    for part in ("questions", "rubrics"):
        (tmp_path / "empty" / part).mkdir(parents=True)
    assert main(["bank", "test", str(tmp_path / "empty")]) == 1
    assert "no question to test" in capsys.readouterr().err


def test_interrupt_is_one_line(
    pack: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with status 130 and one line, and what works on the questions is told to end."""
    closed = []

    def interrupted(every: Sequence[Case], setting: str, jobs: int) -> Generator[tuple[int, Proof]]:
        try:
            yield 0, Proof(every[0].question.id, (), 1, "fake")
            raise KeyboardInterrupt
        finally:
            closed.append(True)

    monkeypatch.setattr(proving, "prove_all", interrupted)
    assert main(["bank", "test", str(pack)]) == 130
    captured = capsys.readouterr()

    assert captured.out == ""
    assert captured.err.splitlines()[-1] == "mockint: stopped."
    assert captured.err.count("stopped") == 1
    assert closed == [True]


def test_no_process_outlives_the_command(pack: Path) -> None:
    """Where the command is killed outright, the processes it started end by themselves."""
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from mockint.app.proving import cases, prove_all\n"
        "import multiprocessing\n"
        "if __name__ == '__main__':\n"
        "    under_way = prove_all(cases([Path(sys.argv[1])]), 'hashing', 1)\n"
        "    next(under_way)\n"
        "    print(*(p.pid for p in multiprocessing.active_children()), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    script = pack / "run.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script), str(pack)],
        env=os.environ | {"PYTHONPATH": str(Path(proving.__file__).parents[2])},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    pids = [int(pid) for pid in done.stdout.split()]

    assert pids
    deadline = time.monotonic() + 10
    while any(map(_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(_alive, pids))


def _alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has collected yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "65"])
def test_number_of_processes_is_checked(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A number of processes that makes no sense is wrong usage."""
    with pytest.raises(SystemExit) as stop:
        main(["bank", "test", "--jobs", wrong])

    assert stop.value.code == 2
    assert "--jobs" in capsys.readouterr().err


def test_default_is_the_shipped_bank(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path the shipped questions are tested, all of them."""
    told: list[Case] = []

    def checks(case: Case) -> tuple[Check, ...]:
        told.append(case)
        return (check(Kind.REFERENCE),)

    monkeypatch.setattr(proving, "prove_all", proved(checks))
    main(["bank", "test"])

    assert {case.question.id for case in told} == {"lora-idea", "sft-idea"}
    assert {case.pack for case in told} == {shipped}
