"""Where the questions that come with mockint lie."""

from pathlib import Path

from mockint.domain.errors import ContentError


def shipped_pack() -> Path:
    """The folder with the shipped ``questions/`` and ``rubrics/``.

    A wheel carries them inside the package; an editable installation finds the checkout.

    Raises:
        ContentError: Neither is there.
    """
    package = Path(__file__).resolve().parents[1]
    for pack in (package / "_bank", package.parent):
        if (pack / "questions").is_dir() and (pack / "rubrics").is_dir():
            return pack
    raise ContentError(
        f"The questions that come with mockint are missing beside {package}. Install mockint again."
    )
