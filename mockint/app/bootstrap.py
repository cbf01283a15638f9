"""Wires every port into a Runtime; the only place that knows all implementations."""

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from mockint.app import locations
from mockint.app.clock import SystemClock
from mockint.app.grader_client import GraderProcess
from mockint.app.runtime import Runtime
from mockint.app.settings import Settings, load_settings
from mockint.content.bank import open_bank
from mockint.domain.errors import ContentError, StorageError
from mockint.domain.ports import Bank, SessionStore
from mockint.storage.sessions import SqliteSessionStore

_NAMED_FILES = 3


def read_settings() -> tuple[Settings, tuple[str, ...]]:
    """The person's settings, and one sentence per value that could not be used."""
    return load_settings(locations.settings_file())


def build_bank(settings: Settings, packs: Sequence[Path] = ()) -> Bank:
    """The shipped questions, those of the settings' packs, and those of ``packs``.

    Raises:
        ContentError: A folder in ``packs`` is missing, or the shipped questions are.
    """
    for pack in packs:
        if not pack.is_dir():
            raise ContentError(
                f"There is no folder {pack}. A pack is a folder with questions/ and rubrics/."
            )
    # The index is kept in a folder of its own below; without a cache the bank works as well.
    with suppress(StorageError):
        locations.private_folder(locations.cache_folder())
    every = (locations.shipped_bank(), *settings.packs, *packs)
    return open_bank(every, locations.content_cache())


def build_store() -> SqliteSessionStore:
    """The person's sessions; raises StorageError where they cannot be opened."""
    locations.private_folder(locations.data_folder())
    return SqliteSessionStore.open(locations.database_file())


def build_runtime(packs: Sequence[Path] = ()) -> Runtime:
    """Everything the screens need; nothing heavy is imported and no process is started yet.

    Args:
        packs: Folders with further questions, besides those in the settings.

    Raises:
        ContentError: A folder in ``packs`` is missing, or the shipped questions are.
        StorageError: The sessions cannot be opened.
    """
    settings, complaints = read_settings()
    bank = build_bank(settings, packs)
    store = build_store()
    grading = GraderProcess(settings.encoder, locations.encoder_cache(), locations.log_file())
    notices = (*complaints, *_of_bank(bank), *_of_store(store))
    chance = random.Random()  # noqa: S311 - which question comes next is no secret
    return Runtime(settings, bank, store, grading, SystemClock(), chance, notices)


def left_out(bank: Bank) -> str:
    """What could not be used of the bank, in one sentence; empty where all could."""
    files = tuple(dict.fromkeys(problem.path for problem in bank.problems))
    if not files:
        return ""
    named = ", ".join(files[:_NAMED_FILES])
    if len(files) > _NAMED_FILES:
        named += f" and {len(files) - _NAMED_FILES} more"
    counted = "1 file was" if len(files) == 1 else f"{len(files)} files were"
    return f"{counted} left out of the questions: {named}; run `mockint bank check` to see why."


def _of_bank(bank: Bank) -> Iterator[str]:
    if sentence := left_out(bank):
        yield sentence
    if not bank.summaries():
        yield "There are no questions to ask; run `mockint bank check` to see why."


def _of_store(store: SessionStore) -> Iterator[str]:
    waiting = len(store.ungraded())
    if waiting == 1:
        yield "1 answer of an earlier session waits for its grade; it is graded now."
    elif waiting:
        yield f"{waiting} answers of earlier sessions wait for their grades; they are graded now."
