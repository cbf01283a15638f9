"""Fits the weights that grade by a reference answer alone, and writes them as data.

    python scripts/fit_reference.py --data DIR --kept DIR     # 20 minutes on two cores, then 2

Two sets of weights come out: one for texts that the default encoder alone has read, in any
language, and one for English texts that the English encoder has read as well.

Labelled are: answers that people graded (SAF, Beetle, SciEntsBank and LE-zh; see NOTICE for their
licences), and texts of the bank and answers in ``benchmarks/adversarial/{training,development}``
against the bank's reference answers. From people's grades it learns what agreement is worth; from
the bank, whose twins deny the reference in its own words and whose keywords assert nothing, that
sounding alike is not enough. The figures stored beside the weights are of folds that keep a
question on one side.
"""

import argparse
import dataclasses
import json
import random
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from labelled import WORTH, bank, stated_error, written_answers

from mockint.app.locations import encoder_cache
from mockint.domain.language import Language
from mockint.grading.bench.measuring import measured, stopped
from mockint.grading.bench.metrics import order_accuracy, pearson
from mockint.grading.bench.sets import HumanAnswer, read_set
from mockint.grading.encoders.base import Encoder, FloatArray
from mockint.grading.encoders.choose import choose_encoder, english_beside
from mockint.grading.head import Head, to_data, worth
from mockint.grading.likeness import ENGLISH_FEATURES, FEATURES
from mockint.grading.reading import in_english

SETS = ("beetle", "saf", "scientsbank", "le_zh")
ASKED = ("excellent", "sloppy", "half", "mixed", "vague", "adjacent", "wrong", "soup")
"""Kinds of answers to the bank's questions that somebody might really give."""

SHARE = {
    "bank": 4.0,
    "references": 1.5,
    "beetle": 0.7,
    "saf": 1.0,
    "scientsbank": 1.0,
    "le_zh": 0.5,
}
"""What each source counts for as a whole, however many answers it has."""

HIDDEN, MEMBERS, STEPS = 24, 3, 350
NOTICE = (
    "The weights were fitted on, among others: SAF (Short Answer Feedback, Filighera et al. 2022; "
    "MIT licence); Beetle and SciEntsBank (SemEval-2013 Task 7, Dzikovska et al. 2013; "
    "CC BY-SA 3.0); LE-zh of SAS-Datasets (Apache-2.0). No text of these sets is part of mockint."
)
OUT = Path(__file__).parent.parent / "mockint" / "grading" / "calibration"
HEADS = {"likeness": FEATURES, "likeness_english": ENGLISH_FEATURES}

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Measured answers of one source.

    Attributes:
        name: The source.
        features: Shape (n, f); NaN where the English encoder has read nothing.
        worth: Shape (n,), 0 to 1.
        questions: Shape (n,).
        kinds: What kind of text each is, shape (n,).
    """

    name: str
    features: FloatArray
    worth: Numbers
    questions: npt.NDArray[np.str_]
    kinds: npt.NDArray[np.str_]


def main() -> int:
    """Measure what is not measured yet, fit by folds for the figures, fit on everything, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder of graded answers")
    parser.add_argument("--kept", type=Path, required=True, help="where measurements are kept")
    parser.add_argument("--out", type=Path, default=OUT, help="the folder to write the weights to")
    asked = parser.parse_args()
    asked.kept.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)  # the networks are small: on busy cores two threads only wait
    sources = [bank_source(asked.kept / "bank.npz")]
    sources.append(references_source(asked.data, asked.kept / "references.npz"))
    sources += [set_source(asked.data / f"{name}.csv", asked.kept) for name in SETS]
    for name, features in HEADS.items():
        readable = [known(source, len(features)) for source in sources]
        readable = [source for source in readable if len(source.worth)]
        got = held_out(readable)
        figures = figures_of(readable, got)
        head = with_uncertainty(fit(readable, MEMBERS), readable, got)
        data = to_data(head, features, notice=NOTICE, figures=figures)
        place = asked.out / f"{name}.json"
        place.write_text(json.dumps(data) + "\n", encoding="utf-8")
        print(name, json.dumps(figures, indent=1), flush=True)
    return 0


def known(source: Labelled, count: int) -> Labelled:
    """Those answers of a source whose first ``count`` features are known, with no others."""
    features = source.features[:, :count]
    rows = ~np.isnan(features).any(axis=1)
    return part(dataclasses.replace(source, features=features), rows)


def features_of(answers: "list[HumanAnswer] | tuple[HumanAnswer, ...]") -> FloatArray:
    """All features of answers in either language; NaN where the English encoder reads nothing."""
    english = np.array([all(map(in_english, answer.references)) for answer in answers])
    found = np.full((len(answers), len(ENGLISH_FEATURES)), np.nan, dtype=np.float32)
    for rows in (np.flatnonzero(english), np.flatnonzero(~english)):
        if len(rows):
            some = [answers[row] for row in rows]
            features = measured(some, *encoders(), lambda: None).features
            found[rows, : features.shape[1]] = features
    return found


def set_source(path: Path, kept: Path) -> Labelled:
    """A set that people graded, without the answers that a gate stops."""
    place = kept / f"{path.stem}.npz"
    if not place.exists():
        started = time.monotonic()
        answers = read_set(path).answers
        features = features_of(answers)
        save(place, features, answers, [""] * len(answers), stopped(answers))
        print(f"measured {path.stem} in {time.monotonic() - started:.0f} s", flush=True)
    return load(place)


def bank_source(place: Path) -> Labelled:
    """What the bank and others have written on its questions, against its reference answers."""
    if not place.exists():
        written = written_answers([summary.id for summary in bank().summaries()])
        ids = [question for question, answers in written.items() if answers]
        with ProcessPoolExecutor(2) as pool:
            parts = list(pool.map(bank_share, (ids[0::2], ids[1::2])))
        answers = [answer for part in parts for answer in part[0]]
        kinds = [kind for part in parts for kind in part[1]]
        features = np.concatenate([part[2] for part in parts])
        save(place, features, answers, kinds, stopped(answers))
        print(f"measured {len(answers)} answers to {len(ids)} questions of the bank", flush=True)
    return load(place)


def bank_share(ids: list[str]) -> tuple[list[HumanAnswer], list[str], FloatArray]:
    """Texts of known worth on some questions, measured."""
    found = [item for question in ids for item in bank_texts(question)]
    answers = [answer for _, answer in found]
    return answers, [kind for kind, _ in found], features_of(answers)


def bank_texts(question_id: str) -> list[tuple[str, HumanAnswer]]:
    """Every text of known worth on one question, with its kind."""
    questions = bank_once()
    question, rubric = questions.question(question_id), questions.rubric(question_id)
    everyone = [summary.id for summary in questions.summaries()]
    other = everyone[(everyone.index(question_id) + len(everyone) // 3) % len(everyone)]
    found: list[tuple[str, HumanAnswer]] = []

    def add(kind: str, language: Language, text: str, share: float) -> None:
        references = (question.reference[language],)
        asked = question.prompt[language]
        found.append((kind, HumanAnswer(question_id, asked, references, text, share, 1.0)))

    for language in Language:
        reference = question.reference[language]
        add("reference", language, reference, 0.98)
        for sample in rubric.samples:
            add(str(sample.band), language, sample.text[language], WORTH[sample.band])
        twins = " ".join(point.twin[language] for point in rubric.points)
        add("twins", language, twins, 0.02)
        add("other", language, questions.question(other).reference[language], 0.0)
        add("keywords", language, keyword_soup(rubric, language, question_id), 0.05)
        add("salad", language, salad(reference, question_id), 0.1)
    for item in written_answers([question_id])[question_id]:
        add(item["kind"], Language(item["lang"]), item["answer"], item["target"] / 100.0)
    return found


def references_source(data: Path, place: Path) -> Labelled:
    """Reference answers as they stand, and denied word by word, of bank and sets."""
    if not place.exists():
        known = [
            (f"{name}/{answer.question}", answer.prompt, answer.references[0])
            for name in SETS
            for answer in read_set(data / f"{name}.csv").answers
        ]
        for question_id in written_answers([s.id for s in bank_once().summaries()]):
            question = bank_once().question(question_id)
            known += [
                (question_id, question.prompt[language], question.reference[language])
                for language in Language
            ]
        answers, kinds = [], []
        for question_id, prompt, reference in dict.fromkeys(known):
            for kind, text, share in (
                ("reference", reference, 1.0),
                ("denied", denied(reference), 0.02),
            ):
                if kind == "reference" or text != reference:
                    kinds.append(kind)
                    answers.append(HumanAnswer(question_id, prompt, (reference,), text, share, 1.0))
        features = features_of(answers)
        save(place, features, answers, kinds, stopped(answers))
        print(f"measured {len(answers)} references", flush=True)
    return load(place)


def denied(text: str) -> str:
    """A text with its verbs negated, as far as a rule can: "is" to "is not", 是 to 不是."""
    text = re.sub(r"\b(is|are|was|were|can|could|will|would|does|do|did|has|have|must|should)\b",
                  r"\1 not", text)  # fmt: skip
    text = re.sub(r"\bnot not\b", "", text)
    return re.sub("(?<!不)(?=是|会|能|可以|需要)", "不", text)


def keyword_soup(rubric: object, language: Language, seed: str) -> str:
    """The rubric's keywords in any order."""
    words = [
        word.zh[0] if language is Language.ZH and word.zh else (word.en or word.zh)[0]
        for point in rubric.points  # type: ignore[attr-defined]
        for word in point.keywords
    ]
    random.Random(seed).shuffle(words)  # noqa: S311 - the same soup every time
    return ("，" if language is Language.ZH else ", ").join(words)


def salad(text: str, seed: str) -> str:
    """The words of a text in any order."""
    words = text.split() if " " in text else list(text)
    random.Random(seed).shuffle(words)  # noqa: S311 - the same salad every time
    return (" " if " " in text else "").join(words)


def save(
    place: Path,
    features: FloatArray,
    answers: "list[HumanAnswer] | tuple[HumanAnswer, ...]",
    kinds: list[str],
    left_out: npt.NDArray[np.bool_],
) -> None:
    """Keep what was measured, less what a gate stops."""
    np.savez_compressed(
        place,
        features=features[~left_out],
        worth=np.array([answer.score / answer.most for answer in answers])[~left_out],
        questions=np.array([answer.question for answer in answers])[~left_out],
        kinds=np.array(kinds)[~left_out],
    )


def load(place: Path) -> Labelled:
    """What ``save`` kept."""
    with np.load(place, allow_pickle=False) as data:
        arrays = {name: data[name] for name in ("features", "worth", "questions", "kinds")}
    return Labelled(place.stem, **arrays)


_ENCODERS: list[tuple[Encoder, Encoder | None]] = []
_BANK: list[object] = []


def encoders() -> tuple[Encoder, Encoder | None]:
    """The default encoder and the English one, loaded once a process."""
    if not _ENCODERS:
        choice = choose_encoder("default", encoder_cache())
        _ENCODERS.append((choice.load(), english_beside(choice.name)))
    return _ENCODERS[0]


def bank_once():  # type: ignore[no-untyped-def]  # noqa: ANN201 - as bank()
    """The shipped bank, read once a process."""
    if not _BANK:
        _BANK.append(bank())
    return _BANK[0]


def fit(sources: list[Labelled], members: int) -> Head:
    """Networks fitted to worth, over all answers and within each question."""
    features = np.concatenate([source.features for source in sources])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-3
    target = np.concatenate([source.worth for source in sources])
    question = np.concatenate([
        np.char.add(f"{source.name}/", source.questions.astype(str)) for source in sources
    ])  # fmt: skip
    count = np.concatenate([balance(source) for source in sources])
    standard = np.clip((features - mean) / spread, -4.0, 4.0)
    nets = [fit_one(standard, target, question, count, seed) for seed in range(members)]
    return Head(
        mean.astype(np.float32), spread.astype(np.float32),
        np.stack([n[0].weight.detach().numpy() for n in nets]),
        np.stack([n[0].bias.detach().numpy() for n in nets]),
        np.stack([n[3].weight.detach().numpy()[0] for n in nets]),
        np.stack([n[3].bias.detach().numpy()[0] for n in nets]),
        np.array([0.0, 100.0], np.float32), np.array([0.0, 0.0], np.float32),
    )  # fmt: skip


def balance(source: Labelled) -> Numbers:
    """What each answer counts for: full and empty ends of the scale as much as each other."""
    bins = np.clip((source.worth * 4).astype(int), 0, 3)
    share = np.bincount(bins, minlength=4) / len(bins)
    counts: Numbers = 1.0 / np.sqrt(share[bins])
    return counts / counts.sum() * SHARE[source.name]


def fit_one(
    standard: Numbers, target: Numbers, question: npt.NDArray[np.str_], count: Numbers, seed: int
) -> torch.nn.Sequential:
    """One network."""
    torch.manual_seed(seed)
    inputs = torch.tensor(standard, dtype=torch.float32)
    wanted = torch.tensor(target, dtype=torch.float32)
    weight = torch.tensor(count / count.sum(), dtype=torch.float32)
    _, number = np.unique(question, return_inverse=True)
    group = torch.tensor(number)
    sizes = torch.bincount(group).float()

    def centred(values: torch.Tensor) -> torch.Tensor:
        sums = torch.zeros(len(sizes)).index_add(0, group, values)
        return values - (sums / sizes)[group]

    net = torch.nn.Sequential(
        torch.nn.Linear(inputs.shape[1], HIDDEN), torch.nn.Tanh(), torch.nn.Dropout(0.1),
        torch.nn.Linear(HIDDEN, 1),
    )  # fmt: skip
    optimiser = torch.optim.AdamW(net.parameters(), lr=0.01, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.02, total_steps=STEPS)
    within = centred(wanted)
    for _ in range(STEPS):
        got = net(inputs)[:, 0]
        loss = (weight * (got - wanted) ** 2).sum()
        loss = loss + (weight * (centred(got) - within) ** 2).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


def held_out(sources: list[Labelled], folds: int = 4) -> list[Numbers]:
    """What answers are worth to weights that never saw their question, per source."""
    got = [np.zeros(len(source.worth)) for source in sources]
    for fold in range(folds):
        aside = [set(np.unique(source.questions)[fold::folds].tolist()) for source in sources]
        tests = [np.isin(s.questions, list(out)) for s, out in zip(sources, aside, strict=True)]
        kept = [part(s, ~test) for s, test in zip(sources, tests, strict=True)]
        head = fit(kept, 1)
        for values, source, test in zip(got, sources, tests, strict=True):
            values[test] = worth(source.features[test], head)
    return got


def with_uncertainty(head: Head, sources: list[Labelled], got: list[Numbers]) -> Head:
    """The head with the error that two of three answers to the bank's questions stayed within.

    Among the sets that people graded, two know right and wrong only, which is no grade, and the
    others were graded more leniently than an interviewer would.
    """
    values, texts = next((v, s) for v, s in zip(got, sources, strict=True) if s.name == "bank")
    rows = np.isin(texts.kinds, ASKED)
    given, wanted = 100.0 * values[rows], 100.0 * texts.worth[rows]
    error_from, error_to = stated_error(given, wanted)
    return dataclasses.replace(head, error_from=error_from, error_to=error_to)


def figures_of(sources: list[Labelled], got: list[Numbers]) -> dict[str, object]:
    """How answers fared with weights that never saw their question."""
    figures: dict[str, object] = {}
    for values, source in zip(got, sources, strict=True):
        if source.name in {"bank", "references"}:
            figures[f"{source.name}_mean_score"] = {
                kind: round(100.0 * float(values[source.kinds == kind].mean()), 1)
                for kind in sorted(set(source.kinds.tolist()))
            }
        figures[source.name] = {
            "answers": len(values),
            "questions": len(set(source.questions.tolist())),
            "pearson": round(pearson(source.worth, values), 3),
            "order": round(order_accuracy(source.worth, values, source.questions), 3),
        }
    return figures


def part(source: Labelled, rows: npt.NDArray[np.bool_]) -> Labelled:
    """Some answers of a source."""
    return Labelled(
        source.name, source.features[rows], source.worth[rows], source.questions[rows],
        source.kinds[rows],
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
