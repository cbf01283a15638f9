"""From features of a whole answer to what it is worth: small networks, their weights as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mockint.domain.errors import GradingError
from mockint.grading.calibration import read_fitted
from mockint.grading.encoders.base import FloatArray

_FURTHEST = 4.0
"""Standard deviations that a feature may lie from its mean: nothing was learned further out."""


@dataclass(frozen=True, slots=True)
class Head:
    """m small networks whose outputs are averaged.

    Attributes:
        mean: Mean of each feature over the labelled answers, shape (f,).
        spread: Its standard deviation, shape (f,).
        hidden: First layers, shape (m, h, f), with their biases, shape (m, h).
        output: Second layers, shape (m, h), with their biases, shape (m,).
        error_from: Knots of the stated uncertainty, in scores (0 to 100), ascending.
        error_to: Its half-width at the knots, in points.
    """

    mean: FloatArray
    spread: FloatArray
    hidden: FloatArray
    hidden_bias: FloatArray
    output: FloatArray
    output_bias: FloatArray
    error_from: FloatArray
    error_to: FloatArray


def worth(features: FloatArray, head: Head) -> FloatArray:
    """What answers are worth, 0 to 1, shape (n,).

    Args:
        features: Shape (n, f), as ``likeness`` gives them.
        head: The fitted weights.
    """
    standard = np.clip((features - head.mean) / head.spread, -_FURTHEST, _FURTHEST)
    inner = np.tanh(np.einsum("nf,mhf->nmh", standard, head.hidden) + head.hidden_bias)
    values = np.einsum("nmh,mh->nm", inner, head.output) + head.output_bias
    clipped: FloatArray = np.clip(values.mean(axis=1), 0.0, 1.0)
    return clipped


def load_head(name: str, features: tuple[str, ...]) -> tuple[Head, str]:
    """The weights of that name and the digest of the file they stand in.

    Args:
        name: The file's name without its ending.
        features: The features that the weights are for.

    Raises:
        GradingError: The file is missing, or was fitted for other features than this version has.
    """
    data, digest = read_fitted(name)
    return head_from(data, features), digest


def head_from(data: Mapping[str, Any], features: tuple[str, ...]) -> Head:
    """The weights in a parsed file.

    Raises:
        GradingError: It was fitted for other features than this version has.
    """
    if tuple(data["features"]) != features:
        raise GradingError("calibration was fitted for other features: fit it again or reinstall")
    return Head(**{key: np.asarray(data[key], dtype=np.float32) for key in _ARRAYS})


def to_data(head: Head, features: tuple[str, ...], **beside: object) -> dict[str, object]:
    """A head as what ``head_from`` reads, with what else should stand in the file."""
    data: dict[str, object] = {"features": list(features), **beside}
    for key in _ARRAYS:
        data[key] = np.round(getattr(head, key).astype(np.float64), 5).tolist()
    return data


_ARRAYS = (
    "mean", "spread", "hidden", "hidden_bias", "output", "output_bias", "error_from", "error_to",
)  # fmt: skip
