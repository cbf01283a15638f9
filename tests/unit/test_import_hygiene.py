"""What each command imports, proved in a fresh interpreter with an empty home."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = ("torch", "transformers", "sentence_transformers")
SCREENS = ("textual", "rich")
HEAVY = (*MODEL, *SCREENS, "numpy", "pydantic", "asyncio")

_PROBE = """
import json, sys
from contextlib import redirect_stdout, suppress
from io import StringIO
from mockint.cli import main
arguments = json.loads(sys.argv[1])
if arguments is not None:
    with suppress(SystemExit), redirect_stdout(StringIO()):
        main(arguments)
print(json.dumps(sorted(name for name in sys.modules if "." not in name)))
"""


def imported(home: Path, arguments: list[str] | None) -> set[str]:
    """Top-level modules after a command; None: after the import of the command line alone."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, json.dumps(arguments)],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_import_of_the_command_line_is_light(tmp_path: Path) -> None:
    """Importing mockint.cli loads nothing heavy."""
    assert imported(tmp_path, None).isdisjoint(HEAVY)


def test_version_is_light(tmp_path: Path) -> None:
    """Asking for the version loads nothing heavy."""
    assert imported(tmp_path, ["--version"]).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "arguments",
    [
        ["bank", "list"],
        ["bank", "show", "lora-idea"],
        ["bank", "check"],
        ["stats", "--json"],
        ["doctor"],
        ["interview"],
    ],
    ids=" ".join,
)
def test_printing_needs_neither_model_nor_screens(tmp_path: Path, arguments: list[str]) -> None:
    """Commands that only print load neither torch nor Textual."""
    assert imported(tmp_path, arguments).isdisjoint(MODEL + SCREENS)


def test_listing_again_needs_no_schema(tmp_path: Path) -> None:
    """With the index in place a list loads neither pydantic nor numpy."""
    imported(tmp_path, ["bank", "list"])

    assert imported(tmp_path, ["bank", "list"]).isdisjoint({"pydantic", "numpy"})


def test_grading_nothing_needs_no_model(tmp_path: Path) -> None:
    """Lines that cannot be graded load no model."""
    (tmp_path / "in.jsonl").write_text('nonsense\n{"question": "no-such-thing", "answer": "x"}\n')
    arguments = ["grade", "in.jsonl", "-o", "out.jsonl"]

    assert imported(tmp_path, arguments).isdisjoint(MODEL + SCREENS)
    assert (tmp_path / "out.jsonl").read_text().count("error") == 2


def test_app_before_the_first_answer_needs_no_model(tmp_path: Path) -> None:
    """What the home screen is built from loads no model: that happens in another process."""
    code = (
        "import sys; from mockint.app.bootstrap import build_runtime; build_runtime();"
        "import mockint.tui.app; print(*(m for m in sys.modules if '.' not in m))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MOCKINT_HOME": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )

    assert set(done.stdout.split()).isdisjoint((*MODEL, "numpy"))
    assert "textual" in done.stdout
