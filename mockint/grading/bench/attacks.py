"""Answers written to tell a grader apart from a word counter: by kind, what they get."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mockint.domain.errors import ContentError
from mockint.domain.language import Language
from mockint.grading.bench import metrics

GOOD = ("excellent", "sloppy", "contrast", "unusual")
"""Kinds that a bad answer must not beat."""

_APART = 15.0


@dataclass(frozen=True, slots=True)
class Written:
    """One answer written on purpose.

    Attributes:
        question: Id of a question of the bank.
        language: What it is written in.
        kind: What it is meant to be.
        target: The score it deserves, 0 to 100.
        text: The answer.
    """

    question: str
    language: Language
    kind: str
    target: float
    text: str


def read_written(folder: Path) -> tuple[Written, ...]:
    """Every line of every ``.jsonl`` file right in a folder, by file name.

    Raises:
        ContentError: The folder has none, or a line is not of the form.
    """
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise ContentError(f"{folder}: no .jsonl files here; name the folder that holds them.")
    found: list[Written] = []
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ContentError(f"{path}: cannot be read ({error}).") from error
        for number, line in enumerate(lines, start=1):
            if line.strip():
                found.append(_written(line, f"{path}:{number}"))
    return tuple(found)


def _written(line: str, place: str) -> Written:
    try:
        values = json.loads(line)
        return Written(
            question=_text(values, "question"),
            language=Language(_text(values, "lang")),
            kind=_text(values, "kind"),
            target=min(100.0, max(0.0, float(values["target"]))),
            text=_text(values, "answer"),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ContentError(
            f'{place}: not a line like {{"question": "lora-idea", "lang": "en", '
            f'"kind": "excellent", "target": 95, "answer": "…"}} ({error}).'
        ) from error


def _text(values: Mapping[str, Any], key: str) -> str:
    if not isinstance(values[key], str):
        raise TypeError(f"{key} is not text")
    return str(values[key])


def withstood(written: Sequence[Written], scores: Sequence[float]) -> dict[str, Any]:
    """What answers of each kind got.

    Args:
        written: The answers; at least one.
        scores: What the grader gave each, 0 to 100.

    Returns:
        Order accuracy over the pairs to one question whose targets lie 15 points apart; per kind
        the mean score and target, and for kinds that are not good the share of pairs, of one
        question, in which they beat a good answer, per good kind; the mean difference between the
        English and the Chinese answers of a kind to a question.
    """
    got = np.array(scores, dtype=np.float64)
    wanted = np.array([item.target for item in written])
    questions = np.array([item.question for item in written])
    counts = metrics.order_counts(wanted, got, questions, apart=_APART)
    low, high = metrics.share_interval(counts)
    kinds = {kind: _kind(kind, written, got) for kind in _kinds(written)}
    return {
        "answers": len(written),
        "questions": len(np.unique(questions)),
        "order": [_known(value) for value in (metrics.share(counts), low, high)],
        "order_in_one_language": _known(
            metrics.order_accuracy(wanted, got, _with_language(written), apart=_APART)
        ),
        "kinds": kinds,
        "languages": _languages(written, got),
    }


def _known(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)


def _with_language(written: Sequence[Written]) -> metrics.Names:
    return np.array([f"{item.question}/{item.language}" for item in written])


def _kinds(written: Sequence[Written]) -> list[str]:
    """The kinds, by what they deserve, best first."""
    targets: defaultdict[str, list[float]] = defaultdict(list)
    for item in written:
        targets[item.kind].append(item.target)
    return sorted(targets, key=lambda kind: (-metrics.mean_of(targets[kind]), kind))


def _kind(kind: str, written: Sequence[Written], got: metrics.Numbers) -> dict[str, Any]:
    mine = [index for index, item in enumerate(written) if item.kind == kind]
    found: dict[str, Any] = {
        "answers": len(mine),
        "target": round(metrics.mean_of([written[i].target for i in mine]), 1),
        "score": round(metrics.mean_of(got[mine].tolist()), 1),
    }
    if kind in GOOD:
        return found
    for good in GOOD:
        beaten = [
            float(got[i] > got[j]) + 0.5 * float(got[i] == got[j])
            for i in mine
            for j, other in enumerate(written)
            if other.kind == good and other.question == written[i].question
        ]
        if beaten:
            found[f"beats_{good}"] = round(metrics.mean_of(beaten), 4)
    return found


def _languages(written: Sequence[Written], got: metrics.Numbers) -> dict[str, Any]:
    """English less Chinese, kind by kind within a question."""
    cells: defaultdict[tuple[str, str], defaultdict[Language, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for item, score in zip(written, got.tolist(), strict=True):
        cells[item.question, item.kind][item.language].append(score)
    gaps = [
        metrics.mean_of(cell[Language.EN]) - metrics.mean_of(cell[Language.ZH])
        for cell in cells.values()
        if cell[Language.EN] and cell[Language.ZH]
    ]
    return {
        "pairs": len(gaps),
        "difference": _known(metrics.mean_of(gaps)),
        "apart": _known(metrics.mean_of([abs(gap) for gap in gaps])),
    }
