"""The commands that open the app."""

import argparse
import gc
import os
import sys
from dataclasses import replace
from typing import Literal

from mockint.cli.terminal import say

Start = Literal["home", "interview", "drill", "review"]
USAGE = 2
_FULL_COLLECTION = 200
"""After how many collections of the middle generation all objects are looked at; usually 10."""


def run(options: argparse.Namespace) -> int:
    """Open the app at the place that ``options.start`` names."""
    if not (os.isatty(0) and sys.stdout.isatty()):  # sys.stdin is None where it is closed
        say("the app needs a terminal to open in; for scripts there is `mockint grade --help`.")
        return USAGE
    return _open_app(options)


def _open_app(options: argparse.Namespace) -> int:
    from mockint.app.bootstrap import build_runtime  # noqa: PLC0415 - asyncio, sqlite: 50 ms
    from mockint.cli.reading import reading  # noqa: PLC0415 - after Ctrl-C is caught

    with reading() as watch:
        runtime = build_runtime(tuple(options.pack), watch)
    from mockint.tui.app import MockintApp  # noqa: PLC0415 - Textual: 300 ms

    _collect_rarely()
    start: Start = options.start
    app = MockintApp(runtime, start, remember_theme=_remember_theme)
    try:
        app.run()
    finally:
        gc.freeze()  # likewise: nothing is left that a collection at exit would have to find
        runtime.grading.stop()
        runtime.store.close()
    for sentence in app.last_words:
        say(sentence)
    return app.return_code or 0


def _collect_rarely() -> None:
    """Keep the garbage collector from stopping the keys, and from delaying the end."""
    # What has been imported stays to the end; walking over it takes 100 ms.
    gc.freeze()
    # What the screens keep is 50,000 objects: 50 ms each time, which typing asks for every 5 s.
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, _FULL_COLLECTION)


def _remember_theme(name: str) -> None:
    from mockint.app import locations  # noqa: PLC0415 - the app has it by then
    from mockint.app.settings import load_settings, save_settings  # noqa: PLC0415 - likewise

    file = locations.settings_file()
    # Read afresh: packs named on the command line are for this run alone.
    settings, _ = load_settings(file)
    save_settings(file, replace(settings, theme=name))
