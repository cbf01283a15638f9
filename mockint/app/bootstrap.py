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
from mockint.content.index import Watch
from mockint.content.packs import found_packs, is_archive
from mockint.domain.errors import ContentError, StorageError
from mockint.domain.ports import Bank, SessionStore
from mockint.storage.sessions import SqliteSessionStore

_NAMED_FILES = 3


def read_settings() -> tuple[Settings, tuple[str, ...]]:
    """The person's settings, and one sentence per value that could not be used."""
    return load_settings(locations.settings_file())


def every_pack(settings: Settings, packs: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The shipped pack, those in the person's folder of packs, in the settings, and ``packs``.

    Of two questions with one id the earlier pack's is asked.

    Raises:
        ContentError: One of ``packs`` is missing, or the shipped one is.
    """
    for pack in packs:
        if not pack.is_dir() and not (is_archive(pack) and pack.exists()):
            raise ContentError(
                f"There is no pack {pack}. A pack is a folder with questions/ and rubrics/, "
                "or a zip file of one."
            )
    found = found_packs(locations.packs_folder())
    return (locations.shipped_bank(), *found, *settings.packs, *packs)


def build_bank(settings: Settings, packs: Sequence[Path] = (), watch: Watch | None = None) -> Bank:
    """The questions of every pack; ``watch`` is told how far reading them has come.

    Raises:
        ContentError: One of ``packs`` is missing, or the shipped questions are.
    """
    every = every_pack(settings, packs)
    # The index is kept in a folder of its own below; without a cache the bank works as well.
    with suppress(StorageError):
        locations.private_folder(locations.cache_folder())
    return open_bank(every, locations.content_cache(), watch)


def build_store() -> SqliteSessionStore:
    """The person's sessions; raises StorageError where they cannot be opened."""
    locations.private_folder(locations.data_folder())
    return SqliteSessionStore.open(locations.database_file())


def build_runtime(packs: Sequence[Path] = (), watch: Watch | None = None) -> Runtime:
    """Everything the screens need; nothing heavy is imported and no process is started yet.

    Args:
        packs: Folders and zip files with further questions, besides those that are there already.
        watch: Told how far reading the questions has come.

    Raises:
        ContentError: One of ``packs`` is missing, or the shipped questions are.
        StorageError: The sessions cannot be opened.
    """
    settings, complaints = read_settings()
    bank = build_bank(settings, packs, watch)
    store = build_store()
    grading = GraderProcess(
        settings.encoder,
        locations.encoder_cache(),
        locations.log_file(),
        vectors=locations.vector_cache(),
    )
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
    if not bank.size:
        yield "There are no questions to ask; run `mockint bank check` to see why."


def _of_store(store: SessionStore) -> Iterator[str]:
    waiting = len(store.ungraded())
    if waiting == 1:
        yield "1 answer of an earlier session waits for its grade; it is graded now."
    elif waiting:
        yield f"{waiting} answers of earlier sessions wait for their grades; they are graded now."
