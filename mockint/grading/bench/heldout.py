"""Fits on all questions but some, and grades those: what a figure stands on when nothing leaked.

The fit is a Gaussian process over what was measured of an answer and over its text. Its covariance
is the sum of four parts: answers whose features are near each other; the more so where their
questions are near each other too; answers that say like things to like questions; and answers to
one question, for graders are stricter with one question than with another, whatever is answered.
How much the first three count differs from set to set, and is chosen on questions that are not
graded. See Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), 2.2 for
the prediction and 5.4.2 for the values left out, here a question at a time.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Mix = tuple[float, float, float]
Scale = tuple[Numbers, Numbers]

FOLDS = 20
_MOST_ROWS = 3000
_MOST_TO_CHOOSE = 2200
_REACH = 0.15
_NOISE = 1.0
_SAME_QUESTION = 0.3
_FURTHEST = 3.5
_LIFT = 0.7
_MIXES = (
    (1.0, 0.0, 0.0),
    (1.0, 1.0, 0.0),
    (1.0, 0.0, 0.3),
    (1.0, 1.0, 0.15),
    (0.3, 0.0, 0.3),
    (0.1, 0.0, 0.1),
)
"""How much each of the first three parts counts, beside chance, which counts 1: the last mixes are
for sets whose grades say little."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What is known of answers before they are graded.

    Attributes:
        features: Shape (n, f).
        questions: The question of each answer, shape (n,).
        prompts: Vectors of the questions, of unit length, shape (n, d).
        answers: Vectors of the answers, likewise.
    """

    features: Numbers
    questions: Names
    prompts: Numbers
    answers: Numbers

    def rows(self, chosen: Rows) -> "Inputs":
        """Some of the answers."""
        return Inputs(
            self.features[chosen],
            self.questions[chosen],
            self.prompts[chosen],
            self.answers[chosen],
        )


def folds(questions: Names, count: int = FOLDS) -> list[Flags]:
    """Who is set aside in each fold; a question lies in one, the same one every time."""
    names = np.unique(questions)
    shuffled = np.random.default_rng(0).permutation(names)
    parts = (shuffled[start::count] for start in range(min(count, len(names))))
    return [np.isin(questions, part) for part in parts]


def predicted(inputs: Inputs, targets: Numbers) -> Numbers:
    """Targets of every answer from a fit that saw no answer to its question, shape (n, k).

    The mix of the covariance is chosen fold by fold on the other folds. Where there are no more
    than 3,000 answers, each question is then graded by a fit on all others; else by a fit on 3,000
    answers of the other folds, for time goes with the cube of their number.

    Args:
        inputs: The answers, to at least two different questions.
        targets: Shape (n, k).

    Raises:
        ValueError: There is only one question.
    """
    if len(np.unique(inputs.questions)) < 2:
        raise ValueError("answers to one question cannot be held out from each other")
    grade = _question_by_question if len(targets) <= _MOST_ROWS else _from_a_sample
    out = np.zeros(targets.shape)
    for aside in folds(inputs.questions):
        mix = _chosen(inputs, targets, _some(np.flatnonzero(~aside), _MOST_TO_CHOOSE))
        out[aside] = grade(inputs, targets, aside, mix)
    return out


def classified(inputs: Inputs, labels: Names) -> Names:
    """A label for every answer from a fit that saw no answer to its question.

    Rare labels are lifted by how rare they are, to the power of 0.7: taken as they come, they
    would never be the likeliest.
    """
    names, place = np.unique(labels, return_inverse=True)
    share = np.bincount(place) / len(place)
    values = predicted(inputs, np.eye(len(names))[place])
    chosen: Names = names[(values / share**_LIFT).argmax(axis=1)]
    return chosen


def _some(rows: Rows, most: int) -> Rows:
    """Rows enough to learn from."""
    if len(rows) <= most:
        return rows
    chosen: Rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    return chosen


def _chosen(inputs: Inputs, targets: Numbers, seen: Rows) -> Mix:
    """The mix that leaves least squared error where each question in turn is left out."""
    rows, wanted = inputs.rows(seen), targets[seen]
    parts = _parts(rows, rows, _scale(rows))

    def error(mix: Mix) -> float:
        got = _left_out(_mixed(parts, mix), rows.questions, wanted, wanted.mean(axis=0))
        return float(np.mean((got - wanted) ** 2))

    return min(_MIXES, key=error)


def _question_by_question(inputs: Inputs, targets: Numbers, aside: Flags, mix: Mix) -> Numbers:
    """Every question set aside, from all other questions."""
    seen = inputs.rows(np.flatnonzero(~aside))
    matrix = _mixed(_parts(inputs, inputs, _scale(seen)), mix)
    middle = targets[~aside].mean(axis=0)
    left_out: Numbers = _left_out(matrix, inputs.questions, targets, middle)[aside]
    return left_out


def _from_a_sample(inputs: Inputs, targets: Numbers, aside: Flags, mix: Mix) -> Numbers:
    """What is set aside, from a sample of the rest."""
    chosen = _some(np.flatnonzero(~aside), _MOST_ROWS)
    seen, wanted = inputs.rows(chosen), targets[chosen]
    scale, middle = _scale(seen), wanted.mean(axis=0)
    matrix = _with_graders(_mixed(_parts(seen, seen, scale), mix), seen.questions)
    across = _mixed(_parts(inputs.rows(np.flatnonzero(aside)), seen, scale), mix)
    values: Numbers = across @ np.linalg.solve(matrix, wanted - middle) + middle
    return values


def _left_out(matrix: Numbers, questions: Names, targets: Numbers, middle: Numbers) -> Numbers:
    """Each question's targets from all others, without a fit for each of them.

    Args:
        matrix: Covariance of the answers, shape (n, n).
        questions: The question of each answer, shape (n,).
        targets: Shape (n, k).
        middle: What to expect of an answer that nothing is known of, shape (k,).
    """
    inverse = np.linalg.inv(_with_graders(matrix, questions))
    duals = inverse @ (targets - middle)
    out = np.zeros(targets.shape)
    for name in np.unique(questions):
        mine = np.flatnonzero(questions == name)
        out[mine] = targets[mine] - np.linalg.solve(inverse[np.ix_(mine, mine)], duals[mine])
    return out


def _with_graders(matrix: Numbers, questions: Names) -> Numbers:
    """The covariance of grades: that of answers, one question's grader, and chance."""
    found: Numbers = matrix + _SAME_QUESTION * (questions[:, None] == questions[None, :])
    found[np.diag_indices_from(found)] += _NOISE
    return found


def _scale(inputs: Inputs) -> Scale:
    return inputs.features.mean(axis=0), inputs.features.std(axis=0) + 1e-6


def _parts(one: Inputs, other: Inputs, scale: Scale) -> tuple[Numbers, Numbers, Numbers]:
    """What the covariance is mixed from, each of shape (n, m)."""
    near = _near(_standard(one.features, scale), _standard(other.features, scale))
    questions = np.clip(one.prompts @ other.prompts.T, 0.0, 1.0)
    answers = np.clip(one.answers @ other.answers.T, 0.0, 1.0)
    return near, near * questions**2, answers * questions


def _mixed(parts: tuple[Numbers, Numbers, Numbers], mix: Mix) -> Numbers:
    matrix: Numbers = mix[0] * parts[0] + mix[1] * parts[1] + mix[2] * parts[2]
    return matrix


def _standard(features: Numbers, scale: Scale) -> Numbers:
    rows: Numbers = np.clip((features - scale[0]) / scale[1], -_FURTHEST, _FURTHEST)
    return rows


def _near(one: Numbers, other: Numbers) -> Numbers:
    """Likeness of rows that falls with their distance, counted per feature, shape (n, m)."""
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :]
    distance = np.maximum(squares - 2.0 * one @ other.T, 0.0) / one.shape[1]
    likeness: Numbers = np.exp(-_REACH * distance)
    return likeness
