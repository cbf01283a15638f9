"""The grading process: requests come in on stdin, replies go out on stdout, one line each.

It ends when stdin closes, so it never outlives the app, however the app dies.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from mockint.domain.errors import GradingError, MockintError
from mockint.domain.ports import Grader, GraderStage
from mockint.grading import wire
from mockint.grading.encoders.choose import Choice, choose_encoder

Send = Callable[[wire.Reply], None]
_log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Load the encoder, then grade until stdin closes; the exit status is always 0."""
    parser = argparse.ArgumentParser(prog="python -m mockint.grading.worker")
    parser.add_argument("--encoder", default="default", help="as in the settings")
    parser.add_argument("--cache", type=Path, required=True, help="folder for unpacked models")
    parser.add_argument("--vectors", type=Path, help="folder to keep vectors of rubrics in")
    options = parser.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(name)s: %(message)s")
    replies = _private_stdout()

    def send(reply: wire.Reply) -> None:
        replies.write(wire.encode(reply))
        replies.flush()

    try:
        grader = load(lambda: choose_encoder(options.encoder, options.cache), send, options.vectors)
        if grader is not None:
            serve(grader, sys.stdin.buffer, send)
    except BrokenPipeError:
        # The app is gone; nobody is left to tell.
        return 0
    finally:
        _abandon(replies)
    return 0


def load(choose: Callable[[], Choice], send: Send, vectors: Path | None = None) -> Grader | None:
    """The grader, reporting every stage; None, with the reason sent, where it cannot be had."""
    send(wire.StageReply(GraderStage.IMPORTING))
    try:
        choice = choose()
        send(wire.StageReply(GraderStage.IMPORTING, choice.name, choice.note))
        choice.prepare()
        send(wire.StageReply(GraderStage.LOADING, choice.name, choice.note))
        encoder = choice.load()
        from mockint.grading.encoders.kept import KeptEncoder  # noqa: PLC0415 - needs numpy
        from mockint.grading.grader import RubricGrader  # noqa: PLC0415 - likewise

        bank = None if vectors is None else KeptEncoder(encoder, vectors)
        grader = RubricGrader(encoder, bank=bank)
    except BrokenPipeError:
        raise
    except MockintError as error:
        send(wire.StageReply(GraderStage.FAILED, note=str(error)))
        return None
    except Exception as error:  # noqa: BLE001 - libraries raise anything; the app must hear of it
        _log.exception("loading failed")
        why = f"the grading process could not load its model ({type(error).__name__}: {error})"
        send(wire.StageReply(GraderStage.FAILED, note=why))
        return None
    send(wire.StageReply(GraderStage.READY, choice.name, choice.note))
    return grader


def serve(grader: Grader, lines: Iterable[bytes], send: Send) -> None:
    """Answer every request in turn; one that fails is refused and the next one is read."""
    for line in lines:
        try:
            request = wire.decode_request(line)
        except ValueError:
            _log.warning("a request of %d bytes could not be read", len(line))
            send(wire.Refused(-1, "the request could not be read"))
            continue
        match request:
            case wire.Ping():
                send(wire.Pong())
            case wire.GradeRequest():
                send(_graded(grader, request))


def _graded(grader: Grader, request: wire.GradeRequest) -> wire.Reply:
    try:
        grade = grader.grade(request.question, request.rubric, request.answer)
    except GradingError as error:
        return wire.Refused(request.id, str(error))
    except Exception as error:  # noqa: BLE001 - one answer must not take the process with it
        _log.exception("grading an answer to %s failed", request.question.id)
        return wire.Refused(
            request.id, f"the grader failed on this answer ({type(error).__name__}); see the log"
        )
    return wire.Graded(request.id, grade)


def _private_stdout() -> BinaryIO:
    """What was stdout; whatever a library prints goes to stderr from here on."""
    sys.stdout.flush()
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _abandon(stream: BinaryIO) -> None:
    """Close a stream whose reader may be gone."""
    try:
        stream.close()
    except BrokenPipeError:
        _log.info("the app closed its end first")


if __name__ == "__main__":
    sys.exit(main())
