"""Ten broken packs, and the manners of the check."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from content_samples import bi, point, put, put_pair, question, rubric, toml

from mockint.content.bank import open_bank
from mockint.content.check import check
from mockint.content.schema import MAX_FINDINGS
from mockint.domain.ports import Problem


def bad_toml(pack: Path) -> None:
    put_pair(pack, "bad")
    put(pack, "questions", "lora", "bad", 'id = "bad"\ntopic = "lora\nlevel = "mid"\n')


def unknown_key(pack: Path) -> None:
    put_pair(pack, "bad", promt=bi("?"))


def duplicate_id(pack: Path) -> None:
    put_pair(pack, "good", "rag")


def missing_language(pack: Path) -> None:
    put_pair(pack, "bad")
    twisted = rubric("bad", points=[point("one"), point("two"), point("x", twin={"en": "Only."})])
    put(pack, "rubrics", "lora", "bad", toml(twisted))


def weight_zero(pack: Path) -> None:
    put_pair(pack, "bad")
    light = rubric("bad", points=[point("one"), point("two", weight=0), point("three")])
    put(pack, "rubrics", "lora", "bad", toml(light))


def empty_point_list(pack: Path) -> None:
    put_pair(pack, "bad")
    put(pack, "rubrics", "lora", "bad", toml(rubric("bad", points=[])))


def unknown_topic(pack: Path) -> None:
    put_pair(pack, "bad", "hallucinations")


def wrong_type(pack: Path) -> None:
    put_pair(pack, "bad", minutes="four")


def not_utf8(pack: Path) -> None:
    put_pair(pack, "bad")
    put(pack, "questions", "lora", "bad", b'id = "bad"\n# ' + "中文".encode("gb18030") + b"\n")


def five_megabytes(pack: Path) -> None:
    put_pair(pack, "bad")
    put(pack, "rubrics", "lora", "bad", b"# " + b"x" * 5 * 1024 * 1024)


BROKEN = [
    (bad_toml, "questions/lora/bad.toml", "", 2, "not TOML"),
    (unknown_key, "questions/lora/bad.toml", "promt", None, "did you mean prompt?"),
    (duplicate_id, "questions/rag/good.toml", "id", None, "already the id of"),
    (missing_language, "rubrics/lora/bad.toml", "points[2].twin.zh", None, "Chinese"),
    (weight_zero, "rubrics/lora/bad.toml", "points[1].weight", None, "more than 0"),
    (empty_point_list, "rubrics/lora/bad.toml", "points", None, "at least 3; it has 0"),
    (unknown_topic, "questions/hallucinations/bad.toml", "topic", None, "did you mean hallucin"),
    (wrong_type, "questions/lora/bad.toml", "minutes", None, "number without quotes"),
    (not_utf8, "questions/lora/bad.toml", "", 2, "UTF-8"),
    (five_megabytes, "rubrics/lora/bad.toml", "", None, "5.0 MiB"),
]


@pytest.mark.parametrize(
    ("spoil", "path", "key", "line", "words"), BROKEN, ids=[row[0].__name__ for row in BROKEN]
)
def test_a_broken_pack_is_named_and_the_good_files_load(
    tmp_path: Path,
    spoil: Callable[[Path], None],
    path: str,
    key: str,
    line: int | None,
    words: str,
) -> None:
    """One bad file costs one question, and its writer learns which, where and why."""
    pack = tmp_path / "my-pack"
    put_pair(pack, "good")
    spoil(pack)
    problems = check([pack])
    named = [p for p in problems if (p.path, p.key, p.line) == (f"my-pack/{path}", key, line)]
    assert len(named) == 1, problems
    assert words in named[0].reason
    bank = open_bank([pack], None)
    assert [summary.id for summary in bank.summaries()] == ["good"]
    assert bank.problems == problems


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """A writer mends everything in one go, not one problem a run."""
    put_pair(tmp_path, "a", level="expert", minutes=0.1)
    put_pair(tmp_path, "b", sources=[])
    keys = [problem.key for problem in check([tmp_path])]
    assert keys == ["level", "minutes", "sources"]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"minutes": True}, "minutes"),
        ({"minutes": float("inf")}, "minutes"),
        ({"minutes": 61}, "minutes"),
        ({"id": "other"}, "id"),
        ({"id": "Bad Id"}, "id"),
        ({"topic": "rag"}, "topic"),
        ({"level": 1}, "level"),
        ({"kind": "quiz"}, "kind"),
        ({"prompt": "What?"}, "prompt"),
        ({"prompt": {"en": "What?", "zh": " \n\t "}}, "prompt.zh"),
        ({"prompt": {"en": "\x1b[2J", "zh": "什么"}}, "prompt.en"),
        ({"prompt": {"en": "a\u202eb", "zh": "什么"}}, "prompt.en"),
        ({"prompt": {"en": "x" * 20_001, "zh": "什么"}}, "prompt.en"),
        ({"prompt": {"en": "x", "zh": "什么", "fr": "quoi"}}, "prompt.fr"),
        ({"hints": [bi("a"), {"zh": "二"}]}, "hints[1].en"),
        ({"sources": [{"title": "T"}]}, "sources[0].where"),
        ({"sources": [{"title": "T\nU", "where": "W"}]}, "sources[0].title"),
        ({"covers": ["x", "x"]}, "covers[1]"),
        ({"covers": ["lora-basics"]}, "covers[0]"),
    ],
)
def test_question_rules(tmp_path: Path, change: dict, key: str) -> None:
    """Each rule on a question is reported at its key, and nothing is coerced."""
    from mockint.content.schema import findings
    from mockint.content.source import Part

    found = findings(Part.QUESTIONS, "lora", "lora-basics", question(**change))
    assert [finding.key for finding in found] == [key]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"question": "other"}, "question"),
        ({"points": [point("a"), point("b")]}, "points"),
        ({"points": [point(f"p{i}") for i in range(8)]}, "points"),
        ({"points": [point("a"), point("b"), point("a")]}, "points[2].id"),
        ({"points": [point("a", weight="2"), point("b"), point("c")]}, "points[0].weight"),
        ({"points": [point("a", weight=True), point("b"), point("c")]}, "points[0].weight"),
        ({"points": [point("a", weight=float("nan")), point("b"), point("c")]}, "points[0].weight"),
        ({"points": [point("a", weight=10.5), point("b"), point("c")]}, "points[0].weight"),
        ({"points": [point("a", paraphrases=[]), point("b"), point("c")]}, "points[0].paraphrases"),
        ({"points": [point("a", keywords=[]), point("b"), point("c")]}, "points[0].keywords"),
        (
            {"points": [point("a", keywords=[{"en": ["x"], "zh": []}]), point("b"), point("c")]},
            "points[0].keywords[0].zh",
        ),
        ({"samples": [{"band": "superb", "text": bi("x")}]}, "samples[0].band"),
        (
            {"misconceptions": [{"id": "m", "statement": bi("x"), "correction": bi("y")}] * 2},
            "misconceptions[1].id",
        ),
    ],
)
def test_rubric_rules(change: dict, key: str) -> None:
    """Each rule on a rubric is reported at its key, and nothing is coerced."""
    from mockint.content.schema import findings
    from mockint.content.source import Part

    found = findings(Part.RUBRICS, "lora", "lora-basics", rubric(**change))
    assert [finding.key for finding in found] == [key]


def test_samples_and_misconceptions_may_be_left_out(tmp_path: Path) -> None:
    """A person's own pack may be lean."""
    put_pair(tmp_path)
    lean = rubric(samples=[])
    del lean["misconceptions"]
    put(tmp_path, "rubrics", "lora", "lora-basics", toml(lean))
    assert check([tmp_path]) == ()


def test_a_half_without_its_other_half(tmp_path: Path) -> None:
    """A question alone cannot be graded, a rubric alone cannot be asked."""
    put(tmp_path, "questions", "lora", "left", toml(question("left")))
    put(tmp_path, "rubrics", "lora", "right", toml(rubric("right")))
    told = {p.path.split("/", 1)[1]: p.reason for p in check([tmp_path])}
    assert "rubrics/lora/left.toml" in told["questions/lora/left.toml"]
    assert "questions/lora/right.toml" in told["rubrics/lora/right.toml"]


def test_across_packs_the_first_wins(tmp_path: Path) -> None:
    """A pack cannot take the place of a shipped question."""
    put_pair(tmp_path / "shipped", prompt=bi("Ours"))
    put_pair(tmp_path / "theirs", prompt=bi("Theirs"))
    bank = open_bank([tmp_path / "shipped", tmp_path / "theirs"], None)
    assert bank.question("lora-basics").prompt.en == "Ours"
    (problem,) = bank.problems
    assert (problem.path, problem.key) == ("theirs/questions/lora/lora-basics.toml", "id")
    assert "shipped/questions/lora/lora-basics.toml" in problem.reason


def test_a_covered_id_is_taken_too(tmp_path: Path) -> None:
    """A later pack can take the place neither of a question nor of one that was merged into it."""
    put_pair(tmp_path / "shipped", "beta", covers=["gamma"])
    put_pair(tmp_path / "theirs", "gamma", "rag")
    put_pair(tmp_path / "theirs", "delta", covers=["beta"])
    put_pair(tmp_path / "theirs", "kappa", covers=["gamma"])
    put_pair(tmp_path / "theirs", "fine", covers=["sigma"])
    bank = open_bank([tmp_path / "shipped", tmp_path / "theirs"], None)
    assert [summary.id for summary in bank.summaries()] == ["beta", "fine"]
    assert bank.question("gamma").id == "beta"
    assert bank.question("sigma").id == "fine"
    told = {(p.path.rsplit("/", 1)[1], p.key): p.reason for p in bank.problems}
    assert set(told) == {("gamma.toml", "id"), ("delta.toml", "covers"), ("kappa.toml", "covers")}
    assert "covered by shipped/questions/lora/beta.toml" in told["gamma.toml", "id"]
    assert "the id of shipped/questions/lora/beta.toml" in told["delta.toml", "covers"]


def test_within_a_pack_no_id_has_two_answers(tmp_path: Path) -> None:
    """Covering an id that has a question, or that another question covers, is a problem."""
    put_pair(tmp_path / "p", "a", covers=["x"])
    put_pair(tmp_path / "p", "b", covers=["x"])
    put_pair(tmp_path / "p", "c", covers=["a"])
    problems = check([tmp_path / "p"])
    assert [(p.path, p.key) for p in problems] == [
        ("p/questions/lora/b.toml", "covers"),
        ("p/questions/lora/c.toml", "covers"),
    ]
    bank = open_bank([tmp_path / "p"], None)
    assert bank.problems == problems
    assert bank.question("x").id == "a"


def test_three_packs_tell_a_clash_once(tmp_path: Path) -> None:
    """The question that counts is named, not every other that was left out for it."""
    for name in ("one", "two", "three"):
        put_pair(tmp_path / name)
    problems = open_bank([tmp_path / n for n in ("one", "two", "three")], None).problems
    assert [p.path.split("/")[0] for p in problems] == ["two", "three"]
    assert all("one/questions" in p.reason for p in problems)


@pytest.mark.parametrize("topic", ["graph", "multimodal-rag", "my-topic", "moe"])
def test_a_pack_may_bring_topics(tmp_path: Path, topic: str) -> None:
    """A topic that is no near miss of a known one is a topic of its own."""
    put_pair(tmp_path / "p", "mine", topic)
    bank = open_bank([tmp_path / "p"], None)
    assert bank.problems == ()
    assert bank.topics() == (topic,)


@pytest.mark.parametrize("topic", ["lroa", "Lora", "pre-training", "agent", "evaluations", "a b"])
def test_a_topic_that_is_a_mistake(tmp_path: Path, topic: str) -> None:
    """A typing mistake in a folder's name does not become a topic."""
    put_pair(tmp_path / "p", "mine", topic)
    assert open_bank([tmp_path / "p"], None).size == 0


def test_a_pack_named_twice_is_one_pack(tmp_path: Path) -> None:
    """Naming the same folder again, or by a link, is no conflict."""
    put_pair(tmp_path / "pack")
    (tmp_path / "link").symlink_to(tmp_path / "pack")
    bank = open_bank([tmp_path / "pack", tmp_path / "link", tmp_path / "pack"], None)
    assert bank.problems == ()
    assert len(bank.summaries()) == 1


def test_links_out_of_the_pack_are_not_followed(tmp_path: Path) -> None:
    """A downloaded pack cannot make mockint read a person's other files."""
    pack = tmp_path / "pack"
    put_pair(pack)
    secret = tmp_path / "secret.toml"
    secret.write_text("key = 'hunter2'")
    (pack / "questions" / "lora" / "leak.toml").symlink_to(secret)
    (pack / "questions" / "rag").symlink_to(tmp_path)
    (pack / "rubrics" / "lora" / "nowhere.toml").symlink_to(tmp_path / "missing")
    problems = check([pack])
    assert {p.path for p in problems} == {
        "pack/questions/lora/leak.toml",
        "pack/questions/rag",
        "pack/rubrics/lora/nowhere.toml",
    }
    assert not any("hunter2" in str(p) for p in problems)


@pytest.mark.parametrize("part", ["questions", "rubrics"])
def test_the_pack_s_own_folders_may_not_be_links_out(tmp_path: Path, part: str) -> None:
    """A link in place of a whole part is followed no more than one in place of a file."""
    put_pair(tmp_path / "other")
    pack = tmp_path / "pack"
    put_pair(pack)
    (pack / part).rename(tmp_path / "aside")
    (pack / part).symlink_to(tmp_path / "other" / part)
    assert f"pack/{part}" in {p.path for p in check([pack])}
    assert open_bank([pack], None).summaries() == ()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_hang_the_start(tmp_path: Path) -> None:
    """What is not a regular file is refused unread."""
    put_pair(tmp_path)
    os.mkfifo(tmp_path / "questions" / "lora" / "pipe.toml")
    reasons = [p.reason for p in check([tmp_path]) if p.path.endswith("pipe.toml")]
    assert "regular file" in reasons[0]


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without read permission costs one question."""
    put_pair(tmp_path, "good")
    put_pair(tmp_path, "shut")
    real = os.open

    def refuse(path: str, flags: int) -> int:
        if path.endswith("questions/lora/shut.toml"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags)

    monkeypatch.setattr("mockint.content.source.os.open", refuse)
    (problem,) = check([tmp_path])
    assert problem.path.endswith("questions/lora/shut.toml")
    assert "permission denied" in problem.reason
    assert [s.id for s in open_bank([tmp_path], None).summaries()] == ["good"]


def test_file_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """A file's name is as hostile as its content."""
    put_pair(tmp_path / "pack")
    put(tmp_path / "pack", "questions", "lora", "x\x1b[2J\n", toml(question()))
    lines = [str(problem) for problem in check([tmp_path / "pack"])]
    assert lines
    assert all(line.isprintable() for line in lines)


def test_keys_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """A key is as hostile as a text."""
    put_pair(tmp_path)
    hostile = toml(question()) + '"\\u001b[2J' + "k" * 5000 + '" = 1\n'
    put(tmp_path, "questions", "lora", "lora-basics", hostile)
    (problem,) = check([tmp_path])
    assert str(problem).isprintable()
    assert len(str(problem)) < 500


@pytest.mark.parametrize(
    "content",
    [
        "a = " + "[" * 50_000,
        "a = " + "9" * 10_000,
        "a = 2023-02-30\n",
        "\ufeffid = 'x'\n",
        "",
        "\x00",
        "= 1",
    ],
    ids=["nested", "digits", "date", "bom", "empty", "null", "no-key"],
)
def test_odd_toml_is_a_problem_not_a_crash(tmp_path: Path, content: str) -> None:
    """Whatever a file holds, the rest of the bank opens."""
    put_pair(tmp_path, "good")
    put_pair(tmp_path, "odd")
    put(tmp_path, "questions", "lora", "odd", content)
    bank = open_bank([tmp_path], None)
    assert {p.path.rsplit("/", 1)[1] for p in bank.problems} == {"odd.toml"}
    assert [s.id for s in bank.summaries()] == ["good"]


def test_a_flood_of_problems_is_cut(tmp_path: Path) -> None:
    """A file with ten thousand unknown keys neither floods the screen nor takes minutes."""
    put_pair(tmp_path)
    flood = toml(question()) + "".join(f"k{i} = 1\n" for i in range(10_000))
    put(tmp_path, "questions", "lora", "lora-basics", flood)
    problems = check([tmp_path])
    assert len(problems) == MAX_FINDINGS + 1
    assert "more problems" in problems[-1].reason


def test_misplaced_files_are_named(tmp_path: Path) -> None:
    """A file that would silently never be asked is told; what is no TOML is left in peace."""
    put_pair(tmp_path / "p")
    (tmp_path / "p" / "questions" / "stray.toml").write_text("x = 1")
    (tmp_path / "p" / "questions" / "README.md").write_text("hello")
    (tmp_path / "p" / "questions" / "lora" / ".swap.toml").write_text("x")
    put(tmp_path / "p", "questions", "lora/deeper", "x", "x = 1")
    assert [p.path for p in check([tmp_path / "p"])] == [
        "p/questions/lora/deeper",
        "p/questions/stray.toml",
    ]


def test_a_missing_pack_and_a_missing_part(tmp_path: Path) -> None:
    """A wrong folder in the settings is told, not raised."""
    (tmp_path / "bare" / "questions").mkdir(parents=True)
    bank = open_bank([tmp_path / "nowhere", tmp_path / "bare"], None)
    assert [p.path for p in bank.problems] == ["nowhere", "bare/rubrics"]


def test_one_file_one_folder_or_a_pack(tmp_path: Path) -> None:
    """The check looks at what it is pointed at, and at nothing else."""
    pack = tmp_path / "pack"
    put_pair(pack, "a", minutes=0)
    put_pair(pack, "b", minutes=0)
    put_pair(pack, "c", "rag", minutes=0)
    put(pack, "rubrics", "rag", "c", "x")

    def names(path: Path) -> list[str]:
        return [problem.path.removeprefix("pack/") for problem in check([path])]

    a, b = "questions/lora/a.toml", "questions/lora/b.toml"
    c, rubric_c = "questions/rag/c.toml", "rubrics/rag/c.toml"
    assert names(pack) == [a, b, c, rubric_c]
    assert names(pack / "questions") == [a, b, c]
    assert names(pack / "rubrics") == [rubric_c]
    assert names(pack / "questions" / "lora") == [a, b]
    assert names(pack / a) == [a]
    assert check([pack / "questions", pack / "rubrics"]) == check([pack])


def test_paths_that_are_no_content(tmp_path: Path) -> None:
    """Pointing the check at nothing is a problem, not a success."""
    (tmp_path / "notes.txt").write_text("x")
    problems = check([tmp_path / "none", tmp_path / "notes.txt", tmp_path])
    assert len(problems) == 3
    assert all(isinstance(problem, Problem) for problem in problems)
