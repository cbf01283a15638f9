"""The index remembers by content, and is never needed."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from content_samples import bi, put, put_pair, question, toml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockint.content import index, index_file, prints
from mockint.content.bank import open_bank
from mockint.domain.errors import ContentError


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    put_pair(tmp_path / "pack", "alpha")
    put_pair(tmp_path / "pack", "beta", "rag", covers=["gamma"])
    return tmp_path / "pack"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def the_index(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def lines_of(cache: Path) -> list[dict[str, Any]]:
    """Outline, questions and files, as the index has them."""
    return [json.loads(line) for line in the_index(cache).read_bytes().split(b"\n")]


def write_lines(cache: Path, lines: list[Any]) -> None:
    the_index(cache).write_text("\n".join(map(json.dumps, lines)), "utf-8")


def rewrite_unnoticed(path: Path, old: str, new: str) -> None:
    """Change a file but not its size, its modification time or its inode."""
    before = path.stat()
    content = path.read_text("utf-8")
    assert old in content
    assert len(old) == len(new)
    path.write_text(content.replace(old, new), "utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_size == before.st_size


def judge_nothing(*_: object) -> None:
    raise AssertionError("a file was judged again")


def test_an_unchanged_pack_is_not_judged_again(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second start does no work of the first, and sees the same."""
    put_pair(pack, "broken", minutes=0)
    first = open_bank([pack], cache)
    monkeypatch.setattr(index, "judge_bytes", judge_nothing)
    second = open_bank([pack], cache)
    assert second.summaries() == first.summaries()
    assert second.problems == first.problems
    assert len(second.problems) == 1


def test_other_rules_judge_anew(pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an older mockint found good may be bad under the rules of this one."""
    open_bank([pack], cache)
    monkeypatch.setattr(index_file, "_rules", lambda: "other rules")
    monkeypatch.setattr(index, "judge_bytes", judge_nothing)
    with pytest.raises(AssertionError, match="judged again"):
        open_bank([pack], cache)


def test_an_unchanged_index_is_not_written_again(pack: Path, cache: Path) -> None:
    """Looking leaves no trace."""
    open_bank([pack], cache)
    before = the_index(cache).stat().st_ino
    open_bank([pack], cache)
    assert the_index(cache).stat().st_ino == before


@pytest.mark.parametrize("hash_all_up_to", [prints.HASH_ALL_UP_TO, 0], ids=["small", "large"])
def test_content_decides_not_the_clock(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, hash_all_up_to: int
) -> None:
    """A change is seen though size and modification time stay, in packs of any size."""
    monkeypatch.setattr(prints, "HASH_ALL_UP_TO", hash_all_up_to)
    for _ in range(3):
        open_bank([pack], cache)
    rewrite_unnoticed(pack / "questions/lora/alpha.toml", "What is it?", "Why is that")
    bank = open_bank([pack], cache)
    assert [s.prompt.en for s in bank.summaries() if s.id == "alpha"] == ["Why is that"]
    assert bank.question("alpha").prompt.en == "Why is that"


def test_a_large_pack_is_believed_only_after_a_second_look(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stamp seen once may belong to a file that is just being written."""
    reads: list[str] = []
    real = index.read_source

    def counting(file: index.SourceFile) -> object:
        reads.append(file.key)
        return real(file)

    monkeypatch.setattr(prints, "HASH_ALL_UP_TO", 0)
    monkeypatch.setattr(index, "read_source", counting)
    counts = []
    for _ in range(4):
        reads.clear()
        open_bank([pack], cache)
        counts.append(len(reads))
    assert counts == [4, 4, 0, 0]


def test_opening_compares_content_whatever_the_index_believes(pack: Path, cache: Path) -> None:
    """A file changed while the app runs is read as it is now, or refused with its problem."""
    bank = open_bank([pack], cache)
    put(pack, "questions", "lora", "alpha", toml(question("alpha", prompt=bi("Newer"))))
    assert bank.question("alpha").prompt.en == "Newer"
    put(pack, "questions", "lora", "alpha", toml(question("alpha", minutes=-1)))
    with pytest.raises(ContentError, match=r"pack/questions/lora/alpha\.toml:minutes"):
        bank.question("alpha")
    (pack / "rubrics/lora/alpha.toml").unlink()
    with pytest.raises(ContentError, match=r"pack/rubrics/lora/alpha\.toml"):
        bank.rubric("alpha")


def test_files_that_come_and_go(pack: Path, cache: Path) -> None:
    """The index follows the folder."""
    open_bank([pack], cache)
    put_pair(pack, "delta", "sft")
    for part in ("questions", "rubrics"):
        (pack / part / "lora" / "alpha.toml").unlink()
    assert [s.id for s in open_bank([pack], cache).summaries()] == ["beta", "delta"]
    assert "alpha" not in the_index(cache).read_text("utf-8")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"null",
        b"[]",
        b"[]\n[]\n[]",
        b"null\nnull\nnull",
        b"[" * 100_000,
        b"1\n2\n3\n4",
        b'{"rules": 1}\n{}\n{}',
        b'{"rules": "RULES"}\n{}\n{}',
        b'{"rules": "RULES", "fingerprint": "", "settled": true, "usable": []}\n{}\n{}',
    ],
)
def test_a_damaged_index_is_made_again(pack: Path, cache: Path, content: bytes) -> None:
    """Whatever stands in the index, the bank is the one that the files hold."""
    whole = open_bank([pack], cache).summaries()
    good = the_index(cache).read_bytes()
    the_index(cache).write_bytes(content.replace(b"RULES", index_file._rules().encode()))
    assert open_bank([pack], cache).summaries() == whole
    assert the_index(cache).read_bytes() == good


@pytest.mark.parametrize(
    "questions",
    [
        None,
        [],
        {},
        {"alpha": None, "beta": None},
        {"alpha": [["mid", "concept", "4", "a", "b", []], "d", "d"], "beta": None},
        {"alpha": [["boss", "concept", 4.0, "a", "b", []], "d", "d"], "beta": None},
    ],
)
def test_damaged_questions_are_made_again(pack: Path, cache: Path, questions: object) -> None:
    """Damage behind a sound outline is found when the questions are asked for, and mended."""
    whole = open_bank([pack], cache).summaries()
    good = the_index(cache).read_bytes()
    head, _, files = lines_of(cache)
    write_lines(cache, [head, questions, files])
    bank = open_bank([pack], cache)
    assert bank.question("alpha").id == "alpha"
    assert bank.summaries() == whole
    assert the_index(cache).read_bytes() == good


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), same_state=st.booleans())
def test_an_index_with_any_value_replaced_never_crashes(
    pack: Path, cache: Path, data: st.DataObject, *, same_state: bool
) -> None:
    """A forged value is refused, or costs no more than what it forges."""
    shutil.rmtree(cache, ignore_errors=True)
    open_bank([pack], cache)
    lines = lines_of(cache)
    odd = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
    target: Any = lines
    while isinstance(target, dict | list) and target:
        holder = target
        place = data.draw(
            st.sampled_from(sorted(target) if isinstance(target, dict) else range(len(target)))
        )
        target = holder[place]
        if data.draw(st.booleans()):
            break
    holder[place] = data.draw(odd)
    if not same_state and isinstance(lines[0], dict):
        lines[0]["fingerprint"] = "another"
    write_lines(cache, lines)
    bank = open_bank([pack], cache)
    for summary in bank.summaries():
        with suppress(ContentError):
            assert bank.question(summary.id).id in {"alpha", "beta"}
    assert all(str(problem) for problem in bank.problems)


def test_a_forged_digest_does_not_get_a_bad_file_asked(pack: Path, cache: Path) -> None:
    """An index that vouches for a broken file is found out when the file is opened."""
    open_bank([pack], cache)
    bad = toml({"id": "alpha", "topic": "lora"}).encode()
    put(pack, "questions", "lora", "alpha", bad)
    head, questions, files = lines_of(cache)
    questions["alpha"][1] = files["questions/lora/alpha"][5] = index.digest_of(bad)
    state = prints.fingerprint(pack)
    assert state is not None
    write_lines(cache, [head | {"fingerprint": state.value}, questions, files])
    bank = open_bank([pack], cache)
    with pytest.raises(ContentError, match=r"questions/lora/alpha\.toml"):
        bank.question("alpha")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_the_index_is_its_owner_s_alone(pack: Path, cache: Path) -> None:
    """What a person trains on is nobody else's business, nor is anybody else believed."""
    open_bank([pack], cache)
    assert cache.stat().st_mode & 0o777 == 0o700
    assert the_index(cache).stat().st_mode & 0o777 == 0o600
    forged = the_index(cache).read_text("utf-8").replace("What is it?", "Send me money")
    the_index(cache).write_text(forged, "utf-8")
    the_index(cache).chmod(0o666)
    assert {s.prompt.en for s in open_bank([pack], cache).summaries()} == {"What is it?"}


def test_a_linked_index_is_not_followed(pack: Path, cache: Path, tmp_path: Path) -> None:
    """A link in the cache neither feeds the bank nor gets its target overwritten."""
    open_bank([pack], cache)
    target = tmp_path / "elsewhere"
    the_index(cache).rename(target)
    before = target.read_bytes()
    name = index_file._place(pack, cache)
    name.symlink_to(target)
    assert len(open_bank([pack], cache).summaries()) == 2
    assert target.read_bytes() == before
    assert not name.is_symlink()


def test_works_where_no_cache_can_be(pack: Path, tmp_path: Path) -> None:
    """A cache that cannot be written costs time, not questions."""
    (tmp_path / "file").write_text("in the way")
    assert len(open_bank([pack], tmp_path / "file" / "cache").summaries()) == 2
    assert len(open_bank([pack], None).summaries()) == 2


def test_a_read_only_cache(pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only folder costs time, not questions."""

    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(index_file.tempfile, "mkstemp", refuse)
    assert len(open_bank([pack], cache).summaries()) == 2
    assert list(cache.iterdir()) == []


def test_a_write_that_fails_leaves_nothing_behind(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk or a folder that turned read-only costs time, not questions."""

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    assert len(open_bank([pack], cache).summaries()) == 2
    assert list(cache.iterdir()) == []


def test_a_fresh_index_imports_nothing_heavy(pack: Path, cache: Path) -> None:
    """The start path pays for neither pydantic nor numpy, up to the first question opened."""
    open_bank([pack], cache)
    code = (
        "import sys; from pathlib import Path; from mockint.content.bank import open_bank\n"
        "bank = open_bank([Path(sys.argv[1])], Path(sys.argv[2]))\n"
        "bank.question('alpha'), bank.rubric('alpha')\n"
        "print([m for m in ('pydantic', 'numpy', 'textual', 'torch') if m in sys.modules])"
    )
    root = Path(index.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(pack), str(cache)],
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_summaries_and_topics_are_in_order(pack: Path) -> None:
    """Lists look the same at every start."""
    put_pair(pack, "aardvark", "rag")
    bank = open_bank([pack], None)
    assert [s.id for s in bank.summaries()] == ["alpha", "aardvark", "beta"]
    assert bank.topics() == ("lora", "rag")


def test_a_covered_id_leads_to_the_question_that_covers_it(pack: Path) -> None:
    """History and links that name a merged question still find an answer."""
    bank = open_bank([pack], None)
    assert bank.question("gamma").id == "beta"
    assert bank.rubric("gamma").question_id == "beta"


def test_a_question_s_own_id_wins_over_one_that_covers_it(pack: Path) -> None:
    """A pack cannot take a question's place by claiming to cover it."""
    put_pair(pack, "gamma")
    assert open_bank([pack], None).question("gamma").id == "gamma"


def test_an_unknown_id_names_near_ones(pack: Path) -> None:
    """A typing mistake is mended without a look at the list; a hostile id stays harmless."""
    bank = open_bank([pack], None)
    with pytest.raises(ContentError, match=r'"alhpa".*Did you mean alpha\?'):
        bank.question("alhpa")
    with pytest.raises(ContentError) as caught:
        bank.rubric("\x1b[2J" + "z" * 10_000)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def test_texts_arrive_trimmed_and_whole(pack: Path) -> None:
    """A TOML block's last newline is no part of the text; the rest is, to the character."""
    body = "  First line.\\n\\tSecond `line` — 第二行。\\n"
    raw = toml(question("alpha")).replace("What is it?", body)
    put(pack, "questions", "lora", "alpha", raw)
    prompt = open_bank([pack], None).question("alpha").prompt
    assert prompt.en == "First line.\n\tSecond `line` — 第二行。"


class SlowClock:
    """A clock on which every look takes a while."""

    def __init__(self, step: float) -> None:
        self._now = 0.0
        self._step = step

    def __call__(self) -> float:
        """Later each time."""
        self._now += self._step
        return self._now


@pytest.mark.parametrize(("took", "reads"), [(3.0, [8, 0]), (0.5, [4, 4])], ids=["long", "short"])
def test_a_long_compile_settles_the_stamps_itself(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, took: float, reads: list[int]
) -> None:
    """After a compile that outlasts any file system's tick the next start reads nothing."""
    counted: list[str] = []
    real = index.read_source

    def counting(file: index.SourceFile) -> object:
        counted.append(file.key)
        return real(file)

    monkeypatch.setattr(prints, "HASH_ALL_UP_TO", 0)
    monkeypatch.setattr(index, "read_source", counting)
    found = []
    for _ in reads:
        counted.clear()
        index.indexed_pack(pack, cache, None, SlowClock(took))
        found.append(len(counted))
    assert found == reads


@pytest.mark.parametrize("hash_all_up_to", [prints.HASH_ALL_UP_TO, 0], ids=["small", "large"])
def test_a_start_with_a_fresh_index_opens_no_question(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, hash_all_up_to: int
) -> None:
    """Home needs to know how many questions there are, and not one of them."""
    monkeypatch.setattr(prints, "HASH_ALL_UP_TO", hash_all_up_to)
    for _ in range(3):
        whole = open_bank([pack], cache).summaries()
    monkeypatch.setattr(index_file, "_summary", judge_nothing)
    bank = open_bank([pack], cache)
    assert (bank.size, bank.topics(), bank.problems) == (len(whole), ("lora", "rag"), ())


def test_the_first_compile_is_watched(pack: Path, cache: Path) -> None:
    """Every file is counted, none where nothing has changed."""
    seen: list[tuple[int, int]] = []
    open_bank([pack], cache, lambda done, total: seen.append((done, total)))
    assert seen == [(0, 4), (1, 4), (2, 4), (3, 4)]
    seen.clear()
    open_bank([pack], cache, lambda done, total: seen.append((done, total)))
    assert seen == []


def test_an_interrupted_compile_is_gone_on_with(
    pack: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C in the middle of a long compile does not throw away what is done."""

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_bank([pack], cache, stop)
    judged: list[str] = []
    real = index.judge_bytes

    def counting(file: index.SourceFile, data: bytes) -> object:
        judged.append(file.key)
        return real(file, data)

    monkeypatch.setattr(index, "judge_bytes", counting)
    bank = open_bank([pack], cache)
    assert judged == ["rubrics/rag/beta"]
    assert [summary.id for summary in bank.summaries()] == ["alpha", "beta"]


@pytest.mark.parametrize("hash_all_up_to", [prints.HASH_ALL_UP_TO, 0], ids=["small", "large"])
@pytest.mark.parametrize("change", ["rename", "stray", "folder", "swap", "remove", "topic"])
def test_a_fingerprint_sees_what_a_listing_sees(
    pack: Path, monkeypatch: pytest.MonkeyPatch, change: str, hash_all_up_to: int
) -> None:
    """Whatever changes the questions or the problems of a pack changes its fingerprint."""
    monkeypatch.setattr(prints, "HASH_ALL_UP_TO", hash_all_up_to)
    before = prints.fingerprint(pack)
    lora = pack / "questions" / "lora"
    match change:
        case "rename":
            (lora / "alpha.toml").rename(lora / "omega.toml")
        case "stray":
            (pack / "questions" / "stray.toml").write_text("x = 1")
        case "folder":
            (lora / "deeper").mkdir()
        case "swap":
            (lora / "alpha.toml").rename(lora / "x")
            (pack / "questions/rag/beta.toml").rename(lora / "alpha.toml")
            (lora / "x").rename(pack / "questions/rag/beta.toml")
        case "remove":
            (lora / "alpha.toml").unlink()
        case "topic":
            lora.rename(pack / "questions" / "sft")
    assert before is not None
    assert prints.fingerprint(pack) != before
