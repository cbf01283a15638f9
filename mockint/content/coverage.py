"""Which ids of a list the bank has questions for."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mockint.content.shipped import shipped_pack
from mockint.content.source import printable
from mockint.content.topics import ID
from mockint.domain.errors import ContentError
from mockint.domain.question import QuestionSummary

MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wanted:
    """An id that the bank ought to cover.

    Attributes:
        id: The id.
        topic: Its topic; empty where the list does not say.
    """

    id: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class TopicCoverage:
    """What there is of one topic of a list.

    Attributes:
        topic: The topic; empty where nothing says which.
        covered: The question that asks each covered id, often that of the same id.
        missing: The ids that no question asks.
    """

    topic: str
    covered: Mapping[str, str]
    missing: tuple[str, ...]


def shipped_list() -> Path:
    """The list that comes with the shipped questions: what the field asks."""
    return shipped_pack() / "questions" / "coverage.jsonl"


def read_wanted(path: Path) -> tuple[Wanted, ...]:
    """The ids in a file, each once, in its order.

    A line is a JSON object with ``id`` and perhaps ``topic``, or an id alone; blank lines and those
    that begin with ``#`` are passed over.

    Raises:
        ContentError: The file cannot be read, or a line is none of these.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ContentError(f"Cannot read {path}: {error.strerror or error}.") from error
    if len(data) > MAX_BYTES:
        raise ContentError(f"{path} has more than {MAX_BYTES // 2**20} MiB; it must be a list.")
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ContentError(f"{path} is not UTF-8 text; save it as UTF-8.") from None
    found: dict[str, Wanted] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            wanted = _wanted(text)
            if wanted is None:
                shown = printable(text, 60)
                raise ContentError(
                    f"{path}, line {number}: {shown} is neither an id nor a JSON object with one."
                )
            found.setdefault(wanted.id, wanted)
    return tuple(found.values())


def coverage(
    wanted: Iterable[Wanted], bank: Sequence[QuestionSummary], topics: Mapping[str, str]
) -> tuple[TopicCoverage, ...]:
    """What the bank has of a list, by topic, in the order in which the list comes to them.

    Args:
        wanted: The list.
        bank: The questions; one counts for its own id and for those that it covers.
        topics: Topics of ids for which the list does not say; then the question's topic counts.
    """
    askers: dict[str, QuestionSummary] = {}
    for summary in bank:
        askers.update((name, summary) for name in summary.covers if name not in askers)
    askers |= {summary.id: summary for summary in bank}
    covered: dict[str, dict[str, str]] = {}
    missing: dict[str, list[str]] = {}
    for item in wanted:
        asker = askers.get(item.id)
        topic = item.topic or topics.get(item.id) or (asker.topic if asker else "")
        covered.setdefault(topic, {})
        missing.setdefault(topic, [])
        if asker is None:
            missing[topic].append(item.id)
        else:
            covered[topic][item.id] = asker.id
    return tuple(TopicCoverage(topic, covered[topic], tuple(missing[topic])) for topic in covered)


def _wanted(text: str) -> Wanted | None:
    if not text.startswith("{"):
        return Wanted(text) if ID.fullmatch(text) else None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    name, topic = values.get("id"), values.get("topic", "")
    if not (isinstance(name, str) and ID.fullmatch(name) and isinstance(topic, str)):
        return None
    return Wanted(name, topic)
