"""An encoder whose results stay on disk: for texts that are the same every day."""

import hashlib
import os
import tempfile
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mockint.grading.encoders.base import EncodedText, Encoder

MOST_BYTES = 512 * 1024 * 1024
"""What the files of one folder may take together: some 150 questions with all their wordings."""

_FORMAT = "mockint-vectors-1"
_SUFFIX = ".safetensors"
_PART = ".part"
_STALE_SECONDS = 3600.0
_DTYPES = {
    "counts": np.dtype("<i4"),
    "offsets": np.dtype("<i4"),
    "vectors": np.dtype("<f4"),
    "states": np.dtype("<f4"),
    "check": np.dtype("<u4"),
}

_Arrays = Mapping[str, npt.NDArray[np.generic]]


class KeptEncoder:
    """Another encoder that computes no list of texts twice, not even in another process.

    A list is known by its texts and the encoder's fingerprint. What is read back has the bytes that
    were computed; a file that is damaged or foreign is computed anew and replaced. Where nothing
    can be written, nothing is kept. The files that were not used for the longest time are removed
    when all together take too much.
    """

    def __init__(self, encoder: Encoder, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        """Touches nothing yet.

        Args:
            encoder: What computes.
            folder: A folder for the files alone; made when needed.
            most_bytes: What the files may take together.
        """
        self.name = encoder.name
        self.fingerprint = encoder.fingerprint
        self._encoder = encoder
        self._folder = folder
        self._most_bytes = most_bytes

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """One EncodedText per text, in order."""
        if not texts:
            return ()
        place = self._folder / f"{_key(self.fingerprint, texts)}{_SUFFIX}"
        kept = _read(place, len(texts), self._most_bytes)
        if kept is not None:
            # The time of last use decides what goes first.
            with suppress(OSError):
                os.utime(place)
            return kept
        encoded = self._encoder.encode(texts)
        self._write(place, _packed(encoded))
        return encoded

    def _write(self, place: Path, data: bytes) -> None:
        if len(data) > self._most_bytes:
            return
        # A full disk or a folder of somebody else's costs time, not grades.
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(_PART, dir=self._folder)
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                part.replace(place)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise
            self._make_room(place)

    def _make_room(self, newest: Path) -> None:
        """Remove what was used longest ago, and what a process that died left behind."""
        found = []
        for path in self._folder.iterdir():
            with suppress(OSError):  # another process may remove it first
                about = path.stat()
                if path.suffix == _SUFFIX and path != newest:
                    found.append((about.st_mtime, about.st_size, path))
                elif path.suffix == _PART and about.st_mtime < time.time() - _STALE_SECONDS:
                    path.unlink()
        left = self._most_bytes - newest.stat().st_size
        for _, size, path in sorted(found, reverse=True):
            left -= size
            if left < 0:
                path.unlink(missing_ok=True)


def _key(fingerprint: str, texts: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for part in (_FORMAT, fingerprint, *texts):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    return digest.hexdigest()[:40]


def _packed(encoded: Sequence[EncodedText]) -> bytes:
    from safetensors.numpy import save  # noqa: PLC0415 - where something is kept alone

    arrays: dict[str, npt.NDArray[np.generic]] = {
        "counts": np.array([len(item.states) for item in encoded]),
        "offsets": np.concatenate([item.offsets for item in encoded]),
        "vectors": np.stack([item.vector for item in encoded]),
        "states": np.concatenate([item.states for item in encoded]),
    }
    exact = {name: np.ascontiguousarray(a, dtype=_DTYPES[name]) for name, a in arrays.items()}
    return save({**exact, "check": np.array([_checksum(exact)], dtype=_DTYPES["check"])})


def _checksum(arrays: _Arrays) -> int:
    checksum = 0
    for name in _DTYPES:
        if name != "check":
            checksum = zlib.crc32(np.ascontiguousarray(arrays[name]).data, checksum)
    return checksum


def _read(place: Path, count: int, most_bytes: int) -> tuple[EncodedText, ...] | None:
    """What a file holds; None where there is none or it is not what was written."""
    from safetensors import SafetensorError  # noqa: PLC0415 - where something is kept alone
    from safetensors.numpy import load  # noqa: PLC0415 - likewise

    try:
        if place.stat().st_size > most_bytes:
            return None
        arrays = load(place.read_bytes())
    except (OSError, SafetensorError, ValueError, KeyError, TypeError):
        return None
    if not _is_whole(arrays, count):
        return None
    ends = np.cumsum(arrays["counts"]).tolist()
    return tuple(
        _item(arrays, row, start, end) for row, (start, end) in enumerate(pairwise((0, *ends)))
    )


def _is_whole(arrays: _Arrays, count: int) -> bool:
    if {name: array.dtype for name, array in arrays.items()} != _DTYPES:
        return False
    counts, vectors, states = arrays["counts"], arrays["vectors"], arrays["states"]
    shapes_fit = (
        counts.shape == (count,)
        and vectors.ndim == states.ndim == 2
        and vectors.shape == (count, states.shape[1])
        and arrays["offsets"].shape == (len(states), 2)
        and arrays["check"].shape == (1,)
    )
    if not shapes_fit or _checksum(arrays) != int(arrays["check"][0]):
        return False
    lengths: list[int] = counts.tolist()
    return min(lengths) >= 0 and sum(lengths) == len(states)


def _item(
    arrays: Mapping[str, npt.NDArray[np.generic]], row: int, start: int, end: int
) -> EncodedText:
    # Copies lie in memory like what is computed; products may depend on where they lie.
    parts = (arrays["vectors"][row], arrays["states"][start:end], arrays["offsets"][start:end])
    vector, states, offsets = (part.copy() for part in parts)
    for array in (vector, states, offsets):
        array.setflags(write=False)
    return EncodedText(
        vector.astype(np.float32, copy=False),
        states.astype(np.float32, copy=False),
        offsets.astype(np.int32, copy=False),
    )
