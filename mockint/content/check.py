"""What is wrong with content, told to the person who writes it."""

from collections.abc import Sequence
from pathlib import Path

from mockint.content.join import assemble, join
from mockint.content.loader import Judged, JudgedPack, judge_file, judge_pack
from mockint.content.packs import pack_files, pack_of
from mockint.content.shipped import shipped_pack
from mockint.content.source import Folder, Listing, SourceFile
from mockint.domain.ports import Problem


def check(paths: Sequence[Path] = ()) -> tuple[Problem, ...]:
    """Every problem below ``paths``, each judged afresh; no path means the shipped bank.

    A path is a pack (a folder or a zip file), its ``questions`` or ``rubrics`` folder, a topic's
    folder in one of these, or one file. Ids are compared across the packs that are given.

    Raises:
        ContentError: No path is given and the shipped bank is missing.
    """
    wanted: dict[Path, list[Path]] = {}
    problems: list[Problem] = []
    for path in paths or (shipped_pack(),):
        place = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        if not place.exists():
            problems.append(Problem(str(path), "", "there is no such file or folder"))
        elif (pack := pack_of(place)) is None:
            reason = "is in no pack; a pack has questions/<topic>/<id>.toml and rubrics/…"
            problems.append(Problem(str(path), "", reason))
        else:
            wanted.setdefault(pack, []).append(place)
    told = [_judge(pack, places) for pack, places in wanted.items()]
    shown = {name for _, names in told for name in names}
    joined = join(assemble(pack) for pack, _ in told)
    problems += [problem for problem in joined.problems if problem.path in shown]
    return tuple(problems)


def _judge(pack: Path, places: Sequence[Path]) -> tuple[JudgedPack, set[str]]:
    """The pack with the asked-for files judged, and the names that problems may have."""
    if pack in places:
        whole = judge_pack(pack_files(pack))
        names = {file.shown for file in whole.listing.files}
        return whole, names | {problem.path for problem in whole.listing.problems}
    files = Folder(pack)
    listing = files.listing()
    asked = {file.key for file in listing.files if _is_asked(file, places)}
    judged = {
        file.key: judge_file(file) if file.key in asked else Judged() for file in listing.files
    }
    names = {file.shown for file in listing.files if file.key in asked}
    below = tuple(f"{pack.name}/{place.relative_to(pack).as_posix()}" for place in places)
    odd = tuple(p for p in listing.problems if p.path.startswith(below))
    narrowed = Listing(listing.files, odd)
    return JudgedPack(files, narrowed, judged), names | {p.path for p in odd}


def _is_asked(file: SourceFile, places: Sequence[Path]) -> bool:
    return any(Path(file.path).is_relative_to(place) for place in places)
