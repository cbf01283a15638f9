"""The arguments of every command, and which function runs it."""

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from mockint import __version__

_LANGUAGES = ("en", "zh")
_LEVELS = ("junior", "mid", "senior")

Run = Callable[[argparse.Namespace], int]
Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name


def build_parser() -> argparse.ArgumentParser:
    """The parser; parsed options carry ``run``, the command's function."""
    parser = argparse.ArgumentParser(
        prog="mockint",
        description="A mock interview in your terminal: it asks, listens, times and grades.",
        epilog="Without a command the app opens at its home screen.",
    )
    parser.add_argument("--version", action="version", version=f"mockint {__version__}")
    _pack_option(parser, "pack")
    parser.set_defaults(run=_late("screens", "run"), start="home")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    _add_screens(commands)
    _add_bank(commands)
    _add_stats(commands)
    _add_doctor(commands)
    _add_grade(commands)
    _add_bench(commands)
    return parser


def _late(module: str, name: str) -> Run:
    """A command whose module is imported when it runs."""

    def run(options: argparse.Namespace) -> int:
        status: int = getattr(import_module(f"mockint.cli.{module}"), name)(options)
        return status

    return run


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The options of one command line; exits with status 2 where it is wrong."""
    options = build_parser().parse_args(arguments)
    # A subparser overwrites what stood before the command, so its packs have a name of their own.
    options.pack = [*options.pack, *getattr(options, "further_packs", ())]
    return options


def _pack_option(parser: argparse.ArgumentParser, name: str = "further_packs") -> None:
    parser.add_argument(
        "--pack",
        dest=name,
        metavar="PATH",
        type=Path,
        action="append",
        default=[],
        help="a folder or zip file with further questions/ and rubrics/; may be repeated",
    )


def _json_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="write JSON, for scripts")


def _language_option(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--lang", choices=_LANGUAGES, help=text)


def _command(
    commands: "Commands[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")


def _add_screens(commands: "Commands[argparse.ArgumentParser]") -> None:
    for name, text in (
        ("interview", "open the app at a timed interview"),
        ("drill", "open the app at a drill: no clock, a grade after each answer"),
        ("review", "open the app at the list of past sessions"),
    ):
        parser = _command(commands, name, text)
        _pack_option(parser)
        parser.set_defaults(run=_late("screens", "run"), start=name)


def _add_bank(commands: "Commands[argparse.ArgumentParser]") -> None:
    bank = _command(commands, "bank", "list, show or check questions")
    inner = bank.add_subparsers(title="commands", metavar="COMMAND", required=True)

    parser = _command(inner, "list", "list the questions, one a line")
    parser.add_argument("--topic", metavar="TOPIC", help="only this topic")
    parser.add_argument("--level", choices=_LEVELS, help="only this level")
    _language_option(parser, "language of the prompts (default: as in the settings)")
    _json_option(parser)
    _pack_option(parser)
    parser.set_defaults(run=_late("bank", "run_list"))

    parser = _command(inner, "show", "show a question with its answer, hints and rubric")
    parser.add_argument("id", metavar="ID", help="the question's id, as `mockint bank list` has it")
    _language_option(parser, "language to show it in (default: as in the settings)")
    _json_option(parser)
    _pack_option(parser)
    parser.set_defaults(run=_late("bank", "run_show"))

    parser = _command(inner, "check", "report every problem in questions and rubrics")
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="a pack, a folder in one, or one file (default: the shipped questions and your packs)",
    )
    _pack_option(parser)
    parser.set_defaults(run=_late("bank", "run_check"))
    _add_bank_test(inner)
    _add_bank_writing(inner)


def _add_bank_test(inner: "Commands[argparse.ArgumentParser]") -> None:
    parser = inner.add_parser(
        "test",
        help="grade answers of known worth, to prove questions and rubrics",
        description="Grade answers of known worth to each question, in both languages.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="""\
what must come out, of 100:
  reference answer            85 or more; 65 with its sentences shuffled, or
                              with 300 irrelevant words around it
  each sample answer          a score in its band
  half of the points          30 to 70, scaled by the share of the weight kept
  twins, one or all           under 25
  prompt echoed, keywords     under 20
  another question's answer   under 20
  "I don't know", nothing     under 20
  both languages              not more than 10 apart

each key point is covered by its statement alone and by the reference answer,
which without the sentences that make the point no longer covers it; no two
points cover each other.

exit status: 0 all well, 1 something is to be mended""",
    )
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="a pack, a folder in one, or one file (default: the shipped questions)",
    )
    parser.add_argument(
        "--id",
        dest="ids",
        metavar="ID",
        nargs="+",
        action="extend",
        default=[],
        help="only these questions",
    )
    parser.add_argument(
        "--json", metavar="FILE", help="write every score as JSON; -: to stdout, without the table"
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="how many processes, of 1 GB each (default: one per core, up to 4)",
    )
    parser.set_defaults(run=_late("bank_test", "run"))


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text[:80]!r} is not a number from 1 to 64")
    return int(text)


def _add_bank_writing(inner: "Commands[argparse.ArgumentParser]") -> None:
    parser = inner.add_parser(
        "coverage",
        help="say which ids of a list the questions cover",
        description="Say, topic by topic, which ids of a list the questions cover and which not.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="""\
a list has one id a line, or one JSON object with "id" and perhaps "topic".
A question covers its own id and those in its `covers`.

exit status: 0 all are covered, 1 some are missing""",
    )
    parser.add_argument(
        "--coverage",
        metavar="FILE",
        type=Path,
        help="the list (default: the one that comes with mockint)",
    )
    parser.add_argument(
        "--only",
        metavar="FILE",
        type=Path,
        help="count only these ids; --coverage then says what their topics are",
    )
    _json_option(parser)
    _pack_option(parser)
    parser.set_defaults(run=_late("bank_write", "run_coverage"), lang=None)

    parser = _command(inner, "new", "write the files of a new question, to be filled in")
    parser.add_argument("topic", metavar="TOPIC", help="its topic, known or new")
    parser.add_argument("id", metavar="ID", help="its id, not yet in use")
    parser.add_argument(
        "--to",
        metavar="DIR",
        type=Path,
        help="the pack to write to (default: this folder if it is one, else your own pack)",
    )
    parser.set_defaults(run=_late("bank_write", "run_new"))

    parser = _command(inner, "schema", "write JSON schemas of the files, for editors")
    parser.add_argument(
        "--to",
        metavar="DIR",
        type=Path,
        help="where to put question.schema.json and rubric.schema.json (default: both on stdout)",
    )
    parser.set_defaults(run=_late("bank_write", "run_schema"))


def _add_stats(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "stats", "show how your sessions went, by topic")
    _json_option(parser)
    parser.set_defaults(run=_late("stats", "run"))


def _add_doctor(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "doctor", "check that everything mockint needs is in order")
    parser.add_argument(
        "--deep", action="store_true", help="also load the model and grade one answer (seconds)"
    )
    _pack_option(parser)
    parser.set_defaults(run=_late("doctor", "run"))


def _add_grade(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "grade",
        help="grade answers from a file of JSON lines",
        description="Grade answers from a file of JSON lines.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="""\
each line holds one answer, to a question of the bank or to one of your own:
  {"question": "lora-idea", "answer": "...", "lang": "en"}
  {"prompt": "...", "reference": "...", "answer": "..."}

each line that comes out is the line that went in, with score, band, points,
misconceptions, flags and grader added, or with error where it could not be
graded. Keys of these names in the input are replaced, all others are kept.

with -o, finished lines are kept in OUT.jsonl.part until all are done: after an
interruption the same command goes on from there. Lines that have changed since,
or were graded by another grader, are graded again.

exit status: 0 all graded, 3 some lines have an error, 1 nothing could be done,
130 interrupted""",
    )
    parser.add_argument("answers", metavar="ANSWERS.jsonl", help="the file, or - for stdin")
    parser.add_argument(
        *("-o", "--output"),
        metavar="OUT.jsonl",
        default="-",
        help="where to write, all at once at the end (default: stdout, line by line)",
    )
    _language_option(parser, "language of lines without lang (default: that of the answer)")
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_jobs,
        help="how many processes, of 1 GB each (default: by lines, cores and free memory)",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="grade every line, whatever an earlier run finished"
    )
    _pack_option(parser)
    parser.set_defaults(run=_late("grade", "run"))


def _add_bench(commands: "Commands[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "bench",
        help="measure the grader against people, attacks and the clock",
        description="Measure the grader against people, attacks and the clock: the grader card.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="""\
a set of graded answers is a CSV file with the columns qid, question,
reference_answer, student_answer, score, max_score and, where known, label,
score_1, score_2, rubric (further references as a JSON list).

answers written to mislead are JSON lines:
  {"question": "lora-idea", "lang": "en", "kind": "flipped", "target": 5,
   "answer": "..."}

what there is no data for is named and left out. All of it takes half an hour.""",
    )
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help="the folder with sets of graded answers"
    )
    parser.add_argument(
        "--adversarial", metavar="DIR", type=Path, help="the folder with answers to mislead"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="also write grader-card.json and grader-card.md"
    )
    parser.add_argument(
        "--only",
        metavar="SET",
        nargs="+",
        action="extend",
        default=[],
        help="only these sets, by file name without .csv; leaves out the speed",
    )
    parser.add_argument(
        "--quick", action="store_true", help="an eighth of the questions, for a first look"
    )
    _pack_option(parser)
    parser.set_defaults(run=_late("bench", "run"))
