"""Files to questions: the two halves of each, first within a pack, then across packs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from mockint.content.loader import JudgedPack
from mockint.content.source import PackFiles, Part, SourceFile, printable
from mockint.domain.ports import Problem
from mockint.domain.question import QuestionSummary


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that can be asked, and the digests that its two files were judged by."""

    summary: QuestionSummary
    question_digest: str
    rubric_digest: str


Entries = Mapping[str, Entry]


@dataclass(frozen=True, slots=True)
class Outline:
    """What a pack holds, without the words of it.

    Attributes:
        usable: The topic of each question that can be asked.
        unusable: The topic of each other question that has a file.
        covered: The question that answers each id which ``covers`` names.
        problems: What is wrong within the pack.
    """

    usable: Mapping[str, str] = field(default_factory=dict)
    unusable: Mapping[str, str] = field(default_factory=dict)
    covered: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


class Pack:
    """A pack whose files have been judged; ``entries`` is made when first asked for."""

    def __init__(self, files: PackFiles, outline: Outline, load: Callable[[], Entries]) -> None:
        """``load`` gives the entry of each usable question."""
        self.files = files
        self.outline = outline
        self._load = load

    @cached_property
    def entries(self) -> Entries:
        """The questions that can be asked, by id."""
        return self._load()

    def shown(self, question_id: str) -> str:
        """What a person would call the question's file."""
        outline = self.outline
        topic = outline.usable.get(question_id) or outline.unusable.get(question_id, "")
        return self.files.locate(Part.QUESTIONS, topic, question_id).shown

    def holder(self, question_id: str) -> str:
        """What has an id that is taken here, as words in a sentence."""
        covering = self.outline.covered.get(question_id)
        if covering is None:
            return f"the id of {self.shown(question_id)}"
        return f"covered by {self.shown(covering)}"


@dataclass(frozen=True, slots=True)
class Joined:
    """The questions of all packs, and everything that was left out.

    Attributes:
        homes: The pack of each question that can be asked.
        covered: The question that answers each id which ``covers`` names.
        problems: Why the rest cannot be asked.
    """

    homes: Mapping[str, Pack]
    covered: Mapping[str, str]
    problems: tuple[Problem, ...]


def assemble(pack: JudgedPack) -> Pack:
    """The questions whose two files can both be used; of two with one id the earlier wins.

    A half whose other half exists but is broken is not reported a second time.
    """
    files = {file.key: file for file in pack.listing.files}
    problems = list(pack.listing.problems)
    owners: dict[str, SourceFile] = {}
    entries: dict[str, Entry] = {}
    for key, file in files.items():
        problems += pack.judged[key].problems
        partner = files.get(file.partner_key)
        if partner is None:
            problems.append(_alone(file))
        if file.part is not Part.QUESTIONS:
            continue
        owner = owners.setdefault(file.id, file)
        if owner is not file:
            problems.append(_taken(file.shown, file.id, f"the id of {owner.shown}"))
        elif partner is not None and (entry := _entry(file, partner, pack)):
            entries[file.id] = entry
    covered, clashes = _covered(entries, owners)
    problems += (problem for _, problem in clashes)
    for question_id, _ in clashes:
        entries.pop(question_id, None)
    usable = {question_id: owners[question_id].topic for question_id in entries}
    unusable = {file.id: file.topic for file in owners.values() if file.id not in usable}
    outline = Outline(usable, unusable, covered, tuple(problems))
    return Pack(pack.files, outline, lambda: entries)


def _covered(
    entries: Entries, owners: Mapping[str, SourceFile]
) -> tuple[dict[str, str], list[tuple[str, Problem]]]:
    """Who answers each covered id; and the questions that cover what is another's, with why not."""
    covered: dict[str, str] = {}
    clashes: list[tuple[str, Problem]] = []
    for question_id, entry in entries.items():
        found = [
            (question_id, _claimed(owners[question_id].shown, name, holder))
            for name in entry.summary.covers
            if (holder := _holder(name, owners, covered)) is not None
        ]
        clashes += found
        if not found:
            covered.update(dict.fromkeys(entry.summary.covers, question_id))
    return covered, clashes


def _holder(name: str, owners: Mapping[str, SourceFile], covered: Mapping[str, str]) -> str | None:
    if name in owners:
        return f"the id of {owners[name].shown}"
    return f"covered by {owners[covered[name]].shown}" if name in covered else None


def join(packs: Iterable[Pack]) -> Joined:
    """The questions of all packs; of two that have or cover one id the earlier pack's counts."""
    homes: dict[str, Pack] = {}
    covered: dict[str, str] = {}
    problems: list[Problem] = []
    earlier: list[Pack] = []
    for pack in packs:
        outline = pack.outline
        problems += outline.problems
        lost = set()
        for question_id, problem in _clashes(pack, earlier):
            problems.append(problem)
            lost.add(question_id)
        homes.update((name, pack) for name in outline.usable if name not in lost)
        covered.update((name, by) for name, by in outline.covered.items() if by not in lost)
        earlier.append(pack)
    return Joined(homes, covered, tuple(problems))


def _clashes(pack: Pack, earlier: Iterable[Pack]) -> Iterator[tuple[str, Problem]]:
    """Questions of a pack that an earlier one has already, with the problem that this is."""
    outline = pack.outline
    own, covers = outline.usable.keys() | outline.unusable.keys(), outline.covered.keys()
    told: set[str] = set()
    for other in earlier:
        theirs = other.outline
        taken = (theirs.usable.keys() | theirs.unusable.keys() | theirs.covered.keys()) - told
        for name in sorted(own & taken):
            yield name, _taken(pack.shown(name), name, other.holder(name))
        for name in sorted(covers & taken):
            by = outline.covered[name]
            yield by, _claimed(pack.shown(by), name, other.holder(name))
        told |= (own | covers) & taken


def _entry(question: SourceFile, rubric: SourceFile, pack: JudgedPack) -> Entry | None:
    left, right = pack.judged[question.key], pack.judged[rubric.key]
    if left.summary is None or left.problems or right.problems:
        return None
    return Entry(left.summary, left.digest, right.digest)


def _alone(file: SourceFile) -> Problem:
    other = file.part.other.noun
    reason = f"this {file.part.noun} has no {other}; write {file.partner_key}.toml"
    return Problem(file.shown, "", printable(reason, 400))


def _taken(shown: str, question_id: str, holder: str) -> Problem:
    reason = f'"{printable(question_id, 64)}" is already {holder}; choose another id'
    return Problem(shown, "id", reason)


def _claimed(shown: str, covered: str, holder: str) -> Problem:
    reason = f'"{printable(covered, 64)}" is already {holder}; remove it from covers'
    return Problem(shown, "covers", reason)
