"""Throughput of `mockint grade` on a file, beside a plain loop with the same encoder.

    python benchmarks/bulk.py [FILE.csv] [--lines 2000] [--jobs N] [--least 4]

The lines are the sample answers of the bank's questions, over and over with a word changed so that
no two are alike, or rows of a CSV file with the columns question, reference_answer and
student_answer, graded with no rubric. The plain loop encodes the reference and the answer of each
line with sentence-transformers as it comes, on as many threads as there are cores, and takes their
cosine. Loading is left out on both sides and printed apart; vectors of the bank's rubrics are on
disk from the first run on. Exits 1 where the ratio is below --least.
"""

import argparse
import csv
import io
import itertools
import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from mockint.app import locations
from mockint.app.marking import Marking, Paper, pooled
from mockint.app.processes import affordable
from mockint.cli.answers import Task, read_answers
from mockint.cli.bulk import InOrder, Reception, grade_all
from mockint.cli.progress import Progress
from mockint.content.bank import open_bank
from mockint.domain.answer import Answer
from mockint.domain.language import Language
from mockint.domain.ports import Bank
from mockint.grading.encoders.choose import quiet_environment

_QUESTIONS = 25


def main() -> int:
    """Measure and print; 1 where bulk grading is too slow."""
    options = _options()
    bank = open_bank([locations.shipped_bank()], locations.content_cache())
    source = _from_bank(bank) if options.file is None else _from_csv(options.file, options.lines)
    lines = list(itertools.islice(source, options.lines))
    rate = len(lines) / _graded(bank, [line for line, _ in lines], options.jobs)
    print(f"mockint grade {rate:7.2f} lines a second, {options.jobs} processes", flush=True)
    texts = [(reference, str(line["answer"])) for line, reference in lines]
    plain = len(lines) / _plain(texts)
    print(f"plain loop    {plain:7.2f} lines a second")
    print(f"ratio         {rate / plain:7.2f} (least {options.least})")
    return int(rate / plain < options.least)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", metavar="FILE.csv", nargs="?", type=Path)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=affordable())
    parser.add_argument("--least", type=float, default=4.0)
    return parser.parse_args()


def _from_bank(bank: Bank) -> Iterator[tuple[dict[str, Any], str]]:
    """Lines without end, each with its reference."""
    ids = [summary.id for summary in bank.summaries()]
    chosen = ids[:: max(1, len(ids) // _QUESTIONS)][:_QUESTIONS]
    for number in itertools.count():
        for question_id in chosen:
            question = bank.question(question_id)
            for sample in bank.rubric(question_id).samples:
                for language in Language:
                    text = f"v{number}: {sample.text[language]}"
                    line = {"question": question_id, "answer": text, "lang": language.value}
                    yield line, question.reference[language]


def _from_csv(path: Path, count: int) -> Iterator[tuple[dict[str, Any], str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["reference_answer"].strip()]
    for row in rows[:count]:
        line = {
            "prompt": row["question"],
            "reference": row["reference_answer"],
            "answer": row["student_answer"],
        }
        yield line, row["reference_answer"]


def _graded(bank: Bank, lines: list[dict[str, Any]], jobs: int) -> float:
    """Seconds for all lines, from reading them to writing what comes out."""
    data = io.BytesIO("".join(f"{json.dumps(line)}\n" for line in lines).encode())
    reception = Reception(lambda name: (bank.question(name), bank.rubric(name)), _language)
    with ExitStack() as stack:
        began = time.perf_counter()
        marking: Marking = stack.enter_context(pooled("default", jobs))
        paper = Paper(("What?", "It is frozen."), (Answer("It is frozen."),))
        # As many as keep every process busy, so that each of them loads.
        for _ in marking.marks([(paper,)] * 4 * jobs):
            pass
        print(f"loading       {time.perf_counter() - began:7.2f} s")
        progress = Progress(sys.stderr, len(lines))
        progress.begin()
        began = time.perf_counter()
        _, failed = grade_all(
            read_answers(data), reception, lambda: marking, InOrder(io.BytesIO()), progress
        )
        seconds = time.perf_counter() - began
        progress.end()
    if failed:
        sys.exit(f"{failed} lines could not be graded")
    return seconds


def _language(task: Task) -> Language:
    return task.language or Language.EN


def _plain(texts: list[tuple[str, str]]) -> float:
    """Seconds that encoding reference and answer of each line takes."""
    quiet_environment()
    import torch  # noqa: PLC0415 - after the processes are done
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - likewise

    torch.set_num_threads(affordable())
    folder = next(locations.encoder_cache().glob("multilingual-e5-small-*"))
    model = SentenceTransformer(str(folder), device="cpu")
    model.encode(["query: warm"])
    progress = Progress(sys.stderr, len(texts))
    progress.begin()
    began = time.perf_counter()
    for reference, answer in texts:
        one, other = (
            model.encode(f"query: {text}", normalize_embeddings=True, show_progress_bar=False)
            for text in (reference, answer)
        )
        float(one @ other)
        progress.step()
    seconds = time.perf_counter() - began
    progress.end()
    return seconds


if __name__ == "__main__":
    sys.exit(main())
