"""Where things are kept."""

import os
from pathlib import Path

import pytest

from mockint.app import locations
from mockint.content import shipped
from mockint.domain.errors import ContentError, StorageError

PLACES = [
    locations.data_folder,
    locations.cache_folder,
    locations.config_folder,
    locations.log_folder,
    locations.settings_file,
    locations.database_file,
    locations.log_file,
    locations.content_cache,
    locations.encoder_cache,
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
def test_one_variable_moves_everything_and_asking_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: object
) -> None:
    """A trial, a test or a stick keeps all of mockint in one folder."""
    home = tmp_path / "home"
    monkeypatch.setenv("MOCKINT_HOME", str(home))
    assert place().is_relative_to(home)  # type: ignore[operator]
    assert not home.exists()


def test_the_four_folders_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emptying the cache must not empty the data."""
    monkeypatch.setenv("MOCKINT_HOME", str(tmp_path))
    assert len({place() for place in PLACES}) == len(PLACES)


def test_without_the_variable_the_platform_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept where a platform's user would not look."""
    import platformdirs

    monkeypatch.setenv("MOCKINT_HOME", "  ")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locations.data_folder() == platformdirs.user_data_path("mockint", appauthor=False)
    assert locations.cache_folder() == platformdirs.user_cache_path("mockint", appauthor=False)


def test_a_relative_or_tilde_home_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grading process may run in another folder and must find the same places."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOCKINT_HOME", "trial")
    assert locations.data_folder() == tmp_path / "trial" / "data"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("MOCKINT_HOME", "~/trial")
    assert locations.data_folder() == tmp_path / "trial" / "data"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    """Transcripts are their owner's alone, also in a folder that was open before."""
    fresh = locations.private_folder(tmp_path / "a" / "b")
    assert fresh.stat().st_mode & 0o777 == 0o700
    open_one = tmp_path / "open"
    open_one.mkdir()
    open_one.chmod(0o755)
    assert locations.private_folder(open_one).stat().st_mode & 0o777 == 0o700


def test_folders_made_on_the_way_are_closed_too(tmp_path: Path) -> None:
    """Nobody else can swap a folder of ours for one of theirs, however open the umask."""
    before = os.umask(0)
    try:
        locations.private_folder(tmp_path / "home" / "deep" / "data")
    finally:
        os.umask(before)
    for made in ("home", "home/deep", "home/deep/data"):
        assert (tmp_path / made).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    """A file in the way is told with the way out."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="MOCKINT_HOME"):
        locations.private_folder(tmp_path / "file" / "data")


def test_a_checkout_s_own_files_are_the_shipped_bank() -> None:
    """An editable installation asks what the checkout holds."""
    assert (locations.shipped_bank() / "questions" / "lora" / "lora-idea.toml").is_file()


def test_a_wheel_s_bank_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed mockint never picks up folders that lie beside it by chance."""
    package = tmp_path / "site-packages" / "mockint"
    for pack in (package / "_bank", package.parent):
        for part in ("questions", "rubrics"):
            (pack / part).mkdir(parents=True)
    monkeypatch.setattr(shipped, "__file__", str(package / "content" / "shipped.py"))
    assert locations.shipped_bank() == package / "_bank"


def test_an_installation_without_questions_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation is told in one sentence."""
    module = tmp_path / "mockint" / "content" / "shipped.py"
    monkeypatch.setattr(shipped, "__file__", str(module))
    with pytest.raises(ContentError, match="Install mockint again"):
        locations.shipped_bank()
