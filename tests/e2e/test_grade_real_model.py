"""``mockint grade`` on the real model and the shipped bank, as a script would call it."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.model

ROOT = Path(__file__).parents[2]
QUESTIONS = {"lora-idea": "lora", "rope-idea": "positional-encoding"}
LANGUAGES = ("en", "zh")
NON_ANSWERS = {
    "en": ("", "I don't know.", "I'm sorry, I have no idea, I never learned that."),
    "zh": ("", "我不知道。", "不好意思，这个我没学过，答不上来。"),
}
ODD = "[red]\x1b[31m[/] \ud800 \x00 low rank"
BAD_LINES = {
    b"nonsense": "not JSON",
    b'{"question": "no-such-question", "answer": "x"}': "no-such-question",
    b'{"question": "lora-idea", "answer": 7}': '"answer" must be text',
    b'{"question": "lora-idea", "answer": "\xff"}': "not UTF-8",
}


def content(part: str, question: str) -> dict[str, Any]:
    path = ROOT / part / QUESTIONS[question] / f"{question}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def keyword_list(question: str, language: str) -> str:
    points = content("rubrics", question)["points"]
    return ", ".join(word[language][0] for point in points for word in point["keywords"])


def answers() -> list[dict[str, Any]]:
    """A line per kind of answer, question and language; ``kind`` is passed through."""
    lines: list[dict[str, Any]] = []
    for question in QUESTIONS:
        [other] = set(QUESTIONS) - {question}
        for lang in LANGUAGES:
            asked, foreign = content("questions", question), content("questions", other)
            kinds = [
                ("reference", asked["reference"][lang]),
                ("echo", asked["prompt"][lang]),
                ("keywords", keyword_list(question, lang)),
                ("other", foreign["reference"][lang]),
                *(("non-answer", text) for text in NON_ANSWERS[lang]),
            ]
            lines += [
                {"kind": kind, "question": question, "answer": text, "lang": lang}
                for kind, text in kinds
            ]
    return lines


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, lines and stderr of one run over good and bad lines."""
    home = tmp_path_factory.mktemp("home")
    lines = [json.dumps(line, ensure_ascii=False).encode() for line in answers()]
    own = {
        "kind": "own",
        "prompt": "What is LoRA?",
        "reference": "LoRA freezes the pre-trained weights. It learns the update as the product of "
        "two thin matrices. After training the product is merged into the weights.",
        "answer": "LoRA freezes the pre-trained weights. It learns the update as the product of "
        "two thin matrices. After training the product is merged into the weights.",
    }
    odd = {
        "kind": "odd",
        "question": "lora-idea",
        "answer": ODD,
    }
    given = [*lines, json.dumps(own).encode(), json.dumps(odd).encode(), *BAD_LINES]
    done = subprocess.run(
        [sys.executable, "-m", "mockint", "grade", "-"],
        input=b"\n".join(given),
        cwd=ROOT,
        env=os.environ | {"MOCKINT_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    told = done.stderr.decode("utf-8")
    if done.returncode not in (0, 3):
        pytest.fail(told)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], told


Run = tuple[int, list[dict[str, Any]], str]


def scores(run: Run, kind: str) -> list[tuple[str, str, float]]:
    return [
        (line["question"], line["answer"][:40], line["score"])
        for line in run[1]
        if line.get("kind") == kind
    ]


def test_reference_answers_are_excellent(run: Run) -> None:
    """Who says what the reference says gets 85 or more, in both languages."""
    found = scores(run, "reference")

    assert len(found) == 4
    assert [item for item in found if item[2] < 85] == []


@pytest.mark.parametrize("kind", ["non-answer", "echo", "keywords", "other"])
def test_what_answers_nothing_earns_nothing(run: Run, kind: str) -> None:
    """Nothing, the question itself, bare keywords, another answer: each is under 20."""
    found = scores(run, kind)

    assert len(found) >= 4
    assert [item for item in found if item[2] >= 20] == []


def test_own_question_is_graded_by_its_reference(run: Run) -> None:
    """A line with prompt and reference needs no rubric."""
    [line] = [line for line in run[1] if line.get("kind") == "own"]

    assert line["score"] >= 85
    assert len(line["points"]) >= 3


def test_evidence_is_cut_from_the_answer(run: Run) -> None:
    """Every quotation lies where the offsets say, odd characters or not."""
    quoted = [
        (line["answer"], point["evidence"])
        for line in run[1]
        if "score" in line
        for point in line["points"]
        if point["evidence"]
    ]

    assert quoted
    assert all(text[e["start"] : e["end"]] == e["text"] for text, e in quoted)


def test_odd_characters_are_graded_and_passed_through(run: Run) -> None:
    """Markup, control characters and a lone surrogate come out as they came in."""
    [line] = [line for line in run[1] if line.get("kind") == "odd"]

    assert line["answer"] == ODD
    assert 0 <= line["score"] <= 100


def test_bad_lines_are_reported_in_order_and_cost_nothing_else(run: Run) -> None:
    """Each bad line has its reason, all others their grade; the run exits 3 and says how many."""
    status, lines, told = run
    good, bad = lines[: -len(BAD_LINES)], lines[-len(BAD_LINES) :]

    assert status == 3
    assert len(good) == len(answers()) + 2
    assert all("error" not in line for line in good)
    for line, reason in zip(bad, BAD_LINES.values(), strict=True):
        assert reason in line["error"]
    assert told == (
        f"mockint: {len(bad)} of {len(lines)} lines could not be graded; "
        'each says why under "error".\n'
    )


def test_one_grader_graded_everything(run: Run) -> None:
    """All grades of a run carry the same fingerprint."""
    assert len({line["grader"] for line in run[1] if "score" in line}) == 1
