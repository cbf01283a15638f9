"""The grader card: sets, folds, attacks, speed and the command, with graders that are made up."""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grading_core_samples import QUESTION, RUBRIC

from mockint.cli import bench
from mockint.cli.parser import parse
from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError
from mockint.domain.grade import Band, Grade
from mockint.domain.language import Bilingual, Language
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric, SampleAnswer
from mockint.grading.bench import heldout, speed
from mockint.grading.bench.attacks import Written, read_written, withstood
from mockint.grading.bench.card import markdown, table
from mockint.grading.bench.people import Plan, agreement, fewer, published
from mockint.grading.bench.sets import read_set
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.reference import load_heads

HASHING = (HashingEncoder(), None)
FACTS = ("lists keep order", "sets drop copies", "tuples never change", "maps find keys")


def about(features: Any, questions: Sequence[str]) -> heldout.Inputs:
    """Answers of which nothing but their features is known."""
    nothing = np.zeros((len(questions), 1))
    return heldout.Inputs(np.asarray(features), np.array(questions), nothing, nothing)


def write_set(path: Path, **changes: str) -> Path:
    """A set of four questions; an answer is worth the share of the reference that it has."""
    columns = ["qid", "question", "reference_answer", "student_answer", "score", "max_score"]
    columns += ["label", "score_1", "score_2"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for number, fact in enumerate(FACTS):
            words = [*fact.split(), "always", "so", "programs", "stay", "short"]
            for said in range(len(words) + 1):
                score = 4.0 * said / len(words)
                row = {
                    "qid": f"q{number}",
                    "question": "What is it for?",
                    "reference_answer": " ".join(words),
                    "student_answer": " ".join(words[:said]) or "bananas",
                    "score": f"{score:.3f}",
                    "max_score": "4",
                    "label": ("contradictory", "correct")[said > 3],
                    "score_1": f"{score:.3f}",
                    "score_2": f"{min(4.0, score + 0.5):.3f}",
                }
                writer.writerow(row | changes)
    return path


def test_a_set_reads_as_it_stands(tmp_path: Path) -> None:
    """Rows become answers with grades from 0 to 1 and the scale they were given on."""
    found = read_set(write_set(tmp_path / "mini.csv"))
    assert (found.name, len(found.answers), found.scale) == ("mini", 36, 4.0)
    assert found.grades.max() == 1.0
    assert found.answers[1].raters == (0.5, 1.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"score": "lots"}, "mini.csv:2: score is not a number"),
        ({"score": "5"}, "mini.csv:2: the score 5 is not from 0 to 4"),
        ({"max_score": "nan"}, "mini.csv:2: max_score is not a number"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, changes: dict[str, str], reason: str) -> None:
    """What is wrong with a row is said with its file and line."""
    with pytest.raises(ContentError, match=reason):
        read_set(write_set(tmp_path / "mini.csv", **changes))


def test_a_set_without_its_columns_is_refused(tmp_path: Path) -> None:
    """A file of another form says which columns it lacks."""
    (tmp_path / "other.csv").write_text("qid,question\n1,2\n")
    with pytest.raises(ContentError, match="no column max_score, reference_answer"):
        read_set(tmp_path / "other.csv")


def test_no_question_lies_on_both_sides() -> None:
    """Every answer is set aside exactly once, together with all answers to its question."""
    questions = np.array([f"q{n % 7}" for n in range(50)])
    parts = heldout.folds(questions, 3)
    assert (np.sum(parts, axis=0) == 1).all()
    for part in parts:
        assert not set(questions[part]) & set(questions[~part])


def test_nothing_is_learned_from_the_question_graded() -> None:
    """Grades that another question contradicts are not learned from the question itself."""
    grades = np.array([0.0, 1.0, 1.0, 0.0])
    inputs = about([[0.0], [1.0], [0.0], [1.0]], ["a", "a", "b", "b"])
    got = heldout.predicted(inputs, grades[:, None])[:, 0]
    assert got[0] > got[1]
    assert got[2] < got[3]


def test_a_plain_rule_is_learned() -> None:
    """What holds for other questions is found again on one that was set aside."""
    random = np.random.default_rng(1)
    features = random.normal(size=(120, 3))
    grades = 1 / (1 + np.exp(-features[:, 0]))
    inputs = about(features, [f"q{n % 12}" for n in range(120)])
    got = heldout.predicted(inputs, grades[:, None])[:, 0]
    assert np.corrcoef(got, grades)[0, 1] > 0.9


def test_what_was_said_to_a_like_question_is_learned_from() -> None:
    """Where features say nothing, the grade of a like answer to a like question tells."""
    sides = np.tile(np.eye(2), (20, 1))
    inputs = heldout.Inputs(
        np.zeros((40, 1)), np.repeat([f"q{n}" for n in range(10)], 4), np.ones((40, 1)), sides
    )
    got = heldout.predicted(inputs, sides[:, :1])[:, 0]
    assert got[sides[:, 0] == 1.0].min() > got[sides[:, 0] == 0.0].max()


def test_leaving_questions_out_at_once_is_leaving_each_out() -> None:
    """The closed form gives what a fit on all other questions gives."""
    random = np.random.default_rng(3)
    rows, grades = random.normal(size=(30, 4)), random.random((30, 1))
    matrix, questions = rows @ rows.T, np.array([f"q{n % 5}" for n in range(30)])
    got = heldout._left_out(matrix, questions, grades, np.zeros(1))
    for name in np.unique(questions):
        mine = questions == name
        known = heldout._with_graders(matrix[np.ix_(~mine, ~mine)], questions[~mine])
        alone = matrix[np.ix_(mine, ~mine)] @ np.linalg.solve(known, grades[~mine])
        assert got[mine] == pytest.approx(alone, abs=1e-9)


def test_many_answers_are_graded_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are too many to learn from all, a sample of other questions teaches the rule."""
    monkeypatch.setattr(heldout, "_MOST_ROWS", 60)
    random = np.random.default_rng(1)
    features = random.normal(size=(120, 3))
    grades = 1 / (1 + np.exp(-features[:, 0]))
    got = heldout.predicted(about(features, [f"q{n % 12}" for n in range(120)]), grades[:, None])
    assert np.corrcoef(got[:, 0], grades)[0, 1] > 0.9


def test_one_question_cannot_be_held_out() -> None:
    """With a single question there is nothing to learn from."""
    with pytest.raises(ValueError, match="one question"):
        heldout.predicted(about(np.zeros((2, 1)), ["a", "a"]), np.zeros((2, 1)))


def test_agreement_of_a_set_that_words_decide(tmp_path: Path) -> None:
    """Where grades follow the words given back, order is right, and every measure has figures."""
    graded = read_set(write_set(tmp_path / "mini.csv"))
    steps: list[int] = []
    found = agreement(
        graded,
        HASHING,
        [head for head, _ in load_heads()],
        lambda: steps.append(1),
        Plan(draws=20),
    )
    assert len(steps) == 36
    assert set(found["systems"]) == {
        "held out", "as shipped", "token recall alone", "cosine with the same encoder",
    }  # fmt: skip
    value, low, high = found["systems"]["token recall alone"]["order"]
    assert low <= value <= high
    assert value > 0.95
    assert found["people"]["mae"][0] == pytest.approx(4 / 9, abs=0.1)
    assert found["labels"]["held out"]["contradictory"][0] > 0.5


def test_weights_fitted_on_a_set_are_kept_out_of_its_figures(tmp_path: Path) -> None:
    """Weights that saw a set's questions would give them away: they are neither shown nor used."""
    graded = read_set(write_set(tmp_path / "mini.csv"))
    found = agreement(graded, HASHING, (), lambda: None, Plan(draws=5))
    assert "as shipped" not in found["systems"]
    assert found["fitted"] is True


def test_fewer_takes_whole_questions(tmp_path: Path) -> None:
    """A quick look takes every nth question with all its answers."""
    some = fewer(read_set(write_set(tmp_path / "mini.csv")), 2)
    assert set(some.questions.tolist()) == {"q0", "q2"}
    assert len(some.answers) == 18


def test_published_figures_name_their_source() -> None:
    """No figure of others without who reported it."""
    assert all(one["source"] for systems in published().values() for one in systems)


ATTACKS = [
    ("lora-idea", "en", "excellent", 95, 90.0),
    ("lora-idea", "en", "sloppy", 90, 40.0),
    ("lora-idea", "en", "flipped", 5, 60.0),
    ("lora-idea", "zh", "flipped", 5, 40.0),
]


def written() -> list[Written]:
    return [Written(q, Language(lang), kind, t, kind) for q, lang, kind, t, _ in ATTACKS]


def test_attacks_by_hand() -> None:
    """Of four pairs 15 apart one is wrong and one tied; flipped beats sloppy in 1.5 of 2."""
    found = withstood(written(), [score for *_, score in ATTACKS])
    assert found["order"][0] == pytest.approx(2.5 / 4)
    assert found["order_in_one_language"] == pytest.approx(0.5)
    assert found["kinds"]["flipped"]["beats_sloppy"] == pytest.approx(0.75)
    assert found["kinds"]["flipped"]["beats_excellent"] == 0.0
    assert found["languages"] == {"pairs": 1, "difference": 20.0, "apart": 20.0}
    assert list(found["kinds"]) == ["excellent", "sloppy", "flipped"]


def test_written_answers_say_where_they_are_wrong(tmp_path: Path) -> None:
    """A line that is not of the form is named by file and line; an empty folder is refused."""
    with pytest.raises(ContentError, match=r"no \.jsonl files"):
        read_written(tmp_path)
    (tmp_path / "a.jsonl").write_text('\n{"question": "x", "lang": "fr"}\n')
    with pytest.raises(ContentError, match=r"a\.jsonl:2: not a line like"):
        read_written(tmp_path)


class LengthGrader:
    """Longer is better: a grader that needs no model."""

    fingerprint = "length"

    def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """The length of the answer."""
        assert question
        assert rubric
        score = float(min(100, len(answer.text)))
        return Grade(score, Band.of(score), (), (), (), self.fingerprint)


class OneQuestion:
    """A bank with one question."""

    problems = ()
    size = 1

    def summaries(self) -> tuple[Any, ...]:
        """Its one question."""
        return (argparse.Namespace(id="lora-idea"),)

    def question(self, question_id: str) -> Question:
        """The question; refuses others."""
        if question_id != "lora-idea":
            raise ContentError("no such question")
        return QUESTION

    def rubric(self, question_id: str) -> Rubric:
        """A rubric of six points."""
        self.question(question_id)
        sample = SampleAnswer(Band.GOOD, Bilingual("W0 stays frozen.", "W0 冻结。"))
        return Rubric("lora-idea", RUBRIC.points * 3, (), (sample,))


def ticking() -> Iterator[float]:
    at = 0.0
    while True:
        yield at
        at += 0.5


def test_latency_is_the_ratio_of_medians() -> None:
    """Grader and encoder take a tick each, so the ratio is one; texts never repeat."""
    seen: list[str] = []

    class Seeing(HashingEncoder):
        def encode(self, texts: Sequence[str]) -> Any:
            seen.extend(texts)
            return super().encode(texts)

    clock = ticking()
    bank = OneQuestion()
    asked = bank.question("lora-idea"), bank.rubric("lora-idea")
    found = speed.latency(asked, LengthGrader(), Seeing(), lambda: next(clock), rounds=4)
    assert found == {
        "grader_seconds": 0.5, "encoder_seconds": 0.5, "ratio": 1.0, "rounds": 4,
    }  # fmt: skip
    assert len(seen) == len(set(seen))
    assert len(speed.of_length(QUESTION, "7").split()) == speed.WORDS


def test_lines_for_bulk_are_all_different() -> None:
    """No line repeats another, so nothing is graded from memory."""
    lines = bench.bulk_lines(OneQuestion(), ["lora-idea"], 5)
    assert len({line["answer"] for line in lines}) == 5


def test_what_is_absent_is_named(tmp_path: Path) -> None:
    """Without data the card is empty and says for each part what was missing."""
    write_set(tmp_path / "mohler.csv")
    asked = parse(["bench", "--data", str(tmp_path), "--only", "mohler", "saf", "--quick"])
    clock = ticking()
    card = bench.build(asked, OneQuestion(), HASHING, LengthGrader(), lambda: next(clock))
    assert card["sets"] == []
    assert card["skipped"] == [
        "mohler: answers to one question only",
        f"saf: no {tmp_path / 'saf.csv'}",
        "answers written to mislead: no --adversarial",
    ]


def test_the_card_holds_what_was_measured(tmp_path: Path) -> None:
    """A set and attacks come out in the card, as JSON and as Markdown; unknown ids are named."""
    write_set(tmp_path / "mohler.csv")
    lines = [
        {"question": q, "lang": "en", "kind": kind, "target": t, "answer": "x" * t}
        for q in ("lora-idea", "nothing")
        for kind, t in (("excellent", 90), ("flipped", 5))
    ]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    asked = parse(
        ["bench", "--data", str(tmp_path), "--adversarial", str(tmp_path), "--only", "mohler"]
    )
    clock = ticking()
    card = bench.build(asked, OneQuestion(), HASHING, LengthGrader(), lambda: next(clock))
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    text = markdown(card)
    assert "## mohler" in text
    assert "Sultan et al. 2016" in text
    assert "100.0% within one language" in text
    assert "nothing" in card["skipped"][0]
    assert text.count("| flipped") == 1


def test_a_folder_that_is_not_there_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    """A mistyped path costs no minutes."""
    with pytest.raises(ContentError, match="no such folder"):
        bench.run(parse(["bench", "--data", str(tmp_path / "nowhere")]))


def test_a_table_lines_up() -> None:
    """Cells stand below each other: names to the left, figures to the right."""
    assert list(table(("a", "n"), [("long", "1"), ("b", "22")])) == [
        "| a    |  n |",
        "| ---- | -: |",
        "| long |  1 |",
        "| b    | 22 |",
    ]
