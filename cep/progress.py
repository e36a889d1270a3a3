"""How far a query has come, on standard error: a bar where the end is known, else a counter."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_FIRST = 0.5
"""Seconds before anything is shown: most queries are done by then."""

_EVERY = 0.1
"""Seconds between two drawings."""


class Work(Protocol):
    """A query, as far as its progress is concerned."""

    @property
    def rows_in(self) -> int:
        """How many rows it has read."""

    def progress(self) -> tuple[int, int] | None:
        """Return how much is done of how much, or None where that is not known."""


class ProgressBar:
    """Draws the progress of one query after the other on a terminal; elsewhere it does nothing.

    `tick` is called after each step of a query, `hide` before anything else is written.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        enabled: bool | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream or sys.stderr
        self._enabled = self._stream.isatty() if enabled is None else enabled
        self._clock = clock
        self._work: Work | None = None
        self._began = 0.0
        self._drawn = 0.0
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self.visible = False

    def tick(self, work: Work) -> None:
        """Draw, if it is time to."""
        if not self._enabled:
            return
        now = self._clock()
        if work is not self._work:
            self.hide()
            self._work, self._began, self._task = work, now, None
        if now - self._began < _FIRST or now - self._drawn < _EVERY:
            return
        self._drawn = now
        self._draw(work, now - self._began)

    def hide(self) -> None:
        """Take the bar away, so that something can be written in its place."""
        if self.visible and self._bar is not None:
            self._bar.stop()
            self.visible = False

    def _draw(self, work: Work, seconds: float) -> None:
        if self._bar is None:
            self._bar = _bar(self._stream)
        done, total = work.progress() or (0, None)
        rows = work.rows_in
        text = f"{rows:,} rows  {rows / seconds:,.0f} rows/s"
        if self._task is None:
            for old in self._bar.task_ids:
                self._bar.remove_task(old)
            self._task = self._bar.add_task(text, total=total)
        left = f"{_spoken(seconds * (total - done) / done)} left" if total and done else ""
        self._bar.update(self._task, completed=done, total=total, description=text, left=left)
        if not self.visible:
            self._bar.start()
            self.visible = True
        self._bar.refresh()


def _bar(stream: TextIO) -> Progress:
    # Only a query that takes a while pays for importing rich.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn  # noqa: PLC0415

    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[left]}", markup=False),
        console=Console(file=stream, force_terminal=True),
        auto_refresh=False,
        transient=True,
    )


def _spoken(seconds: float) -> str:
    """Say a length of time in the two units that matter."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole // 60 % 60} min"
