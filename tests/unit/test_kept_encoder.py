"""Vectors that stay on disk: the same bytes, whatever happened to the file."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from mockint.grading.encoders.base import EncodedText
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.encoders.kept import KeptEncoder

TEXTS = ("The weights stay frozen.", "", "冻结 W0。", "B = 0", "a \ud800 surrogate")


class Counting:
    """A hashing encoder that counts how often it is asked."""

    def __init__(self, fingerprint: str = "one") -> None:
        self.asked = 0
        self.fingerprint = fingerprint
        self.name = "counting"

    def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
        """Hashed n-grams."""
        self.asked += 1
        return HashingEncoder().encode(texts)


def same(one: Sequence[EncodedText], other: Sequence[EncodedText]) -> bool:
    return len(one) == len(other) and all(
        a.tobytes() == b.tobytes() and a.dtype == b.dtype and a.shape == b.shape
        for x, y in zip(one, other, strict=True)
        for a, b in ((x.vector, y.vector), (x.states, y.states), (x.offsets, y.offsets))
    )


def only_file(folder: Path) -> Path:
    [place] = folder.iterdir()
    return place


def test_same_bytes_from_disk(tmp_path: Path) -> None:
    """Another process reads the very bytes that the first computed, and computes nothing."""
    first, second = Counting(), Counting()
    computed = KeptEncoder(first, tmp_path / "v").encode(TEXTS)
    read = KeptEncoder(second, tmp_path / "v").encode(TEXTS)

    assert same(computed, read)
    assert same(read, HashingEncoder().encode(TEXTS))
    assert (first.asked, second.asked) == (1, 0)
    assert not any(array.flags.writeable for item in read for array in (item.vector, item.states))


def test_other_texts_and_other_encoders_are_others(tmp_path: Path) -> None:
    """Neither other texts, nor the same in another order, nor another encoder get these vectors."""
    KeptEncoder(Counting(), tmp_path).encode(TEXTS)
    for texts, fingerprint in (
        (TEXTS[::-1], "one"),
        (TEXTS[:-1], "one"),
        (("".join(TEXTS[:4]),), "one"),
        (TEXTS, "two"),
    ):
        encoder = Counting(fingerprint)
        assert same(KeptEncoder(encoder, tmp_path).encode(texts), HashingEncoder().encode(texts))
        assert encoder.asked == 1
    assert KeptEncoder(Counting(), tmp_path).encode(()) == ()


@pytest.mark.parametrize("part", [0.0, 0.3, 0.6, 0.999])
@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_damaged_file_is_replaced(tmp_path: Path, damage: str, part: float) -> None:
    """A file that is cut short or changed anywhere is computed anew, and is whole afterwards."""
    KeptEncoder(Counting(), tmp_path).encode(TEXTS)
    place = only_file(tmp_path)
    whole = place.read_bytes()
    at = int(part * len(whole))
    broken = (
        whole[:at] if damage == "cut" else whole[:at] + bytes([whole[at] ^ 8]) + whole[at + 1 :]
    )
    place.write_bytes(broken)
    encoder = Counting()

    assert same(KeptEncoder(encoder, tmp_path).encode(TEXTS), HashingEncoder().encode(TEXTS))
    assert encoder.asked == 1
    assert only_file(tmp_path).read_bytes() == whole


def test_foreign_file_is_replaced(tmp_path: Path) -> None:
    """A file of other arrays, or for another number of texts, is not taken for vectors."""
    from safetensors.numpy import save

    KeptEncoder(Counting(), tmp_path / "other").encode(TEXTS[:2])
    KeptEncoder(Counting(), tmp_path / "v").encode(TEXTS)
    place = only_file(tmp_path / "v")
    for foreign in (
        save({"a": np.zeros(3, dtype=np.float32)}),
        only_file(tmp_path / "other").read_bytes(),
        b"\x80\x04K\x01.",
    ):
        place.write_bytes(foreign)
        encoder = Counting()
        assert same(
            KeptEncoder(encoder, tmp_path / "v").encode(TEXTS), HashingEncoder().encode(TEXTS)
        )
        assert encoder.asked == 1


def test_folder_stays_below_its_size(tmp_path: Path) -> None:
    """What was used longest ago goes first; a list that alone is too large is not kept."""
    KeptEncoder(Counting(), tmp_path).encode(["first"])
    first = only_file(tmp_path)
    size = first.stat().st_size
    small = KeptEncoder(Counting(), tmp_path, 2 * size + 100)
    small.encode(["second"])
    second = next(path for path in tmp_path.iterdir() if path != first)
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    small.encode(["first"])
    small.encode(["third"])

    assert first.exists()
    assert not second.exists()
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 2 * size + 100
    KeptEncoder(Counting(), tmp_path / "tiny", 100).encode(["first"])
    assert not (tmp_path / "tiny").exists()


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    """Unfinished files go after a while, those that may still be written stay."""
    for name, age in (("old.part", 1), ("new.part", None)):
        (tmp_path / name).write_bytes(b"x")
        if age is not None:
            os.utime(tmp_path / name, (age, age))
    KeptEncoder(Counting(), tmp_path).encode(TEXTS)
    assert not (tmp_path / "old.part").exists()
    assert (tmp_path / "new.part").exists()


def test_several_at_once(tmp_path: Path) -> None:
    """Many that read and write the same lists, and make room meanwhile, all get the right bytes."""
    lists = [[f"text {number}", *TEXTS] for number in range(4)]
    expected = [HashingEncoder().encode(texts) for texts in lists]
    size = 3 * 60_000

    def work(seed: int) -> bool:
        encoder = KeptEncoder(Counting(), tmp_path, size)
        places = [(seed + step) % 4 for step in range(12)]
        return all(same(encoder.encode(lists[place]), expected[place]) for place in places)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(4)))
    assert not list(tmp_path.glob("*.part"))


def test_without_a_folder_all_is_computed(tmp_path: Path) -> None:
    """Where nothing can be written the vectors are the same."""
    (tmp_path / "file").write_text("in the way")
    encoder = Counting()
    kept = KeptEncoder(encoder, tmp_path / "file" / "v")

    assert same(kept.encode(TEXTS), HashingEncoder().encode(TEXTS))
    assert same(kept.encode(TEXTS), HashingEncoder().encode(TEXTS))
    assert encoder.asked == 2
