"""Says on standard error what takes long, in a line that disappears. Only on a terminal, after a second."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from keydesk.cli.printable import printable

if TYPE_CHECKING:
    from rich.live import Live

_PATIENCE_SECONDS = 1.0
_MEGABYTE = 1_000_000
_lines: "list[_Line]" = []
"""The line of this terminal, if there is one."""


class Counted:
    """How much is done. Commands print through `aside`, so that their output and the line do not mix."""

    def __init__(self, what: str, unit: str) -> None:
        self._what, self._unit = what, unit
        self.done, self.total = 0, 0

    def text(self) -> str:
        return f"{self._what}: {self.done:,} of {self.total:,} {self._unit}" if self.total else self._what

    def add(self, number: int = 1) -> None:
        self.done += number

    def reach(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Remove the line while the command prints something."""
        with _lines[-1].paused() if _lines else nullcontext():
            yield


def hide_line() -> None:
    """End the line, because the command is about to print or to ask something."""
    while _lines:
        _lines.pop().end()


@contextmanager
def waiting(what: str, seconds: float | None = None, *, also_piped: bool = True) -> Iterator[None]:
    """Show `what` while the block runs, with the time that is left of `seconds`.

    Unless `also_piped` is set, nothing is shown if a program reads the output.
    """
    until = None if seconds is None else time.monotonic() + seconds
    with _line(lambda: what if until is None else f"{what}, {_left(until)} left", also_piped=also_piped):
        yield


@contextmanager
def counting(what: str, unit: str) -> Iterator[Counted]:
    """Show how many of all units are done, also while a program reads the output."""
    counted = Counted(what, unit)
    with _line(counted.text, also_piped=True):
        yield counted


@contextmanager
def writing(what: str) -> Iterator[Callable[[int], None]]:
    """Show how many bytes were written, unless they are on the terminal. The block passes the size of each part."""
    written = 0

    def count(size: int) -> None:
        nonlocal written
        written += size

    if sys.stdout.isatty():
        yield count
        return
    with _line(lambda: f"{what}: {written / _MEGABYTE:,.1f} MB", also_piped=True):
        yield count


@contextmanager
def _line(text: Callable[[], str], *, also_piped: bool) -> Iterator[None]:
    hide_line()
    if not _can_show() or not (also_piped or sys.stdout.isatty()):
        yield
        return
    line = _Line(text)
    _lines.append(line)
    try:
        yield
    finally:
        line.end()
        if line in _lines:
            _lines.remove(line)


class _Line:
    """A thread shows it after a second, because the work may keep the event loop busy."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text = text
        self._lock = threading.Lock()
        self._live: Live | None = None
        self._timer = threading.Timer(_PATIENCE_SECONDS, self._show)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        with self._lock:
            self._timer.cancel()
            self._timer.finished.set()
            if self._live is not None:
                self._live.stop()
                self._live = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        with self._lock:
            if self._live is not None:
                self._live.stop()
            try:
                yield
            finally:
                if self._live is not None:
                    self._live.start(refresh=True)

    def _show(self) -> None:
        # Only commands that take long pay for the import.
        from rich.console import Console  # noqa: PLC0415
        from rich.live import Live  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        def rendered() -> Text:
            return Text(printable(self._text()), no_wrap=True, overflow="ellipsis")

        with self._lock:
            if self._timer.finished.is_set():
                return
            # The console is that of standard error alone: what a command prints must not get there.
            self._live = Live(
                console=Console(stderr=True),
                get_renderable=rendered,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start(refresh=True)


def _can_show() -> bool:
    """Return whether standard error is a terminal on which a line can be removed again."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def _left(until: float) -> str:
    seconds = max(0, round(until - time.monotonic()))
    return f"{seconds // 60}:{seconds % 60:02}"
