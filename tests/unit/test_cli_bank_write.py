"""``mockint bank coverage``, ``new`` and ``schema``; packs of one's own on the command line."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from content_samples import bi, put, put_pair

from mockint.app import locations
from mockint.app.bootstrap import build_bank, build_runtime, every_pack
from mockint.app.settings import Settings
from mockint.cli import main
from mockint.cli.answers import Task
from mockint.cli.grade import Desk
from mockint.cli.reading import reading
from mockint.content.coverage import read_wanted, shipped_list
from mockint.content.topics import TOPICS
from mockint.domain.answer import Answer
from mockint.domain.errors import ContentError
from mockint.domain.grade import Band, Grade
from mockint.domain.question import Question
from mockint.domain.rubric import Rubric


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that a test writes lies below its own folder."""
    folder = tmp_path / "home"
    monkeypatch.setenv("MOCKINT_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank of two questions, one of which covers a third, with a list of what it is to cover."""
    pack = tmp_path / "shipped"
    put_pair(pack, "alpha")
    put_pair(pack, "beta", "rag", covers=["gamma"])
    lines = [{"topic": "lora", "id": "alpha"}, {"topic": "lora", "id": "gamma"}]
    lines += [{"topic": "rag", "id": "beta"}, {"topic": "sft", "id": "zeta"}]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (pack / "questions" / "coverage.jsonl").write_text(text, "utf-8")
    monkeypatch.setattr(locations, "shipped_pack", lambda: pack)
    monkeypatch.setattr("mockint.content.coverage.shipped_pack", lambda: pack)
    return pack


def zip_of(pack: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as file:
        for path in sorted(pack.rglob("*.toml")):
            file.write(path, path.relative_to(pack))
    return target


def test_coverage_counts_merged_ids(shipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Covered and missing ids by topic, a total, and status 1 while some are missing."""
    assert main(["bank", "coverage"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "lora: 2 of 2",
        "  covered: alpha, gamma (in beta)",
        "rag: 1 of 1",
        "  covered: beta",
        "sft: 0 of 1",
        "  missing: zeta",
        "",
        "3 of 4 ids are covered; 2 of 3 topics have a question, 2 are complete.",
    ]


def test_coverage_of_some_ids(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain list takes its topics from the other list; status 0 when all of it is covered."""
    (tmp_path / "ids.txt").write_text("gamma\nbeta\n")
    for options in (["--only", "ids.txt"], ["--coverage", "ids.txt"]):
        assert main(["bank", "coverage", "--json", *options]) == 0
        assert json.loads(capsys.readouterr().out) == {
            "covered": 2,
            "wanted": 2,
            "topics": [
                {"topic": "lora", "covered": {"gamma": "beta"}, "missing": []},
                {"topic": "rag", "covered": {"beta": "beta"}, "missing": []},
            ],
        }


def test_coverage_of_nothing(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty list, or none, is a mistake and no success."""
    (tmp_path / "ids.txt").write_text("# nothing yet\n")
    assert main(["bank", "coverage", "--only", "ids.txt"]) == 1
    assert "no id in ids.txt" in capsys.readouterr().err
    assert main(["bank", "coverage", "--coverage", "none.txt"]) == 1
    assert "Cannot read none.txt" in capsys.readouterr().err


def test_the_shipped_list_is_of_the_shipped_topics() -> None:
    """The list that coverage is counted by has every topic and no other."""
    listed = read_wanted(shipped_list())
    assert {item.topic for item in listed} == set(TOPICS)


def test_new_writes_to_the_own_pack_which_the_app_finds(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new question lies where the app looks, and what is to be filled in is named."""
    assert main(["bank", "new", "lora", "my-lora"]) == 0
    shown = capsys.readouterr()
    pack = home / "data" / "packs" / "mine"
    files = [pack / part / "lora" / "my-lora.toml" for part in ("questions", "rubrics")]
    assert shown.out.splitlines() == [str(file) for file in files]
    assert all(file.is_file() for file in files)
    assert main(["bank", "check"]) == 1
    assert "mine/questions/lora/my-lora.toml:prompt.en: is still to be" in capsys.readouterr().out
    assert main(["bank", "new", "lora", "my-lora"]) == 1
    assert "is there already" in capsys.readouterr().err


def test_new_in_a_pack_and_elsewhere(shipped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pack it writes there; --to says where else."""
    assert main(["bank", "new", "lora", "one", "--to", "other"]) == 0
    assert Path("other/rubrics/lora/one.toml").is_file()
    monkeypatch.chdir(shipped)
    assert main(["bank", "new", "lora", "one"]) == 0
    assert (shipped / "questions/lora/one.toml").is_file()


@pytest.mark.parametrize(("name", "words"), [("alpha", "has"), ("gamma", "beta covers")])
def test_new_refuses_an_id_that_is_taken(
    shipped: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    """An id that leads to a question already would only be refused later."""
    assert main(["bank", "new", "lora", name, "--to", "other"]) == 1
    assert f"{words} that id already" in capsys.readouterr().err
    assert not Path("other").exists()


def test_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both schemas on stdout, or a file each; writing them again is no mistake."""
    assert main(["bank", "schema"]) == 0
    both = json.loads(capsys.readouterr().out)
    for _ in range(2):
        assert main(["bank", "schema", "--to", "schemas/here"]) == 0
    for name in ("question", "rubric"):
        assert json.loads(Path(f"schemas/here/{name}.schema.json").read_text()) == both[name]
    (tmp_path / "file").write_text("")
    assert main(["bank", "schema", "--to", "file"]) == 1


def test_merged_ids_are_taken_wherever_ids_are(
    shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Show and grade take an id that was merged into a question, and say which."""
    assert main(["bank", "show", "gamma"]) == 0
    assert "Also asks: gamma" in capsys.readouterr().out
    assert main(["bank", "show", "gamma", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["question"]["id"] == "beta"

    class Echo:
        def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
            assert (question.id, rubric.question_id) == ("beta", "beta")
            assert answer.text == "An answer."
            return Grade(50.0, Band.FAIR, (), (), (), "echo")

    desk = Desk(lambda: build_bank(Settings()), Echo)
    line = desk.outcome(Task({"question": "gamma"}, "gamma", "", "", "An answer.", None))
    assert (line["question"], line["score"]) == ("gamma", 50.0)


def test_packs_in_the_data_folder_join_the_bank(shipped: Path, tmp_path: Path) -> None:
    """Folders and zip files there are found, in order of name; the rest is passed over."""
    packs = locations.packs_folder()
    put_pair(packs / "b-folder", "one", prompt=bi("From the folder"))
    put_pair(tmp_path / "made", "one")
    put_pair(tmp_path / "made", "two", "my-topic")
    zip_of(tmp_path / "made", packs / "c-zip.ZIP")
    put_pair(packs / ".hidden", "three")
    (packs / "README.md").write_text("notes")
    bank = build_bank(Settings())
    assert [s.id for s in bank.summaries()] == ["alpha", "one", "two", "beta"]
    assert bank.question("one").prompt.en == "From the folder"
    assert [p.path for p in bank.problems] == ["c-zip.ZIP/questions/lora/one.toml"]
    assert every_pack(Settings())[0] == shipped


def test_a_zip_given_with_pack(
    shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--pack takes a zip file like a folder, and so does the check."""
    put_pair(tmp_path / "made", "mine")
    pack = str(zip_of(tmp_path / "made", tmp_path / "made.zip"))
    assert main(["bank", "show", "mine", "--pack", pack]) == 0
    assert main(["bank", "check", pack]) == 0
    assert capsys.readouterr().out.endswith("2 files are fine.\n")
    with pytest.raises(ContentError, match="There is no pack"):
        build_bank(Settings(), [tmp_path / "none.zip"])


def test_hostile_packs_do_not_stop_the_app(shipped: Path, home: Path, tmp_path: Path) -> None:
    """The app opens with what is sound, names each pack left out, and writes to none."""
    packs = locations.packs_folder()
    with zipfile.ZipFile(zip_of(tmp_path / "none", packs / "evil.zip"), "a") as file:
        file.writestr("../../../evil.toml", "x")
    (packs / "broken.zip").write_bytes(b"PK\x03\x04 cut off")
    put(packs / "rude", "questions", "lora", "x", "[" * 100_000)
    (packs / "linked").mkdir()
    (packs / "linked" / "questions").symlink_to("/")
    (packs / "linked" / "rubrics").symlink_to(packs / "linked" / "rubrics")
    before = {path for path in tmp_path.rglob("*") if home not in path.parents}
    runtime = build_runtime()
    runtime.store.close()
    assert runtime.bank.size == 2
    assert len(runtime.notices) == 1
    named = {problem.path.split("/")[0] for problem in runtime.bank.problems}
    assert named == {"evil.zip", "broken.zip", "rude", "linked"}
    assert {path for path in tmp_path.rglob("*") if home not in path.parents} == before
    assert {path.name for path in home.iterdir()} <= {"data", "cache"}


def test_a_folder_of_packs_that_is_none(shipped: Path, home: Path) -> None:
    """A file in the place of the folder costs nothing."""
    (home / "data").mkdir(parents=True)
    (home / "data" / "packs").write_text("")
    assert build_bank(Settings()).size == 2
    shutil.rmtree(home)
    assert build_bank(Settings()).size == 2


class Screen(io.StringIO):
    """A terminal that keeps what was written to it."""

    def isatty(self) -> bool:
        """So that progress shows."""
        return True


def test_a_long_reading_is_shown_and_wiped_away() -> None:
    """Nothing for a moment, then how far it is and how long it will take, then an empty line."""
    screen, now = Screen(), [0.0]
    with reading(screen, lambda: now[0]) as watch:
        for done in range(0, 1000, 100):
            now[0] = done / 100
            watch(done, 1000)
    lines = screen.getvalue().split("\r\x1b[K")[1:]
    assert lines[0] == "reading questions: 100 of 1,000 files · 9 s left"
    assert lines[1] == "reading questions: 200 of 1,000 files · 8 s left"
    assert lines[-1] == ""


def test_a_short_reading_is_not_shown() -> None:
    """What is over at once needs no words."""
    screen = Screen()
    with reading(screen, lambda: 0.0) as watch:
        watch(0, 10)
        watch(9, 10)
    assert screen.getvalue() == ""
