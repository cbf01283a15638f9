"""What every shipped question and rubric must be."""

import tomllib
from pathlib import Path

import pytest

from mockint.content.bank import open_bank
from mockint.content.check import check
from mockint.content.schema import findings
from mockint.content.shipped import shipped_pack
from mockint.content.source import Part, SourceFile, list_pack
from mockint.domain.grade import Band

PACK = shipped_pack()
LISTING = list_pack(PACK)
KEYS = {file.key for file in LISTING.files}

TOPICS = frozenset(
    [
        "foundations",
        "architecture",
        "model-families",
        "attention",
        "positional-encoding",
        "long-context",
        "tokenizer",
        "normalization",
        "activation",
        "pretraining",
        "continued-pretraining",
        "sft",
        "training-data",
        "peft",
        "adapter",
        "prompt-learning",
        "lora",
        "rlhf",
        "generation",
        "inference",
        "quantization",
        "serving",
        "gpu-memory",
        "distributed-training",
        "pipeline-parallelism",
        "dp-ddp",
        "torch-multiprocessing",
        "mixed-precision",
        "deepspeed-zero",
        "accelerate",
        "rag",
        "pdf-parsing",
        "graph-rag",
        "langchain",
        "agents",
        "evaluation",
        "hallucination",
        "multimodal",
        "cot",
        "environment",
        "safety-applications",
        "interview-prep",
    ]
)

every_file = pytest.mark.parametrize("file", LISTING.files, ids=lambda file: file.key)
every_rubric = pytest.mark.parametrize(
    "file",
    [file for file in LISTING.files if file.part is Part.RUBRICS],
    ids=lambda file: file.id,
)


def read(file: SourceFile) -> dict:
    return tomllib.loads(Path(file.path).read_text("utf-8"))


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def chinese_texts(value: object, key: str = "") -> list[tuple[str, str]]:
    """Every text under a key ``zh``, with the path that leads there."""
    if isinstance(value, dict):
        return [t for k, v in value.items() for t in chinese_texts(v, f"{key}.{k}")]
    if isinstance(value, list):
        return [t for i, v in enumerate(value) for t in chinese_texts(v, f"{key}[{i}]")]
    return [(key, value)] if key.endswith(".zh") and isinstance(value, str) else []


def test_there_is_a_bank() -> None:
    """A glob that finds nothing would make every test below pass."""
    assert len(LISTING.files) >= 2
    assert LISTING.problems == ()


@every_file
def test_passes_the_schema(file: SourceFile) -> None:
    """A shipped file is one that a person's own pack could hold."""
    assert findings(file.part, file.topic, file.id, read(file)) == ()


@every_file
def test_has_its_other_half(file: SourceFile) -> None:
    """A question comes with a rubric and a rubric with a question."""
    assert file.partner_key in KEYS


@every_file
def test_lies_in_a_known_topic(file: SourceFile) -> None:
    """Topics are a fixed list: a person's history is kept by them."""
    assert file.topic in TOPICS


@every_file
def test_chinese_texts_are_chinese(file: SourceFile) -> None:
    """A Chinese text is not the English one put in its place; formulas may stand as they are."""
    texts = [(key, text) for key, text in chinese_texts(read(file)) if "paraphrases" not in key]
    assert texts
    assert [key for key, text in texts if not has_chinese(text)] == []


@every_rubric
def test_samples_show_both_ends(file: SourceFile) -> None:
    """Every rubric says by example what is excellent and what is poor."""
    bands = {Band(sample["band"]) for sample in read(file)["samples"]}
    assert {Band.EXCELLENT, Band.POOR} <= bands


@every_rubric
def test_a_twin_is_not_its_statement(file: SourceFile) -> None:
    """A twin that says what the statement says would contradict every right answer."""
    for point in read(file)["points"]:
        for language in ("en", "zh"):
            right = {point["statement"][language], *(p[language] for p in point["paraphrases"])}
            assert point["twin"][language] not in right


def test_check_finds_nothing() -> None:
    """``mockint bank check`` is content with what mockint ships."""
    assert check() == ()


def test_the_bank_opens_whole() -> None:
    """Every shipped question can be listed, asked and graded."""
    bank = open_bank([PACK], None)
    assert bank.problems == ()
    questions = [file for file in LISTING.files if file.part is Part.QUESTIONS]
    assert len(bank.summaries()) == len(questions)
    for summary in bank.summaries():
        assert bank.question(summary.id).summary == summary
        assert bank.rubric(summary.id).question_id == summary.id


def test_topic_table_is_the_frozen_list() -> None:
    """A topic that goes missing would orphan what people have answered."""
    from mockint.content.topics import TOPICS as TABLE

    assert set(TABLE) == TOPICS
    assert all(title.en.strip() and title.zh.strip() for title in TABLE.values())
