"""The compiled index: what came of each pack and file, remembered by content.

A pack whose fingerprint is the one that the index was made from is taken from the index as a whole:
at start only its outline, the words when they are first asked for. Otherwise every file is looked
at, and judged afresh where its SHA-256 is another than that of its entry. So an index can be stale
or forged without harm beyond work done again; it holds no rubric and no reference answer, which are
always read from their own files. ``prints`` says what a fingerprint is and when it is believed.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from mockint.content.index_file import DAMAGE, Compiled, Row, Saved, load, save
from mockint.content.join import Entries, Outline, Pack, assemble
from mockint.content.loader import Judged, JudgedPack, digest_of, judge_bytes
from mockint.content.packs import pack_files
from mockint.content.prints import Fingerprint, fingerprint
from mockint.content.source import Listing, PackFiles, SourceFile, read_source
from mockint.domain.ports import Problem

Watch = Callable[[int, int], None]
"""Told how many files of a pack have been looked at, and how many there are."""

SETTLED_AFTER = 2.5
"""Seconds between two looks of one start that settle a stamp: longer than any file system's tick.

A file that is written twice within one tick keeps its stamp; FAT ticks every two seconds.
"""


def indexed_pack(
    place: Path,
    cache: Path | None,
    watch: Watch | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Pack:
    """A pack, each file judged afresh only where its content is new.

    Args:
        place: The pack, a folder or a zip file.
        cache: The folder of indexes; None means to work without.
        watch: Called file by file where the pack is not what it was.
        monotonic: Seconds since some fixed moment.
    """
    if cache is None:
        files = pack_files(place)
        rows: dict[str, Row] = {}
        return _assembled(files, _look(files, None, {}, rows, watch), rows)
    return _Index(place, cache, watch, monotonic).pack()


class _Index:
    """The index of one pack."""

    def __init__(
        self, place: Path, cache: Path, watch: Watch | None, monotonic: Callable[[], float]
    ) -> None:
        self._place = place
        self._cache = cache
        self._watch = watch
        self._monotonic = monotonic
        self._files = pack_files(place)

    def pack(self) -> Pack:
        """The pack, from the index where that may be believed."""
        # Before anything else is read: what changes from here on makes another fingerprint.
        state = fingerprint(self._place)
        saved = load(self._place, self._cache)
        if saved and state and saved.fingerprint == state.value and (state.exact or saved.settled):
            return Pack(self._files, saved.outline, lambda: self._entries(saved))
        return self._compiled(state, saved)

    def _entries(self, saved: Saved) -> Entries:
        try:
            return saved.entries()
        except DAMAGE:
            return self._compiled(fingerprint(self._place), None).entries

    def _compiled(self, state: Fingerprint | None, saved: Saved | None) -> Pack:
        known = saved.rows(self._files) if saved else {}
        listing, rows = self._looked(state, known)
        pack = _assembled(self._files, listing, rows)
        print_, settled = state.value if state else "", _is_settled(state, rows)
        if not saved or rows != known or (saved.fingerprint, saved.settled) != (print_, settled):
            self._save(Compiled(print_, settled, pack.outline, pack.entries, rows))
        return pack

    def _looked(
        self, state: Fingerprint | None, known: Mapping[str, Row]
    ) -> tuple[Listing, dict[str, Row]]:
        """What came of each file; looked at twice where that took long enough to settle stamps."""
        rows: dict[str, Row] = {}
        began = self._monotonic()
        try:
            listing = _look(self._files, state, known, rows, self._watch)
        except KeyboardInterrupt:
            self._save(Compiled("", settled=False, outline=Outline(), entries={}, rows=rows))
            raise
        if _is_settled(state, rows) or self._monotonic() - began < SETTLED_AFTER:
            return listing, rows
        # Or else the next start, though nothing has changed, would have to read every file.
        again: dict[str, Row] = {}
        return _look(self._files, state, rows, again, self._watch), again

    def _save(self, compiled: Compiled) -> None:
        save(self._place, self._cache, compiled)


def _look(
    files: PackFiles,
    state: Fingerprint | None,
    known: Mapping[str, Row],
    rows: dict[str, Row],
    watch: Watch | None,
) -> Listing:
    """Fill in ``rows`` with what comes of each file."""
    listing = files.listing()
    exact = state is None or state.exact
    for done, file in enumerate(listing.files):
        if watch is not None:
            watch(done, len(listing.files))
        rows[file.key] = _row(file, known.get(file.key), exact=exact)
    return listing


def _row(file: SourceFile, known: Row | None, *, exact: bool) -> Row:
    if known and known.settled and known.stamp == file.stamp and not exact:
        return known
    data = read_source(file)
    if isinstance(data, Problem):
        return Row(file.stamp, settled=False, judged=Judged((data,)))
    if known and known.judged.digest == digest_of(data):
        judged = known.judged
    else:
        judged = judge_bytes(file, data)
    seen = known is not None and known.stamp == file.stamp and known.judged == judged
    return Row(file.stamp, settled=seen and not exact, judged=judged)


def _is_settled(state: Fingerprint | None, rows: Mapping[str, Row]) -> bool:
    return state is not None and (state.exact or all(row.settled for row in rows.values()))


def _assembled(files: PackFiles, listing: Listing, rows: Mapping[str, Row]) -> Pack:
    return assemble(JudgedPack(files, listing, {key: row.judged for key, row in rows.items()}))
