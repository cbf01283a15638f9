"""``mockint doctor``: whether everything that mockint needs is in order, in words."""

import argparse
import os
import platform
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from mockint import __version__
from mockint.app import locations
from mockint.app.bootstrap import build_bank, build_store, left_out, read_settings
from mockint.app.settings import Settings
from mockint.cli.terminal import one_line, show
from mockint.domain.errors import MockintError

if TYPE_CHECKING:
    from mockint.grading.encoders.base import Encoder

_PACKAGES = (
    *("textual", "pydantic", "platformdirs", "rapidfuzz", "snowballstemmer"),
    *("numpy", "torch", "sentence-transformers", "safetensors", "tokenizers"),
)
_SMALL = (60, 16)


class Health(StrEnum):
    """How serious a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    health: Health
    subject: str
    text: str


def run(options: argparse.Namespace) -> int:
    """Report on everything; 1 where something fails."""
    failed = False
    for finding in _examine(options):
        show(f"{finding.health.value:4}  {finding.subject:9}  {one_line(finding.text)}")
        failed |= finding.health is Health.FAIL
        sys.stdout.flush()
    return 1 if failed else 0


def _examine(options: argparse.Namespace) -> Iterator[Finding]:
    yield Finding(Health.OK, "mockint", __version__)
    system = f"{platform.system()} {platform.release()} on {platform.machine()}"
    yield Finding(Health.OK, "python", f"{platform.python_version()}, {system}")
    yield _packages()
    settings, complaints = read_settings()
    yield from (Finding(Health.WARN, "settings", complaint) for complaint in complaints)
    if not complaints:
        yield Finding(Health.OK, "settings", _settings_text())
    yield from _encoder(settings)
    yield from _folders()
    yield _attempt("sessions", _sessions)
    yield from _bank(settings, options)
    yield from _terminal()
    if options.deep:
        yield _attempt("grading", lambda: _grade_one(settings))


def _attempt(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(Health.OK, subject, look())
    except MockintError as error:
        return Finding(Health.FAIL, subject, str(error))


def _packages() -> Finding:
    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        text = f"not installed: {', '.join(missing)}; install mockint again with its dependencies"
        return Finding(Health.FAIL, "packages", text)
    return Finding(Health.OK, "packages", ", ".join(found))


def _settings_text() -> str:
    file = locations.settings_file()
    return str(file) if file.exists() else f"none, all as delivered ({file} would hold them)"


def _encoder(settings: Settings) -> Iterator[Finding]:
    from mockint.grading.encoders.choose import (  # noqa: PLC0415 - for this report alone
        E5_NAME,
        choose_encoder,
        english_beside,
    )

    try:
        choice = choose_encoder(settings.encoder, locations.encoder_cache())
    except MockintError as error:
        yield Finding(Health.FAIL, "encoder", str(error))
        return
    health = Health.WARN if choice.note else Health.OK
    yield Finding(health, "encoder", f'{choice.name} (setting "{settings.encoder}"). {choice.note}')
    if choice.name == E5_NAME:
        yield _conversion()
        yield _company(english_beside(choice.name))


def _company(english: "Encoder | None") -> Finding:
    if english is None:
        return Finding(
            Health.WARN,
            "encoder",
            "the English one is not installed: answers to English references of your own are "
            "graded less well; install mockint again with its dependencies",
        )
    what = f"{english.name} reads English references of your own as well"
    return Finding(Health.OK, "encoder", what)


def _conversion() -> Finding:
    from mockint.grading.encoders.e5_wheel import (  # noqa: PLC0415 - numpy
        is_converted,
        model_folder,
    )

    folder = model_folder(locations.encoder_cache())
    if is_converted(folder):
        return Finding(Health.OK, "encoder", f"unpacked in {folder}")
    return Finding(Health.OK, "encoder", "not unpacked yet; the first start does that once (10 s)")


def _folders() -> Iterator[Finding]:
    for name, find in (
        ("data", locations.data_folder),
        ("cache", locations.cache_folder),
        ("settings", locations.config_folder),
        ("log", locations.log_folder),
    ):
        yield _folder(name, find())


def _folder(name: str, folder: Path) -> Finding:
    if folder.is_dir():
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            text = f"{folder} cannot be read and written; mend its permissions"
            return Finding(Health.FAIL, name, text)
        if name != "settings" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
            text = f"{folder} can be read by others; `chmod 700` keeps it to you"
            return Finding(Health.WARN, name, text)
        return Finding(Health.OK, name, str(folder))
    nearest = next((parent for parent in folder.parents if parent.exists()), Path("/"))
    if folder.exists() or not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding(Health.FAIL, name, f"{folder} cannot be made; {nearest} does not allow it")
    return Finding(Health.OK, name, f"{folder} (made when it is needed)")


def _sessions() -> str:
    file = locations.database_file()
    if not file.exists():
        return "none yet"
    store = build_store()
    try:
        sessions, waiting = store.summaries(), store.ungraded()
    finally:
        store.close()
    return f"{len(sessions)} in {file}, {len(waiting)} answers without a grade"


def _bank(settings: Settings, options: argparse.Namespace) -> Iterator[Finding]:
    try:
        bank = build_bank(settings, options.pack)
    except MockintError as error:
        yield Finding(Health.FAIL, "questions", str(error))
        return
    count = len(bank.summaries())
    text = f"{count} in {len(bank.topics())} topics"
    yield Finding(Health.OK if count else Health.FAIL, "questions", text)
    if sentence := left_out(bank):
        yield Finding(Health.WARN, "questions", sentence)


def _terminal() -> Iterator[Finding]:
    if not sys.stdout.isatty():
        yield Finding(
            Health.OK, "terminal", "none here: the app needs one, `mockint grade` does not"
        )
        return
    columns, rows = shutil.get_terminal_size()
    small = columns < _SMALL[0] or rows < _SMALL[1]
    size = f"{columns} columns, {rows} rows"
    advice = f"; the app wants {_SMALL[0]} by {_SMALL[1]} at least" if small else ""
    yield Finding(Health.WARN if small else Health.OK, "terminal", size + advice)
    yield Finding(Health.OK, "terminal", f"colours: {_colours()}")
    encoding = (sys.stdout.encoding or "unknown").upper()
    if encoding.replace("-", "") == "UTF8":
        yield Finding(Health.OK, "terminal", "UTF-8")
    else:
        text = f"its encoding is {encoding}; set LANG to one that ends in .UTF-8 to read Chinese"
        yield Finding(Health.WARN, "terminal", text)


def _colours() -> str:
    if os.environ.get("NO_COLOR"):
        return "none, as NO_COLOR asks"
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "16 million"
    term = os.environ.get("TERM", "")
    return "256" if "256" in term else f"few (TERM is {term or 'not set'})"


def _grade_one(settings: Settings) -> str:
    from mockint.cli.grade import load_grader  # noqa: PLC0415 - only for a deep look
    from mockint.cli.progress import Progress  # noqa: PLC0415 - likewise
    from mockint.domain.answer import Answer  # noqa: PLC0415 - likewise
    from mockint.domain.language import Language  # noqa: PLC0415 - likewise

    progress = Progress(sys.stderr, None)
    began = time.monotonic()
    try:
        grader = load_grader(settings, progress)
    finally:
        progress.end()
    loaded = time.monotonic()
    bank = build_bank(settings)
    first = bank.summaries()[0].id
    question, rubric = bank.question(first), bank.rubric(first)
    grade = grader.grade(question, rubric, Answer(question.reference.en, Language.EN))
    graded = time.monotonic()
    return (
        f"loaded in {loaded - began:.1f} s; the model answer to {question.id} got "
        f"{grade.score:.0f} ({grade.band.value}) in {graded - loaded:.1f} s"
    )
