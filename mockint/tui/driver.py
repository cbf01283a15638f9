"""Terminal input that survives bytes which are not UTF-8."""

from typing import TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from mockint.tui import words

if TYPE_CHECKING:
    from textual.app import App


class ForgivingDriver(LinuxDriver):
    """Textual's driver ends the app at the first byte that is not UTF-8; this one goes on.

    What was read together with the byte (at most 4 KB) is dropped, and the person is told.
    """

    def run_input_thread(self) -> None:
        """Read input until the app ends, whatever comes."""
        while True:
            try:
                super().run_input_thread()
            except UnicodeDecodeError:
                app: App[object] = self._app
                app.call_later(app.notify, words.NOT_UTF8, severity="warning", markup=False)
            else:
                return
