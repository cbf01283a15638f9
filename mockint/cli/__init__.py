"""The command line: arguments in, an exit status out. Each command imports what it needs.

Exit statuses: 0 all well; 1 it cannot be done, or a check found something; 2 wrong usage;
3 some lines could not be graded; 130 interrupted; 141 nobody reads what is written.
"""

import os
import sys
from collections.abc import Sequence

from mockint.cli.terminal import make_printable, say
from mockint.domain.errors import MockintError

INTERRUPTED = 130
NOBODY_READS = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; ``arguments`` defaults to the process's own."""
    make_printable(sys.stdout)
    make_printable(sys.stderr)
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except MockintError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt as stop:
        say(str(stop) or "stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_stdout()
        return NOBODY_READS
    except OSError as error:
        # A full disk behind stdout, mostly; what a command does to files it explains itself.
        _abandon_stdout()
        say(f"{error.filename or 'cannot write'}: {error.strerror or error}.")
        return 1
    return status


def _abandon_stdout() -> None:
    """Python flushes stdout once more at exit: give it somewhere to write to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _run(arguments: Sequence[str] | None) -> int:
    from mockint.cli.parser import parse  # noqa: PLC0415 - argparse, after Ctrl-C is caught

    options = parse(arguments)
    status: int = options.run(options)
    return status
