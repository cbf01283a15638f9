"""The commands that print: what they say, and with which exit status."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mockint import __version__
from mockint.app import locations
from mockint.app.bootstrap import build_bank, build_runtime, build_store
from mockint.app.settings import Settings
from mockint.cli import main
from mockint.cli.terminal import heading, one_line, shortened
from mockint.domain.errors import StorageError
from mockint.domain.grade import Band, Grade
from mockint.domain.language import Language
from mockint.domain.session import AnswerRecord, Mode, Outcome, Plan, SessionState
from mockint.grading.encoders import choose

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
LORA = ("questions/lora/lora-idea.toml", "rubrics/lora/lora-idea.toml")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that a test writes lies below its own folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MOCKINT_HOME", str(folder))
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with one sound question and one file that does not parse."""
    folder = tmp_path / "mine"
    for name in LORA:
        copy = folder / name.replace("lora-idea", "my-lora")
        copy.parent.mkdir(parents=True)
        text = (locations.shipped_bank() / name).read_text(encoding="utf-8")
        copy.write_text(text.replace('"lora-idea"', '"my-lora"'), encoding="utf-8")
    (folder / "questions/lora/broken.toml").write_text("id = \n")
    return folder


def a_session(*, graded: bool) -> SessionState:
    grade = Grade(72.5, Band.GOOD, (), (), (), "test")
    record = AnswerRecord(
        0,
        "lora-idea",
        "What?",
        "Low rank.",
        Language.EN,
        Outcome.ANSWERED,
        90.0,
        NOW,
        grade=grade if graded else None,
    )
    plan = Plan(Mode.INTERVIEW, count=1)
    return SessionState("s1", plan, ("lora-idea",), ("lora",), NOW, (record,), elapsed=90.0)


def save(state: SessionState) -> None:
    store = build_store()
    store.begin(state)
    for record in state.records:
        store.save_record(state.id, record, elapsed=90.0)
        if record.grade is not None:
            store.save_grade(state.id, record.position, record.grade)
    store.finish(state.id, at=NOW, elapsed=90.0)
    store.close()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names program and version."""
    with pytest.raises(SystemExit) as stop:
        main(["--version"])

    assert stop.value.code == 0
    assert capsys.readouterr().out == f"mockint {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["bank"], ["grade"], ["bank", "list", "--level", "boss"]]
)
def test_wrong_usage_exits_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """A command line that makes no sense ends with status 2 and a usage line."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage: mockint" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["interview"], ["drill"], ["review"]])
def test_app_without_a_terminal_exits_2(
    arguments: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a terminal the app says so in one line and touches nothing."""
    status = main(arguments)

    assert status == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not home.exists()


def test_list_has_a_line_per_question(capsys: pytest.CaptureFixture[str]) -> None:
    """Each question has its line, and the filters leave only what they name."""
    assert main(["bank", "list"]) == 0
    every = capsys.readouterr().out.splitlines()
    assert main(["bank", "list", "--topic", "lora"]) == 0
    lora = capsys.readouterr().out.splitlines()
    assert main(["bank", "list", "--topic", "lora", "--level", "junior", "--json"]) == 0
    junior = json.loads(capsys.readouterr().out)

    assert 0 < len(lora) < len(every)
    assert any(line.startswith("lora-idea ") for line in lora)
    assert all(line.split()[1] == "lora" for line in lora)
    assert all(question["level"] == "junior" for question in junior)


def test_list_as_json_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON carries both languages of the prompt."""
    main(["bank", "list", "--topic", "lora", "--json"])
    found = {question["id"]: question for question in json.loads(capsys.readouterr().out)}

    assert set(found["lora-idea"]["prompt"]) == {"en", "zh"}
    assert found["lora-idea"]["topic"] == "lora"


def test_unknown_topic_and_id_name_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the finger is answered with what was probably meant."""
    assert main(["bank", "list", "--topic", "lor"]) == 1
    assert "Did you mean lora" in capsys.readouterr().err
    assert main(["bank", "show", "lora-ide"]) == 1
    assert "lora-idea" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_prints_everything(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Question, reference, hints, claims and twins are all there, in the language asked for."""
    bank = build_bank(Settings())
    question, rubric = bank.question("lora-idea"), bank.rubric("lora-idea")
    assert main(["bank", "show", "lora-idea", "--lang", language]) == 0
    out = capsys.readouterr().out
    wanted = [question.prompt, question.reference, *question.hints]
    for point in rubric.points:
        wanted += [point.statement, point.twin, point.probe, *point.paraphrases]

    assert [text.en for text in wanted if text[Language(language)].strip() not in out] == []


def test_show_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON holds question and rubric."""
    main(["bank", "show", "lora-idea", "--json"])
    shown = json.loads(capsys.readouterr().out)

    assert shown["question"]["id"] == "lora-idea"
    assert len(shown["rubric"]["points"]) >= 3


def test_pack_is_added_before_and_behind_the_command(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--pack works on both sides of the command; what is left out is said on stderr."""
    for arguments in (
        ["--pack", str(pack), "bank", "list"],
        ["bank", "list", "--pack", str(pack)],
        ["--pack", str(pack), "bank", "list", "--pack", str(pack)],
    ):
        assert main(arguments) == 0
        shown = capsys.readouterr()
        assert "\nmy-lora " in f"\n{shown.out}"
        assert "1 file was left out" in shown.err
        assert "mine/questions/lora/broken.toml" in shown.err


def test_missing_pack_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A pack that is not there is told in one line with status 1."""
    assert main(["--pack", str(tmp_path / "none"), "bank", "list"]) == 1
    assert capsys.readouterr().err.startswith("mockint: There is no pack ")


def test_check_of_a_broken_pack(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each problem is a line that begins with the file; status 1; sound files are counted."""
    assert main(["bank", "check", str(pack)]) == 1
    *problems, last = capsys.readouterr().out.splitlines()

    assert problems
    assert all(line.startswith("mine/questions/lora/broken.toml:") for line in problems)
    assert last == f"{len(problems)} problem{'s'[: len(problems) > 1]}; 2 files are fine."


def test_check_of_one_sound_file(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the file that was asked for is judged and counted."""
    assert main(["bank", "check", str(pack / "questions/lora/my-lora.toml")]) == 0
    assert capsys.readouterr().out == "1 file is fine.\n"


def test_check_without_a_path_covers_packs(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a start of the app left out is what the bare check reports."""
    assert main(["--pack", str(pack), "bank", "check"]) == 1
    assert "mine/questions/lora/broken.toml:" in capsys.readouterr().out


def test_stats_before_the_first_session(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing yet is an answer, not an error."""
    assert main(["stats"]) == 0
    assert "No sessions yet" in capsys.readouterr().out
    assert main(["stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["mean_score"] is None


def test_stats_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    """Counts, mean and mastery are those of the stored sessions."""
    save(a_session(graded=True))
    assert main(["stats", "--json"]) == 0
    stats = json.loads(capsys.readouterr().out)
    assert main(["stats"]) == 0
    text = capsys.readouterr().out

    assert (stats["interviews"], stats["answers"], stats["mean_score"]) == (1, 1, 72.5)
    assert stats["topics"] == [{"topic": "lora", "questions_answered": 1, "score": 72.5}]
    assert "72.5" in text


def test_runtime_tells_of_answers_without_a_grade() -> None:
    """What an earlier run left ungraded is announced."""
    save(a_session(graded=False))
    runtime = build_runtime()
    runtime.store.close()

    assert any("1 answer of an earlier session" in notice for notice in runtime.notices)


def test_runtime_tells_of_bad_settings_and_packs(home: Path, pack: Path) -> None:
    """A bad setting and a broken file are one sentence each."""
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text(f'count = "many"\npacks = ["{pack}"]\n')
    runtime = build_runtime()
    runtime.store.close()

    assert len(runtime.notices) == 2
    assert "count" in runtime.notices[0]
    assert "mine/questions/lora/broken.toml" in runtime.notices[1]


def test_data_file_of_another_kind_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A store that cannot be opened ends the command with status 1."""
    (home / "data").mkdir(parents=True)
    locations.database_file().write_bytes(b"not a database at all" * 100)

    assert main(["stats"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("mockint: ")
    assert err.count("\n") == 1
    with pytest.raises(StorageError):
        build_runtime()


def test_everything_made_is_private(home: Path) -> None:
    """Folders made by a first start are their owner's alone."""
    build_runtime().store.close()

    assert {path.name: path.stat().st_mode & 0o077 for path in home.iterdir()} == {
        "data": 0,
        "cache": 0,
    }


def test_doctor_on_a_fresh_machine(capsys: pytest.CaptureFixture[str]) -> None:
    """Every line begins with its state in words."""
    status = main(["doctor"])
    lines = capsys.readouterr().out.splitlines()

    assert {line.split()[0] for line in lines} <= {"ok", "warn", "fail"}
    assert status == int(any(line.startswith("fail") for line in lines))
    subjects = {line.split()[1] for line in lines}
    assert {"python", "packages", "encoder", "data", "questions", "terminal"} <= subjects


def test_doctor_finds_what_is_broken(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An encoder that is not there and a data file that is none fail, each on its line."""
    (home / "config").mkdir(parents=True)
    (home / "config/config.toml").write_text('encoder = "no such encoder"\n')
    (home / "data").mkdir(mode=0o700)
    locations.database_file().write_bytes(b"not a database at all" * 100)
    status = main(["doctor"])
    failed = [
        line.split()[1] for line in capsys.readouterr().out.splitlines() if line[:4] == "fail"
    ]

    assert status == 1
    assert failed == ["encoder", "sessions"]


def test_doctor_says_whether_english_is_read_by_both(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the second encoder grading by a reference is worse, and doctor says what to do."""
    monkeypatch.setattr(choose, "_minilm_folder", lambda: None)
    main(["doctor"])

    assert "the English one is not installed" in capsys.readouterr().out


def test_doctor_changes_nothing(home: Path) -> None:
    """A first look makes no data file."""
    main(["doctor"])

    assert not (home / "data").exists()


def test_grade_of_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    """An input that is not there is one line, status 1."""
    assert main(["grade", "/nowhere/answers.jsonl"]) == 1
    assert capsys.readouterr().err == (
        "mockint: Cannot read /nowhere/answers.jsonl: No such file or directory.\n"
    )


def test_grade_of_bad_lines_exits_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bad lines come out with their reason, in the file named, and are counted on stderr."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('nonsense\n{"question": "no-such-thing", "answer": "x"}\n')

    assert main(["grade", str(source), "-o", str(target)]) == 3
    assert all("error" in json.loads(line) for line in target.read_text().splitlines())
    assert "2 of 2 lines could not be graded" in capsys.readouterr().err


def test_hostile_content_reaches_no_terminal(
    pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of files and ids with control characters in them are made visible."""
    assert main(["bank", "show", "\x1b[31mred\n\x07"]) == 1
    (pack / "questions/lora/bad\x1b]0;x\x07.toml").write_text("=")
    main(["bank", "check", str(pack)])
    shown = capsys.readouterr()

    assert "\x1b" not in shown.out + shown.err
    assert "\x07" not in shown.out + shown.err


def test_interrupt_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C is one line and status 130."""

    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("mockint.cli.stats.run", interrupted)

    assert main(["stats"]) == 130
    assert capsys.readouterr().err == "mockint: stopped.\n"


def test_closed_pipe_is_quiet() -> None:
    """When nobody reads any more the command ends without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "mockint", "bank", "list"],
            cwd=Path(__file__).parents[2],
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writer)

    assert done.returncode == 141
    assert done.stderr == b""


def test_text_is_cut_to_terminal_cells() -> None:
    """A Chinese character takes two cells; what is cut ends in an ellipsis within the limit."""
    assert shortened("short", 5) == "short"
    assert shortened("longer", 5) == "long…"
    assert shortened("长长长", 6) == "长长长"
    assert shortened("长长长长", 6) == "长长…"
    assert heading("长a") == "长a\n---"
    assert one_line("a\n\x1b b") == "a ␛ b"
