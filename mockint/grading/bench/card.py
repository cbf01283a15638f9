"""The grader card: figures as Markdown, for people."""

from collections.abc import Iterator, Sequence
from typing import Any

_MEASURES = (
    ("pearson", "Pearson"),
    ("spearman", "Spearman"),
    ("rmse", "RMSE"),
    ("mae", "MAE"),
    ("kappa", "QWK"),
    ("order", "order"),
)


def markdown(card: dict[str, Any]) -> str:
    """The card as a Markdown document."""
    encoder = f"Encoder: {card['encoder']}"
    if card["english"]:
        encoder += f", with {card['english']} beside it where only an English reference is known"
    lines = [f"# Grader card of {card['grader']}", "", f"{encoder}.", ""]
    if card["quick"]:
        lines += ["A quick look at part of the data: not the figures to quote.", ""]
    for found in card["sets"]:
        lines += [*_set(found), ""]
    if card["attacks"]:
        lines += [*_attacks(card["attacks"]), ""]
    if card["speed"]:
        lines += [*_speed(card["speed"]), ""]
    if card["skipped"]:
        lines += ["## Left out", "", *(f"- {reason}" for reason in card["skipped"]), ""]
    return "\n".join(lines).rstrip() + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a Markdown table whose columns stand below each other, numbers to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    for number, row in enumerate((head, *rows)):
        cells = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            rule = ("-" * w if i == 0 else "-" * (w - 1) + ":" for i, w in enumerate(widths))
            yield f"| {' | '.join(rule)} |"


def _set(found: dict[str, Any]) -> Iterator[str]:
    yield f"## {found['set']}"
    yield ""
    scale = "" if found["scale"] == 1.0 else f", grades 0 to {found['scale']:g}"
    yield f"{found['answers']:,} answers to {found['questions']} questions{scale}."
    if found["fitted"]:
        yield "The shipped weights were fitted on this set, among others."
    yield ""
    rows = [
        (name, *(_value(figures[key]) for key, _ in _MEASURES))
        for name, figures in found["systems"].items()
    ]
    if "people" in found:
        people = found["people"]
        rows.append(("one person, the other", *(_value(people[key]) for key, _ in _MEASURES)))
    yield from table(("", *(title for _, title in _MEASURES)), rows)
    if "labels" in found:
        yield ""
        yield from table(
            ("three labels", "macro-F1", "F1 contradictory"),
            [
                (name, _value(figures["macro_f1"]), _value(figures["contradictory"]))
                for name, figures in found["labels"].items()
            ],
        )
    if found["published"]:
        yield ""
        yield from _published(found["published"])


def _published(systems: Sequence[dict[str, Any]]) -> Iterator[str]:
    keys = [key for key in ("pearson", "rmse", "macro_f1") if any(key in s for s in systems)]
    titles = {"pearson": "Pearson", "rmse": "RMSE", "macro_f1": "macro-F1"}
    yield from table(
        ("published", *(titles[key] for key in keys), "source"),
        [
            (s["system"], *(f"{s[key]:.3f}" if key in s else "" for key in keys), s["source"])
            for s in systems
        ],
    )


def _value(figures: Sequence[float | None]) -> str:
    value, low, high = figures
    if value is None:
        return "–"
    return f"{value:.3f}" if low is None else f"{value:.3f} ({low:.2f}–{high:.2f})"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"


def _attacks(found: dict[str, Any]) -> Iterator[str]:
    yield "## Answers written to mislead"
    yield ""
    value, low, high = found["order"]
    spread = "" if low is None else f" ({_share(low)} to {_share(high)})"
    yield (
        f"{found['answers']:,} answers to {found['questions']} questions; of pairs 15 points apart "
        f"{_share(value)}{spread} in the right order, {_share(found['order_in_one_language'])} "
        "within one language."
    )
    gap = found["languages"]
    if gap["pairs"]:
        yield (
            f"English less Chinese: {gap['difference']:+.1f} points on average, "
            f"{gap['apart']:.1f} apart."
        )
    yield ""
    rows = [
        (
            kind,
            f"{one['answers']}",
            f"{one['target']:.0f}",
            f"{one['score']:.1f}",
            _share(one.get("beats_excellent")),
            _share(one.get("beats_sloppy")),
        )
        for kind, one in found["kinds"].items()
    ]
    yield from table(
        ("kind", "answers", "deserved", "got", "beats excellent", "beats sloppy"), rows
    )


def _speed(found: dict[str, Any]) -> Iterator[str]:
    yield "## Speed"
    yield ""
    one = found["latency"]
    if one["ratio"] is not None:
        yield (
            f"One answer of 120 words against 6 points, warm, median of {one['rounds']}: "
            f"{1000 * one['grader_seconds']:.0f} ms, {one['ratio']:.2f} times the "
            f"{1000 * one['encoder_seconds']:.0f} ms of the encoder alone."
        )
    bulk = found["bulk"]
    if bulk:
        yield (
            f"`mockint grade` on {bulk['lines']:,} lines: {bulk['lines_per_second']:.1f} a second, "
            f"{bulk['ratio']:.1f} times a plain loop ({bulk['plain_per_second']:.1f})."
        )
