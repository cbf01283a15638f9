"""Settings cannot break the app."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import mockint
from mockint.app.settings import Settings, load_settings, save_settings
from mockint.domain.errors import StorageError
from mockint.domain.language import Language
from mockint.domain.question import Level

FULL = """
encoder = "/models/mine"
theme = "mockint-light"
language = "zh"
level = "senior"
topics = ["lora", "rag", "lora"]
count = 7
minutes = 35
packs = ["mine", "/abs/pack"]
keymap = { submit = "ctrl+s,f5" }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_no_file_means_defaults(path: Path) -> None:
    """A fresh machine has no settings, and that is no problem."""
    assert load_settings(path) == (Settings(), ())


def test_every_value_is_read(path: Path) -> None:
    """What the file says is what the app gets, in the domain's words."""
    path.write_text(FULL, "utf-8")
    loaded, notices = load_settings(path)
    assert notices == ()
    assert loaded == Settings(
        encoder="/models/mine",
        theme="mockint-light",
        language=Language.ZH,
        level=Level.SENIOR,
        topics=("lora", "rag"),
        count=7,
        minutes=35.0,
        packs=(path.parent / "mine", Path("/abs/pack")),
        keymap={"submit": "ctrl+s,f5"},
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("encoder = 3", "encoder"),
        ('encoder = " "', "encoder"),
        ('theme = "a\\u001b[2J"', "theme"),
        ('language = "fr"', "language"),
        ('level = "boss"', "level"),
        ('topics = "lora"', "topics"),
        ('topics = ["lore"]', "topics"),
        ("count = 0", "count"),
        ("count = true", "count"),
        ("count = 2.5", "count"),
        ('minutes = "20"', "minutes"),
        ("minutes = inf", "minutes"),
        ("minutes = nan", "minutes"),
        ("packs = [1]", "packs"),
        ("keymap = { submit = 3 }", "keymap"),
        ("colour = 1", "colour"),
    ],
)
def test_a_bad_value_costs_only_itself(path: Path, line: str, key: str) -> None:
    """One sentence names the key; every other value holds."""
    path.write_text(f"{line}\n" + ("minutes = 33\n" if key == "count" else "count = 9\n"))
    loaded, (notice,) = load_settings(path)
    assert f": {key} " in notice
    assert notice.isprintable()
    expected = Settings(minutes=33.0) if key == "count" else Settings(count=9)
    assert loaded == expected


@pytest.mark.parametrize(
    "content",
    [b"encoder = ", b"\xff\xfe", b"a = " + b"[" * 50_000, b"#" * 300_000, b"a = " + b"9" * 9999],
    ids=["toml", "utf8", "nested", "large", "digits"],
)
def test_a_bad_file_gives_defaults_and_one_notice(path: Path, content: bytes) -> None:
    """A file that makes no sense never keeps the app from starting."""
    path.write_bytes(content)
    loaded, (notice,) = load_settings(path)
    assert loaded == Settings()
    assert str(path) in notice
    assert notice.isprintable()


def test_a_folder_in_its_place_is_a_notice(path: Path) -> None:
    """Whatever lies there, the app starts."""
    path.mkdir()
    loaded, notices = load_settings(path)
    assert loaded == Settings()
    assert len(notices) == 1


def test_home_is_expanded_in_packs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """People write ~; a person who does not exist is a missing folder, not a crash."""
    monkeypatch.setenv("HOME", "/home/somebody")
    monkeypatch.setenv("USERPROFILE", "/home/somebody")
    path.write_text('packs = ["~/packs", "~nobody-of-this-name/x"]')
    loaded, _ = load_settings(path)
    assert loaded.packs[0] == Path("/home/somebody/packs")
    assert len(loaded.packs) == 2


words = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1).filter(
    lambda text: text == text.strip() and text.isprintable()
)


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    saved=st.builds(
        Settings,
        encoder=words,
        theme=words,
        language=st.sampled_from(Language),
        level=st.none() | st.sampled_from(Level),
        topics=st.lists(st.sampled_from(["lora", "rag", "sft"]), unique=True).map(tuple),
        count=st.integers(1, 100),
        minutes=st.floats(1, 600),
        packs=st.lists(words.map(lambda w: Path("/packs") / w.replace("/", "-"))).map(tuple),
        keymap=st.dictionaries(words, words),
    )
)
def test_what_is_saved_is_what_is_read(path: Path, saved: Settings) -> None:
    """Any settings survive the file, whatever characters they hold."""
    save_settings(path, saved)
    assert load_settings(path) == (saved, ())


def test_saving_keeps_what_this_version_does_not_know(path: Path) -> None:
    """An older mockint does not undo what a newer one wrote."""
    newer = (
        '"voice \\u007f" = "on"\n'
        "when = 2026-01-02T03:04:05Z\n"
        "[speech]\nrate = 1.5\nmodels = [{ a = 1 }, { b = [true, 1e300] }]\n"
    )
    path.write_text(f"count = 3\n{newer}", "utf-8")
    save_settings(path, Settings(count=8))
    written = tomllib.loads(path.read_text("utf-8"))
    assert written.pop("count") == 8
    for key, value in tomllib.loads(newer).items():
        assert written[key] == value


def test_a_file_that_does_not_parse_is_put_aside_not_lost(path: Path) -> None:
    """A typing mistake in the file does not cost a person all their settings."""
    path.write_text("count = 9\ntheme = \n")
    save_settings(path, Settings())
    assert path.with_name("config.toml.broken").read_text() == "count = 9\ntheme = \n"
    assert load_settings(path) == (Settings(), ())


def test_saving_is_one_step_and_private(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails half-way leaves the old file and nothing else."""
    save_settings(path, Settings(count=3))
    assert path.stat().st_mode & 0o077 == 0 or sys.platform == "win32"

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(StorageError, match="No space left"):
        save_settings(path, Settings(count=4))
    assert load_settings(path)[0].count == 3
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


def test_saving_through_a_link_keeps_the_link(path: Path, tmp_path: Path) -> None:
    """Settings kept in a folder of dotfiles stay there."""
    real = tmp_path / "dotfiles" / "mockint.toml"
    real.parent.mkdir()
    real.write_text("count = 2\n")
    path.symlink_to(real)
    save_settings(path, Settings(count=6))
    assert path.is_symlink()
    assert load_settings(real)[0].count == 6


def test_without_a_file_pydantic_stays_out() -> None:
    """A person without settings does not pay for checking them."""
    code = (
        "import sys; from pathlib import Path; from mockint.app.settings import load_settings\n"
        "load_settings(Path('/nonexistent/config.toml')); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(mockint.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
