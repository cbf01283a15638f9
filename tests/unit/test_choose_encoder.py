"""From the encoder setting to an encoder, as far as no model is needed."""

from pathlib import Path

import pytest

from mockint.grading.encoders.choose import _instructions

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
