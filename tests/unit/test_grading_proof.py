"""What proof of a rubric reports, with a grader that finds what it is told to find."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from mockint.domain.answer import Answer
from mockint.domain.grade import Band, Evidence, Flag, Grade, PointVerdict, Verdict
from mockint.domain.language import Bilingual, Language
from mockint.domain.question import Kind as Asked
from mockint.domain.question import Level, Question
from mockint.domain.rubric import KeyPoint, Keyword, Rubric, SampleAnswer
from mockint.grading.encoders.base import EncodedText
from mockint.grading.encoders.hashing import HashingEncoder
from mockint.grading.encoders.remembering import RememberingEncoder
from mockint.grading.grader import RubricGrader
from mockint.grading.proof.ahead import texts_ahead
from mockint.grading.proof.answers import (
    Kind,
    half,
    joined,
    padded,
    sentence_spans,
    shuffled,
    trials,
)
from mockint.grading.proof.filler import FILLER
from mockint.grading.proof.judge import Proof, prove
from mockint.grading.proof.strangers import strangers
from mockint.grading.text import fold, words

NAMES = ("frozen", "thin", "zero", "merge")
TRUE = {
    "frozen": Bilingual("The base weights stay frozen.", "底座权重保持冻结。"),
    "thin": Bilingual("Two thin matrices are trained.", "训练两个瘦矩阵。"),
    "zero": Bilingual("One factor starts at zero.", "其中一个矩阵从零开始。"),
    "merge": Bilingual("The product merges after training.", "训练后乘积合并进去。"),
}
IN_WORDS = {Language.EN: "English", Language.ZH: "Chinese"}
FALSE = Bilingual("Everything grows in all cases.", "所有东西一直变大。")


def both(make: Callable[[Language], str]) -> Bilingual:
    return Bilingual(make(Language.EN), make(Language.ZH))


def row(names: Iterable[str], text: Mapping[str, Bilingual] = TRUE) -> Bilingual:
    """The statements of some points, one behind the other."""
    chosen = tuple(names)
    return both(lambda language: joined((text[name][language] for name in chosen), language))


def point(name: str) -> KeyPoint:
    twin = both(lambda language: f"{name}: {FALSE[language]}")
    return KeyPoint(name, 1, TRUE[name], (), twin, (Keyword((name,), (name,)),), FALSE)


def question(question_id: str, topic: str, reference: Bilingual) -> Question:
    prompt = Bilingual(f"What about {question_id}?", f"{question_id} 是什么？")
    return Question(question_id, topic, Level.MID, Asked.CONCEPT, 3, prompt, reference)


QUESTION = question("lora-idea", "lora", row(NAMES))
OTHER = question("rag-idea", "rag", Bilingual("Documents are fetched.", "先检索文档。"))
RUBRIC = Rubric(
    "lora-idea",
    tuple(point(name) for name in NAMES),
    (),
    (SampleAnswer(Band.EXCELLENT, row(reversed(NAMES))), SampleAnswer(Band.POOR, FALSE)),
)


class Scripted:
    """Finds a point where its statement stands, unless told otherwise.

    Attributes:
        covers: Sentences that cover further points.
        blind: Points never found in some text (None: in any).
        scores: Texts with the score they get whatever they say.
        asked: How often each answer was graded.
    """

    def __init__(self) -> None:
        self.covers: dict[str, tuple[str, ...]] = {}
        self.blind: set[tuple[str, str | None]] = set()
        self.scores: dict[tuple[str, Language], float] = {}
        self.asked: Counter[tuple[str, Language]] = Counter()

    def grade(self, question: Question, rubric: Rubric, answer: Answer) -> Grade:
        """A quarter of the score for each of the four points."""
        assert question.id == rubric.question_id
        self.asked[answer.text, answer.language] += 1
        points = tuple(self._verdict(item, answer) for item in rubric.points)
        score = 25.0 * sum(verdict.verdict is Verdict.COVERED for verdict in points)
        score = self.scores.get((answer.text, answer.language), score)
        flags = () if answer.text else (Flag.EMPTY,)
        return Grade(score, Band.of(score), points, (), flags, "scripted")

    def _verdict(self, item: KeyPoint, answer: Answer) -> PointVerdict:
        words_for = [item.statement[answer.language]]
        words_for += [said for said, ids in self.covers.items() if item.id in ids]
        statement = item.statement[answer.language]
        blind = {(item.id, None), (item.id, answer.text)} & self.blind
        for said in words_for:
            start = answer.text.find(said)
            if start >= 0 and not blind:
                shown = Evidence(said, start, start + len(said), 0.9, 0.1, "meaning")
                return PointVerdict(item.id, Verdict.COVERED, 0.25, statement, shown)
        return PointVerdict(item.id, Verdict.MISSED, 0.25, statement)


@pytest.fixture
def grader() -> Scripted:
    return Scripted()


def failed(proof: Proof) -> list[tuple[Kind, str]]:
    """Kind and text of every problem."""
    return [(check.kind, str(check.problem)) for check in proof.checks if check.problem]


def of_kind(proof: Proof, kind: Kind) -> list[str]:
    return [text for found, text in failed(proof) if found is kind]


def test_sound_rubric_has_no_problem(grader: Scripted) -> None:
    """Where everything is graded as it should be, every kind was looked at and none fails."""
    proof = prove(QUESTION, RUBRIC, OTHER, grader)
    counted = Counter(check.kind for check in proof.checks)

    assert failed(proof) == []
    assert set(counted) == set(Kind)
    assert counted[Kind.REFERENCE] == 2
    assert counted[Kind.TWIN] == counted[Kind.DECIDES] == 8
    assert counted[Kind.SAMPLE] == 4
    assert counted[Kind.APART] == 12
    assert counted[Kind.LANGUAGES] == 3
    assert proof.fingerprint == "scripted"


def test_nothing_is_graded_twice(grader: Scripted) -> None:
    """The same text in the same language is graded once, and every grading is counted."""
    proof = prove(QUESTION, RUBRIC, OTHER, grader)

    assert set(grader.asked.values()) == {1}
    assert proof.gradings == sum(grader.asked.values())


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Kind.REFERENCE, "questions/lora/lora-idea.toml:reference.{}: scores "),
        (Kind.SAMPLE, "rubrics/lora/lora-idea.toml:samples[0].text.{}: scores "),
        (
            Kind.SHUFFLED,
            "questions/lora/lora-idea.toml:reference.{}: the reference answer with its sentences",
        ),
        (Kind.PADDED, "questions/lora/lora-idea.toml:reference.{}: the reference answer with 300"),
        (
            Kind.HALF,
            "rubrics/lora/lora-idea.toml:points: the statements of frozen, thin alone, 50% of the",
        ),
        (Kind.TWIN, "rubrics/lora/lora-idea.toml:points[0].twin.{}: scores "),
        (Kind.TWINS, "rubrics/lora/lora-idea.toml:points: all twins in a row, in {}: "),
        (Kind.ECHO, "questions/lora/lora-idea.toml:prompt.{}: the prompt as its own answer: "),
        (
            Kind.KEYWORDS,
            "rubrics/lora/lora-idea.toml:points: the keywords alone, with commas, in {}: ",
        ),
        (
            Kind.BARE_KEYWORDS,
            "rubrics/lora/lora-idea.toml:points: the keywords alone, without commas, in {}: ",
        ),
        (
            Kind.OTHER,
            "rubrics/lora/lora-idea.toml:points: the reference answer of rag-idea, in {}: ",
        ),
        (Kind.DONT_KNOW, "rubrics/lora/lora-idea.toml:points: "),
        (Kind.EMPTY, "rubrics/lora/lora-idea.toml:points: an empty answer, in {}: "),
    ],
)
def test_score_out_of_place_is_named(
    kind: Kind, place: str, language: Language, grader: Scripted
) -> None:
    """Just inside its edges an answer passes; on the wrong side it is named by file and key."""
    trial = next(t for t in trials(QUESTION, RUBRIC, OTHER, language) if t.kind is kind)
    top = trial.below > 100
    fine, wrong = (trial.least, trial.least - 0.1) if top else (trial.below - 0.1, trial.below)
    grader.scores = {(trial.text, language): fine}
    assert of_kind(prove(QUESTION, RUBRIC, OTHER, grader), kind) == []

    grader.scores = {(trial.text, language): wrong}
    (text,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), kind)

    named = IN_WORDS[language] if "in {}" in place else language
    assert text.startswith(place.format(named))
    assert f"scores {wrong:g}, must be " in text


@pytest.mark.parametrize("language", Language)
def test_edges(language: Language) -> None:
    """Each kind of answer has the edges that the command's help states."""
    found = {t.kind: (t.least, t.below) for t in trials(QUESTION, RUBRIC, OTHER, language)}
    samples = [
        (t.least, t.below)
        for t in trials(QUESTION, RUBRIC, OTHER, language)
        if t.kind is Kind.SAMPLE
    ]

    assert samples == [(85, 101), (0, 20)]
    assert found == {
        Kind.REFERENCE: (85, 101),
        Kind.SAMPLE: (0, 20),
        Kind.SHUFFLED: (65, 101),
        Kind.PADDED: (65, 101),
        Kind.HALF: (30, 70),
        Kind.TWIN: (0, 25),
        Kind.TWINS: (0, 25),
        **dict.fromkeys(
            (
                Kind.ECHO,
                Kind.KEYWORDS,
                Kind.BARE_KEYWORDS,
                Kind.OTHER,
                Kind.DONT_KNOW,
                Kind.EMPTY,
            ),
            (0, 20),
        ),
    }


def test_edges_of_half_scale_with_the_weight(grader: Scripted) -> None:
    """Points that weigh two fifths together may score from 24 to 56, not 30 to 70."""
    heavy = replace(RUBRIC.points[0], weight=6)
    rubric = replace(RUBRIC, points=(heavy, *(replace(p, weight=w) for p, w in zip(
        RUBRIC.points[1:], (2, 1, 1), strict=True))))  # fmt: skip
    kept = half(rubric.points)
    trial = next(t for t in trials(QUESTION, rubric, None, Language.EN) if t.kind is Kind.HALF)

    assert [point.id for point in kept] == ["thin", "zero", "merge"]
    assert (trial.least, trial.below) == (24, 56)
    assert trial.text == row(("thin", "zero", "merge")).en


def test_problem_names_what_earned_and_what_was_lost(grader: Scripted) -> None:
    """Too high a score comes with the words that earned it, too low a one with what is missing."""
    twin = RUBRIC.points[2].twin.en
    grader.covers[twin] = ("merge",)
    (high,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.TWIN)
    grader.covers.clear()
    grader.blind.add(("zero", RUBRIC.samples[0].text.zh))
    (low,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.SAMPLE)

    assert high == (
        "rubrics/lora/lora-idea.toml:points[2].twin.en: scores 25, must be under 25: "
        f'"{twin}"; points[3] (merge) is covered by "{twin}"'
    )
    assert low == (
        "rubrics/lora/lora-idea.toml:samples[0].text.zh: scores 75, must be at least 85; "
        f'points[2] (zero) is missed: "{TRUE["zero"].zh}"'
    )


def test_score_without_a_point_met_says_so(grader: Scripted) -> None:
    """Where no words can be shown for a score that is too high, that is told."""
    grader.scores = {(FALSE.en, Language.EN): 20.6}
    (text,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.SAMPLE)

    assert text.endswith("must be under 20; no point is met, but several come near")


def test_statement_that_does_not_cover_its_point(grader: Scripted) -> None:
    """A claim in its own words that the grader does not take for the claim is a problem."""
    grader.blind.add(("zero", TRUE["zero"].zh))
    proof = prove(QUESTION, RUBRIC, OTHER, grader)

    (text,) = of_kind(proof, Kind.STATEMENT)

    assert text == (
        "rubrics/lora/lora-idea.toml:points[2].statement.zh: alone is missed, not covered: "
        f'"{TRUE["zero"].zh}"'
    )


def test_reference_that_does_not_make_a_point(grader: Scripted) -> None:
    """A point that the reference answer does not make is named, and not asked to decide."""
    grader.blind.add(("merge", QUESTION.reference.en))
    proof = prove(QUESTION, RUBRIC, OTHER, grader)
    (text,) = of_kind(proof, Kind.COVERED)

    assert "points[3].statement.en: is missed in the reference answer" in text
    assert sum(check.kind is Kind.DECIDES for check in proof.checks) == 7


def test_point_that_any_sentence_makes_never_decides(grader: Scripted) -> None:
    """A point that is covered whatever is taken out of the reference is named with the words."""
    for name in NAMES:
        grader.covers[TRUE[name].en] = ("thin",)
    (text,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.DECIDES)

    assert "points[1].statement.en: is covered without the sentences that make it, by" in text


def test_point_made_twice_decides(grader: Scripted) -> None:
    """An answer may say a thing again: what is shown for it is taken out again."""
    grader.covers[TRUE["merge"].en] = ("thin",)
    proof = prove(QUESTION, RUBRIC, OTHER, grader)

    assert of_kind(proof, Kind.DECIDES) == []


def test_points_that_cannot_be_told_apart(grader: Scripted) -> None:
    """Two points that cover each other are named once, by the later one."""
    grader.covers[TRUE["frozen"].en] = ("zero",)
    assert of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.APART) == []

    grader.covers[TRUE["zero"].en] = ("frozen",)
    (text,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.APART)

    assert text.startswith("rubrics/lora/lora-idea.toml:points[2].statement.en: cannot be told")
    assert "points[0] (frozen)" in text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("questions/lora/lora-idea.toml:reference:", QUESTION.reference),
        ("rubrics/lora/lora-idea.toml:samples[0].text:", RUBRIC.samples[0].text),
    ],
)
def test_languages_may_differ_by_ten(key: str, text: Bilingual, grader: Scripted) -> None:
    """Ten points between English and Chinese pass, more do not."""
    grader.scores = {(text.en, Language.EN): 100, (text.zh, Language.ZH): 90}
    assert of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.LANGUAGES) == []

    grader.scores = {(text.en, Language.EN): 100, (text.zh, Language.ZH): 89.9}
    (found,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.LANGUAGES)

    assert found.startswith(f"{key} scores 100 in English and 89.9 in Chinese")


def test_languages_apart_name_the_point(grader: Scripted) -> None:
    """Where one language loses a point, it is named."""
    grader.blind.add(("frozen", RUBRIC.samples[0].text.en))
    (found,) = of_kind(prove(QUESTION, RUBRIC, OTHER, grader), Kind.LANGUAGES)

    assert found.endswith("points[0] (frozen) is missed in English and covered in Chinese")


def test_without_another_topic_the_rest_is_proved(grader: Scripted) -> None:
    """A lone pack without a stranger at hand is proved in everything else."""
    proof = prove(QUESTION, RUBRIC, None, grader)

    assert {check.kind for check in proof.checks} == set(Kind) - {Kind.OTHER}


@pytest.mark.parametrize("language", Language)
def test_shuffled_has_the_same_sentences_in_another_order(language: Language) -> None:
    """Nothing is lost, the order differs, and the same seed gives the same order."""
    text = QUESTION.reference[language]
    for seed in map(str, range(20)):
        mixed = shuffled(text, language, seed)

        def cut(whole: str) -> list[str]:
            return [whole[start:end] for start, end in sentence_spans(whole)]

        assert sorted(cut(mixed)) == sorted(cut(text))
        assert mixed != text
        assert mixed == shuffled(text, language, seed)


@pytest.mark.parametrize("language", Language)
def test_padding_is_long_and_leaves_the_answer_whole(language: Language) -> None:
    """At least 300 words go around the answer, some before it and some behind."""
    before, _, after = padded("HERE", language).partition("HERE")

    assert len(words(fold(FILLER[language]).text)) >= 300
    assert min(len(words(fold(part).text)) for part in (before, after)) >= 100


def test_stranger_is_of_another_topic_and_far_away() -> None:
    """Never the same topic, not the question that says the same under another, always the same."""
    pool = [
        QUESTION,
        question("lora-rank", "lora", Bilingual("Cats sleep.", "猫在睡觉。")),
        question("peft-idea", "peft", QUESTION.reference),
        *(question(f"rag-{n}", "rag", Bilingual(f"Page {n} is fetched.", "检索。")) for n in "abc"),
    ]
    found = strangers([(QUESTION, RUBRIC)], pool)["lora-idea"]

    asked = [(replace(QUESTION, id=f"lora-{n}"), RUBRIC) for n in range(30)]

    assert found.topic == "rag"
    assert {other.topic for other in strangers(asked, pool).values()} == {"rag"}
    assert strangers([(QUESTION, RUBRIC)], pool[::-1])["lora-idea"] == found
    assert strangers([(QUESTION, RUBRIC)], pool[:2]) == {}


def test_strangers_differ_between_questions() -> None:
    """Not one question that stands far from everything serves them all."""
    pool = [question(f"q{n}", f"topic{n}", Bilingual(f"{n}", f"{n}")) for n in range(40)]
    asked = [(item, replace(RUBRIC, question_id=item.id)) for item in pool]

    assert len({other.id for other in strangers(asked, pool).values()}) > 4


def test_ahead_holds_all_that_proving_encodes() -> None:
    """With the texts ahead remembered, proving asks the encoder for next to nothing more."""
    left_over: list[str] = []

    class Counting(HashingEncoder):
        def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
            left_over.extend(texts)
            return super().encode(texts)

    encoder = RememberingEncoder(Counting())
    encoder.encode(texts_ahead(QUESTION, RUBRIC, OTHER))
    every = len(left_over)
    left_over.clear()
    prove(QUESTION, RUBRIC, OTHER, RubricGrader(encoder))

    assert len(left_over) <= 0.05 * every


def test_remembering_encoder_computes_once() -> None:
    """Texts come back as the encoder made them, in order, and each is computed once."""

    class Counting(HashingEncoder):
        def __init__(self) -> None:
            self.computed: list[str] = []

        def encode(self, texts: Sequence[str]) -> tuple[EncodedText, ...]:
            self.computed += texts
            return super().encode(texts)

    inner = Counting()
    encoder = RememberingEncoder(inner)
    first = encoder.encode(["a b", "c", "a b"])
    second = encoder.encode(["c", "d"])

    assert inner.computed == ["a b", "c", "d"]
    assert first[0] is first[2]
    assert second[0] is first[1]
    assert (second[1].states == HashingEncoder().encode(["d"])[0].states).all()
    assert encoder.fingerprint == inner.fingerprint
