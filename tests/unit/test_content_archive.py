"""Packs in zip files: read like folders, and refused where anything is odd."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from content_samples import bi, put_pair, question, rubric, toml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockint.content import archive
from mockint.content.bank import open_bank
from mockint.content.check import check
from mockint.domain.errors import ContentError

GOOD = {
    "questions/lora/lora-basics.toml": toml(question()),
    "rubrics/lora/lora-basics.toml": toml(rubric()),
}


def zipped(path: Path, entries: dict[str, str | bytes], prefix: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(f"{prefix}{name}", content)
    return path


def with_entry(path: Path, name: str, content: bytes = b"x", **changes: int) -> Path:
    """A good pack and one entry more, whose record is changed before it is written."""
    zipped(path, GOOD)
    info = zipfile.ZipInfo("placeholder")
    with zipfile.ZipFile(path, "a") as file:
        for key, value in changes.items():
            setattr(info, key, value)
        info.filename = name
        file.writestr(info, content)
    return path


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("prefix", ["", "my-pack/", "my-pack-main/"])
def test_a_zip_is_a_pack(tmp_path: Path, prefix: str) -> None:
    """A pack that was zipped, with its folder or without, is the pack it was."""
    extra = {"README.md": "hello", "questions/lora/.swap.toml": "x"}
    pack = zipped(tmp_path / "mine.zip", GOOD | extra, prefix)
    assert check([pack]) == ()
    bank = open_bank([pack], tmp_path / "cache")
    assert bank.problems == ()
    assert bank.question("lora-basics").prompt.en == "What is it?"
    assert bank.rubric("lora-basics").question_id == "lora-basics"


def test_what_a_mac_adds_is_passed_over(tmp_path: Path) -> None:
    """The side files of the Finder's archives are neither a problem nor a second pack."""
    entries = {f"mine/{name}": text for name, text in GOOD.items()}
    side = {f"__MACOSX/mine/{name.replace('lora-b', '._lora-b')}": "x" for name in GOOD}
    pack = zipped(tmp_path / "mine.zip", entries | side)
    assert check([pack]) == ()
    assert open_bank([pack], None).size == 1


def test_files_of_a_zip_are_checked_like_any(tmp_path: Path) -> None:
    """A problem inside a zip is named by the zip and the path in it."""
    bad = {
        "questions/lora/bad.toml": toml(question("bad", minutes=0)),
        "rubrics/lora/bad.toml": "x",
        "questions/stray.toml": "x = 1",
    }
    problems = check([zipped(tmp_path / "mine.zip", GOOD | bad)])
    assert {(p.path, p.key) for p in problems} == {
        ("mine.zip/questions/lora/bad.toml", "minutes"),
        ("mine.zip/rubrics/lora/bad.toml", ""),
        ("mine.zip/questions/stray.toml", ""),
    }


LINK = (stat.S_IFLNK | 0o777) << 16
HOSTILE: list[tuple[str, Callable[[Path], Path], str]] = [
    ("up", lambda p: with_entry(p, "../evil.toml"), "leads out"),
    ("deep up", lambda p: with_entry(p, "questions/../../evil.toml"), "leads out"),
    ("windows up", lambda p: with_entry(p, "questions\\..\\..\\evil.toml"), "leads out"),
    ("absolute", lambda p: with_entry(p, "/etc/evil.toml"), "absolute"),
    ("share", lambda p: with_entry(p, "\\\\host\\share\\evil.toml"), "absolute"),
    ("drive", lambda p: with_entry(p, "C:/evil.toml"), "drive letter"),
    ("bare drive", lambda p: with_entry(p, "c:evil.toml"), "drive letter"),
    ("backslash", lambda p: with_entry(p, "questions\\lora\\x.toml"), "different ways"),
    ("dot", lambda p: with_entry(p, "questions/./lora/x.toml"), "different ways"),
    ("empty step", lambda p: with_entry(p, "questions//lora/x.toml"), "different ways"),
    ("link", lambda p: with_entry(p, "questions/lora/x.toml", external_attr=LINK), "link"),
    ("link up", lambda p: with_entry(p, "link", b"/etc", external_attr=LINK), "link"),
    (
        "pipe",
        lambda p: with_entry(p, "pipe", external_attr=(stat.S_IFIFO | 0o600) << 16),
        "neither a file nor a folder",
    ),
    ("bzip2", lambda p: with_entry(p, "x", compress_type=zipfile.ZIP_BZIP2), "unusual way"),
    ("lzma", lambda p: with_entry(p, "x", compress_type=zipfile.ZIP_LZMA), "unusual way"),
    ("other case", lambda p: with_entry(p, "Questions/LORA/lora-basics.toml"), "two entries"),
    ("escapes", lambda p: with_entry(p, "../\x1b[2J\u202e"), "leads out"),
]


@pytest.mark.parametrize(
    ("make", "words"), [row[1:] for row in HOSTILE], ids=[r[0] for r in HOSTILE]
)
def test_hostile_entries_refuse_the_archive(
    tmp_path: Path, make: Callable[[Path], Path], words: str
) -> None:
    """One clear line, no question of the archive, every other pack, and nothing written."""
    (tmp_path / "in").mkdir()
    put_pair(tmp_path / "in" / "good", "good")
    pack = make(tmp_path / "in" / "evil.zip")
    before = snapshot(tmp_path)
    bank = open_bank([tmp_path / "in" / "good", pack], None)
    assert [summary.id for summary in bank.summaries()] == ["good"]
    (problem,) = bank.problems
    assert str(problem).startswith("evil.zip: is not used: ")
    assert words in problem.reason
    assert str(problem).isprintable()
    assert snapshot(tmp_path) == before
    assert check([pack]) == bank.problems


def test_duplicate_names(tmp_path: Path) -> None:
    """Two entries of one name are two readings of one file."""
    pack = zipped(tmp_path / "evil.zip", GOOD)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(pack, "a") as file:
        file.writestr("questions/lora/lora-basics.toml", toml(question(prompt=bi("Other"))))
    (problem,) = open_bank([pack], None).problems
    assert "two entries named" in problem.reason


def patched(pack: Path, mark: bytes, offset: int, value: bytes) -> Path:
    """Bytes of the last record of a kind replaced."""
    data = bytearray(pack.read_bytes())
    at = data.rindex(mark) + offset
    data[at : at + len(value)] = value
    pack.write_bytes(data)
    return pack


def test_an_encrypted_entry(tmp_path: Path) -> None:
    """A pack with a password is refused before anybody asks for it."""
    pack = patched(zipped(tmp_path / "evil.zip", GOOD), b"PK\x01\x02", 8, b"\x01\x00")
    (problem,) = open_bank([pack], None).problems
    assert "encrypted" in problem.reason


def test_a_null_in_a_name(tmp_path: Path) -> None:
    """What zipfile would cut off counts."""
    pack = zipped(tmp_path / "evil.zip", GOOD | {"ab": "x"})
    data = pack.read_bytes()
    pack.write_bytes(data.replace(b"ab", b"a\x00"))
    (problem,) = open_bank([pack], None).problems
    assert "different ways" in problem.reason


def test_more_than_may_be_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sum over all entries counts, also of those that nobody would read."""
    monkeypatch.setattr(archive, "MAX_UNPACKED", 100_000)
    rest = 100_000 - sum(len(text.encode()) for text in GOOD.values())
    fits = zipped(tmp_path / "fits.zip", GOOD | {"a": b"x" * (rest - 10), "b": b"x" * 10})
    assert open_bank([fits], None).problems == ()
    bomb = zipped(tmp_path / "bomb.zip", GOOD | {"a": b"x" * (rest - 9), "b": b"x" * 10})
    (problem,) = open_bank([bomb], None).problems
    assert "unpacked; split it" in problem.reason
    assert open_bank([bomb], None).size == 0


def test_the_limit_is_64_mib(tmp_path: Path) -> None:
    """A small file that unpacks to 65 MiB is refused."""
    pack = zipped(tmp_path / "bomb.zip", GOOD | {"big": bytes(65 * 1024 * 1024)})
    assert pack.stat().st_size < 1024 * 1024
    (problem,) = open_bank([pack], None).problems
    assert "more than 64 MiB" in problem.reason


@pytest.mark.parametrize("claimed", [10, 2**31])
def test_sizes_that_lie(tmp_path: Path, claimed: int) -> None:
    """A header that claims less, or more, than the entry holds does not get it unpacked."""
    pack = zipped(tmp_path / "bomb.zip", GOOD | {"z": bytes(3 * 1024 * 1024)})
    patched(pack, b"PK\x01\x02", 24, struct.pack("<L", claimed))
    (problem,) = open_bank([pack], None).problems
    assert problem.reason.startswith("is not used: ")


def test_entries_that_share_their_bytes(tmp_path: Path) -> None:
    """Records that point at one stream again and again are counted each time, or refused."""
    stream = bytes(4 * 1024 * 1024)
    pack = zipped(tmp_path / "bomb.zip", {f"n{i:02}": stream if i == 0 else b"" for i in range(20)})
    data = pack.read_bytes()
    first = data.index(b"PK\x01\x02")
    size = data.index(b"PK\x01\x02", first + 4) - first
    record, end = data[first : first + size], data.rindex(b"PK\x05\x06")
    records = b"".join(record.replace(b"n00", b"n%02d" % i) for i in range(20))
    assert len(records) == end - first
    pack.write_bytes(data[:first] + records + data[end:])
    (problem,) = open_bank([pack], None).problems
    assert problem.reason.startswith("is not used: ")


def test_a_file_of_a_zip_is_no_larger_than_any_other(tmp_path: Path) -> None:
    """One file has 1 MiB at most, zipped or not."""
    big = GOOD | {"rubrics/lora/lora-basics.toml": b"# " + b"x" * 1024 * 1024}
    (problem,) = check([zipped(tmp_path / "mine.zip", big)])
    assert "1 MiB is the limit" in problem.reason


@pytest.mark.parametrize(
    "content",
    [b"", b"no zip", b"PK\x05\x06", b"PK\x05\x06" + bytes(17), b"PK\x05\x06" + b"\xff" * 18],
)
def test_what_is_no_zip(tmp_path: Path, content: bytes) -> None:
    """A download that failed costs that pack."""
    pack = tmp_path / "mine.zip"
    pack.write_bytes(content)
    (problem,) = open_bank([pack], tmp_path / "cache").problems
    assert problem.path == "mine.zip"


def test_an_empty_zip_says_what_is_missing(tmp_path: Path) -> None:
    """Zero entries are no pack."""
    problems = open_bank([zipped(tmp_path / "mine.zip", {})], None).problems
    assert [problem.path for problem in problems] == ["mine.zip/questions", "mine.zip/rubrics"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_named_like_a_zip_does_not_hang(tmp_path: Path) -> None:
    """What is neither folder nor file is refused unread."""
    os.mkfifo(tmp_path / "mine.zip")
    (problem,) = open_bank([tmp_path / "mine.zip"], tmp_path / "cache").problems
    assert "neither a folder nor a zip file" in problem.reason


def test_a_directory_that_would_take_long(tmp_path: Path) -> None:
    """An archive of a hundred thousand entries is refused before its directory is read."""
    pack = zipped(tmp_path / "mine.zip", GOOD)
    patched(pack, b"PK\x05\x06", 12, struct.pack("<L", 17 * 1024 * 1024))
    (problem,) = open_bank([pack], None).problems
    assert "too many entries" in problem.reason


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten gigabytes named like a zip do not delay a start."""
    pack = tmp_path / "mine.zip"
    with pack.open("wb") as file:
        file.truncate(10 * 1024**3)
    monkeypatch.setattr("mockint.content.prints.hashlib.file_digest", None)
    (problem,) = open_bank([pack], tmp_path / "cache").problems
    assert "64 MiB" in problem.reason


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damaged_archives_never_crash(tmp_path: Path, data: st.DataObject) -> None:
    """Bytes changed, cut or doubled anywhere: a problem is told or the pack is as it was."""
    pack = zipped(tmp_path / "mine.zip", GOOD)
    whole = bytearray(pack.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    pack.write_bytes(whole[:cut])
    bank = open_bank([pack], None)
    assert bank.size + len(bank.problems) >= 1
    for summary in bank.summaries():
        assert bank.question(summary.id).id == summary.id


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(st.text(min_size=1, max_size=12), max_size=4, unique=True))
def test_any_names_never_crash(tmp_path: Path, names: list[str]) -> None:
    """Whatever entries are called, what is said of them fits on one line."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in names:
            info = zipfile.ZipInfo("x")
            info.filename = name.encode("utf-8", "replace").decode()
            file.writestr(info, "x")
    (tmp_path / "mine.zip").write_bytes(data.getvalue())
    for problem in open_bank([tmp_path / "mine.zip"], None).problems:
        assert str(problem).isprintable()


def test_the_index_knows_a_zip_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unchanged zip is not even opened; other bytes of the same size and times are seen."""
    pack, cache = tmp_path / "mine.zip", tmp_path / "cache"
    zipped(pack, GOOD)
    whole = open_bank([pack], cache).summaries()
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZipFile", None)
        assert open_bank([pack], cache).summaries() == whole
    before = pack.stat()
    other = {name: text.replace("What is it?", "Why is that") for name, text in GOOD.items()}
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in other.items():
            file.writestr(name, text)
    os.utime(pack, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert open_bank([pack], cache).question("lora-basics").prompt.en == "Why is that"


def test_a_zip_that_goes_away_while_the_app_runs(tmp_path: Path) -> None:
    """A question of it can no longer be opened, and that is said."""
    pack = zipped(tmp_path / "mine.zip", GOOD)
    cache = tmp_path / "cache"
    open_bank([pack], cache)
    bank = open_bank([pack], cache)
    pack.unlink()
    with pytest.raises(ContentError, match=r"mine\.zip: cannot be read"):
        bank.question("lora-basics")
