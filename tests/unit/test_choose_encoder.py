"""From the encoder setting to an encoder, as far as no model is needed."""

from pathlib import Path

import numpy as np
import pytest

from mockint.grading.encoders.choose import _instructions, english_beside
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.encoders.late import LateEncoder

AVX512 = "avx512f avx512bw avx512cd avx512dq avx512vl"


@pytest.mark.parametrize(
    ("flags", "held_to"),
    [
        (f"flags : fpu avx2 {AVX512}", "AVX512"),
        ("flags : fpu avx2 avx512f", "AVX2"),
        ("flags : fpu avx2", "AVX2"),
    ],
)
def test_sums_are_held_to_what_the_processor_has(tmp_path: Path, flags: str, held_to: str) -> None:
    """Held to what is not there, the library goes back to sums that depend on the batch."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(flags, encoding="ascii")
    assert _instructions(cpuinfo) == held_to


def test_an_unknown_processor_is_held_to_the_narrower_instructions(tmp_path: Path) -> None:
    """Where nobody says what the processor has."""
    assert _instructions(tmp_path / "absent") == "AVX2"


def test_only_the_default_encoder_gets_company() -> None:
    """Another encoder was the person's own choice, and stays alone."""
    assert english_beside("some-encoder") is None


def test_company_is_loaded_when_it_is_needed() -> None:
    """Its identity is known before, and it is loaded once."""
    loads: list[int] = []

    def load() -> HashingEncoder:
        loads.append(1)
        return HashingEncoder()

    late = LateEncoder("late", "late 1", load)
    assert (late.name, late.fingerprint, loads) == ("late", "late 1", [])
    assert np.array_equal(
        late.encode(["a b"])[0].vector, HashingEncoder().encode(["a b"])[0].vector
    )
    late.encode(["c"])
    assert loads == [1]
