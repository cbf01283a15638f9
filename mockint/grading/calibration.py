"""The fitted weights as data: one JSON file per kind of encoder, with the figures it earned."""

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np

from mockint.domain.errors import GradingError
from mockint.grading.encoders.base import FloatArray
from mockint.grading.scoring import Scorer
from mockint.grading.signals import COLUMNS


def load_scorer(name: str = "default") -> tuple[Scorer, str]:
    """The weights of that name and the digest of the file they stand in.

    Raises:
        GradingError: The file is missing, or was fitted for other signals than this version has.
    """
    data, digest = read_fitted(name)
    return scorer_from(data), digest


def read_fitted(name: str) -> tuple[dict[str, Any], str]:
    """What stands in the calibration file of that name, and the file's digest.

    Raises:
        GradingError: The file is missing.
    """
    place = resources.files("mockint.grading") / "calibration" / f"{name}.json"
    try:
        data = place.read_bytes()
    except OSError as error:
        raise GradingError(f"calibration {name!r} cannot be read: reinstall mockint") from error
    return json.loads(data), hashlib.sha256(data).hexdigest()[:12]


def scorer_from(data: Mapping[str, Any]) -> Scorer:
    """The weights in a parsed calibration file.

    Raises:
        GradingError: It was fitted for other signals than this version has.
    """
    if tuple(data["signals"]) != COLUMNS:
        raise GradingError("calibration was fitted for other signals: fit it again or reinstall")
    arrays = {key: _array(data[key]) for key in _ARRAYS}
    return Scorer(
        **arrays,
        covered=float(data["covered"]),
        partial=float(data["partial"]),
        contradicted=float(data["contradicted"]),
    )


def to_data(scorer: Scorer, figures: Mapping[str, object]) -> dict[str, object]:
    """A scorer as what ``scorer_from`` reads, with the figures it earned."""
    data: dict[str, object] = {"signals": list(COLUMNS), "figures": dict(figures)}
    for key in _ARRAYS:
        data[key] = np.round(getattr(scorer, key).astype(np.float64), 6).tolist()
    data.update(covered=scorer.covered, partial=scorer.partial, contradicted=scorer.contradicted)
    return data


_ARRAYS = (
    "mean", "spread", "hidden", "hidden_bias", "output", "output_bias", "score_from", "score_to",
    "error_from", "error_to",
)  # fmt: skip


def _array(values: object) -> FloatArray:
    return np.asarray(values, dtype=np.float32)
