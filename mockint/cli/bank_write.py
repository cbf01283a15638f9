"""``mockint bank coverage``, ``new`` and ``schema``: for those who write questions."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mockint.app import locations
from mockint.app.bootstrap import read_settings
from mockint.cli.bank import open_told
from mockint.cli.output import opened
from mockint.cli.reading import opened_bank
from mockint.cli.terminal import json_text, one_line, say, show, show_json
from mockint.content.coverage import TopicCoverage, coverage, read_wanted, shipped_list
from mockint.domain.errors import ContentError, StorageError

OWN_PACK = "mine"
"""The person's own pack, in the folder of packs."""


def run_coverage(options: argparse.Namespace) -> int:
    """Say which ids of a list the bank covers; 1 where some are missing."""
    bank, _ = open_told(options)
    listed = read_wanted(options.coverage or shipped_list())
    wanted = listed if options.only is None else read_wanted(options.only)
    if not wanted:
        raise ContentError(f"There is no id in {options.only or options.coverage}.")
    # A plain list names no topics; the shipped list does for most of what a bank is asked.
    topics = {item.id: item.topic for item in (*read_wanted(shipped_list()), *listed) if item.topic}
    found = coverage(wanted, bank.summaries(), topics)
    if options.json:
        show_json(_as_json(found))
    else:
        for line in _told(found):
            show(line)
    return 1 if any(topic.missing for topic in found) else 0


def run_new(options: argparse.Namespace) -> int:
    """Write the two files of a new question, to be filled in."""
    from mockint.content.template import write_templates  # noqa: PLC0415 - pydantic

    settings, _ = read_settings()
    for summary in opened_bank(settings, ()).summaries():
        if options.id in (summary.id, *summary.covers):
            does = "has" if options.id == summary.id else "covers"
            raise ContentError(f"The question {summary.id} {does} that id already; choose another.")
    pack = options.to or _own_pack()
    for file in write_templates(pack, options.topic, options.id):
        show(str(file))
    say(f"write over every FILL IN; `mockint bank check {pack}` names those that are left.")
    return 0


def run_schema(options: argparse.Namespace) -> int:
    """Write a JSON schema for each kind of file."""
    from mockint.content.schema import json_schemas  # noqa: PLC0415 - pydantic

    schemas = json_schemas()
    if options.to is None:
        show_json(schemas)
        return 0
    try:
        options.to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise StorageError(f"Cannot make the folder {options.to}: {why}.") from error
    for name, schema in schemas.items():
        path = options.to / f"{name}.schema.json"
        with opened(str(path)) as file:
            file.write(f"{json_text(schema, indent=2)}\n".encode())
        show(str(path))
    return 0


def _own_pack() -> Path:
    """The current folder where it is a pack, else the person's own pack, which the app finds."""
    here = Path()
    if all((here / part).is_dir() for part in ("questions", "rubrics")):
        return here
    locations.private_folder(locations.data_folder())
    return locations.packs_folder() / OWN_PACK


def _told(found: Sequence[TopicCoverage]) -> Iterator[str]:
    for topic in found:
        size = len(topic.covered) + len(topic.missing)
        yield f"{one_line(topic.topic) or 'of no known topic'}: {len(topic.covered)} of {size}"
        asked = (
            name if name == asker else f"{name} (in {asker})"
            for name, asker in topic.covered.items()
        )
        if topic.covered:
            yield f"  covered: {', '.join(asked)}"
        if topic.missing:
            yield f"  missing: {', '.join(topic.missing)}"
    covered = sum(len(topic.covered) for topic in found)
    size = covered + sum(len(topic.missing) for topic in found)
    some = sum(bool(topic.covered) for topic in found)
    whole = sum(not topic.missing for topic in found)
    yield (
        f"\n{covered} of {size} ids are covered; {some} of {len(found)} topics have a question, "
        f"{whole} are complete."
    )


def _as_json(found: Sequence[TopicCoverage]) -> dict[str, Any]:
    covered = sum(len(topic.covered) for topic in found)
    return {
        "covered": covered,
        "wanted": covered + sum(len(topic.missing) for topic in found),
        "topics": [
            {"topic": topic.topic, "covered": dict(topic.covered), "missing": list(topic.missing)}
            for topic in found
        ],
    }
