"""The bank: summaries from the index, questions and rubrics from their files when asked for."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from mockint.content import build
from mockint.content.index import indexed_pack
from mockint.content.loader import Entry, Joined, digest_of, join, judge_bytes, parse
from mockint.content.source import SourceFile, printable, read_source
from mockint.domain.errors import ContentError
from mockint.domain.ports import Problem
from mockint.domain.question import Question, QuestionSummary
from mockint.domain.rubric import Rubric

T = TypeVar("T")


def open_bank(packs: Sequence[Path], cache: Path | None) -> "IndexedBank":
    """The questions of ``packs``; of two with the same id the one of the earlier pack counts.

    Never fails for what the files hold: what cannot be used is left out and told in ``problems``.

    Args:
        packs: Folders with ``questions/`` and ``rubrics/``, the shipped one first.
        cache: Folder for the index; None, or one that cannot be written, means to work without.
    """
    distinct = dict.fromkeys(Path(os.path.realpath(pack)) for pack in packs)
    return IndexedBank(join(indexed_pack(pack, cache) for pack in distinct))


class IndexedBank:
    """Questions that can be asked; implements ``domain.ports.Bank``."""

    def __init__(self, joined: Joined) -> None:
        entries = joined.entries.values()
        self._entries = joined.entries
        self._problems = joined.problems
        self._summaries = tuple(
            sorted((entry.summary for entry in entries), key=lambda s: (s.topic, s.id))
        )
        self._covering: dict[str, Entry] = {}
        for entry in entries:
            for covered in entry.summary.covers:
                self._covering.setdefault(covered, entry)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was left out of the bank, and why."""
        return self._problems

    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one question, in alphabetical order."""
        return tuple(sorted({summary.topic for summary in self._summaries}))

    def summaries(self) -> tuple[QuestionSummary, ...]:
        """Every question, ordered by topic, then id."""
        return self._summaries

    def question(self, question_id: str) -> Question:
        """The question of that id, or else the one that covers it.

        Raises:
            ContentError: There is none, or its file has been broken since the bank was opened.
        """
        entry = self._entry(question_id)
        return _open(entry.question, entry.question_digest, build.question)

    def rubric(self, question_id: str) -> Rubric:
        """The rubric of the question of that id, or else of the one that covers it.

        Raises:
            ContentError: There is none, or its file has been broken since the bank was opened.
        """
        entry = self._entry(question_id)
        return _open(entry.rubric, entry.rubric_digest, build.rubric)

    def _entry(self, question_id: str) -> Entry:
        entry = self._entries.get(question_id) or self._covering.get(question_id)
        if entry is None:
            raise ContentError(self._unknown(question_id))
        return entry

    def _unknown(self, question_id: str) -> str:
        shown = f'There is no question "{printable(question_id, 80)}".'
        known = [*self._entries, *self._covering]
        near = get_close_matches(question_id[:80], known, n=3)
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
