"""A quiet, fixed terminal: no colour switch, no blinking, no animation, UTC."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeBank, FakeGrading, fake_runtime
from scenes import MakeRuntime
from textual import constants
from textual.widgets import Input, TextArea

from mockint.app.runtime import Runtime
from mockint.app.settings import Settings
from mockint.storage.sessions import SqliteSessionStore


@pytest.fixture(autouse=True)
def _quiet_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setattr(constants, "TEXTUAL_ANIMATIONS", "none")
    monkeypatch.setattr(TextArea, "cursor_blink", False)
    monkeypatch.setattr(Input, "cursor_blink", False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def make_runtime(tmp_path: Path) -> Iterator[MakeRuntime]:
    """Builds runtimes of fakes around a real store that is closed afterwards."""
    stores: list[SqliteSessionStore] = []

    def make(
        *,
        bank: FakeBank | None = None,
        grading: FakeGrading | None = None,
        settings: Settings | None = None,
        notices: tuple[str, ...] = (),
    ) -> Runtime:
        store = SqliteSessionStore.open(tmp_path / "sessions.db")
        stores.append(store)
        return fake_runtime(
            store=store, bank=bank, grading=grading, settings=settings, notices=notices
        )

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def runtime(make_runtime: MakeRuntime) -> Runtime:
    """A runtime with the usual settings."""
    return make_runtime()
