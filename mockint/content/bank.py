"""The bank: summaries from the index, questions and rubrics from their files when asked for."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from mockint.content import build
from mockint.content.index import Watch, indexed_pack
from mockint.content.join import Entry, Joined, Pack, join
from mockint.content.loader import digest_of, judge_bytes, parse
from mockint.content.source import Part, SourceFile, printable, read_source
from mockint.domain.errors import ContentError
from mockint.domain.ports import Problem
from mockint.domain.question import Question, QuestionSummary
from mockint.domain.rubric import Rubric

T = TypeVar("T")


def open_bank(
    packs: Sequence[Path], cache: Path | None, watch: Watch | None = None
) -> "IndexedBank":
    """The questions of ``packs``; of two with the same id the one of the earlier pack counts.

    Never fails for what the packs hold: what cannot be used is left out and told in ``problems``.

    Args:
        packs: Folders with ``questions/`` and ``rubrics/``, or zip files; the shipped one first.
        cache: Folder for the index; None, or one that cannot be written, means to work without.
        watch: Told, pack by pack, how many files have been looked at and how many there are, where
            a pack is not what it was.
    """
    distinct = dict.fromkeys(Path(os.path.realpath(pack)) for pack in packs)
    return IndexedBank(join([indexed_pack(pack, cache, watch) for pack in distinct]))


class IndexedBank:
    """Questions that can be asked; implements ``domain.ports.Bank``."""

    def __init__(self, joined: Joined) -> None:
        self._homes = joined.homes
        self._covered = joined.covered
        self._problems = joined.problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was left out of the bank, and why."""
        return self._problems

    @property
    def size(self) -> int:
        """How many questions there are."""
        return len(self._homes)

    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one question, in alphabetical order."""
        return tuple(sorted({home.outline.usable[name] for name, home in self._homes.items()}))

    def summaries(self) -> tuple[QuestionSummary, ...]:
        """Every question, ordered by topic, then id."""
        return self._summaries

    @cached_property
    def _summaries(self) -> tuple[QuestionSummary, ...]:
        entries = (home.entries.get(name) for name, home in self._homes.items())
        summaries = (entry.summary for entry in entries if entry is not None)
        return tuple(sorted(summaries, key=lambda summary: (summary.topic, summary.id)))

    def question(self, question_id: str) -> Question:
        """The question of that id, or else the one that covers it.

        Raises:
            ContentError: There is none, or its file has been broken since the bank was opened.
        """
        home, entry = self._entry(question_id)
        file = home.files.locate(Part.QUESTIONS, entry.summary.topic, entry.summary.id)
        return _open(file, entry.question_digest, build.question)

    def rubric(self, question_id: str) -> Rubric:
        """The rubric of the question of that id, or else of the one that covers it.

        Raises:
            ContentError: There is none, or its file has been broken since the bank was opened.
        """
        home, entry = self._entry(question_id)
        file = home.files.locate(Part.RUBRICS, entry.summary.topic, entry.summary.id)
        return _open(file, entry.rubric_digest, build.rubric)

    def _entry(self, question_id: str) -> tuple[Pack, Entry]:
        name = question_id if question_id in self._homes else self._covered.get(question_id, "")
        home = self._homes.get(name)
        entry = None if home is None else home.entries.get(name)
        if home is None or entry is None:
            raise ContentError(self._unknown(question_id))
        return home, entry

    def _unknown(self, question_id: str) -> str:
        shown = f'There is no question "{printable(question_id, 80)}".'
        near = get_close_matches(question_id[:80], [*self._homes, *self._covered], n=3)
        if near:
            return f"{shown} Did you mean {' or '.join(near)}?"
        return f"{shown} `mockint bank list` shows those there are."


def _open(file: SourceFile, digest: str, make: Callable[[build.Table], T]) -> T:
    """The value in a file as it is now.

    Content that was judged good when the bank was opened is not judged again: that would import
    pydantic. Should the index have claimed so wrongly, ``make`` stumbles, and the file is judged.
    """
    data = read_source(file)
    if isinstance(data, Problem):
        raise ContentError(str(data))
    if digest_of(data) == digest:
        with suppress(LookupError, TypeError, ValueError, AttributeError):
            return make(_table(file, data))
    if problems := judge_bytes(file, data).problems:
        raise ContentError(str(problems[0]))
    return make(_table(file, data))


def _table(file: SourceFile, data: bytes) -> dict[str, Any]:
    table = parse(file, data)
    if isinstance(table, Problem):
        raise ContentError(str(table))
    return table
