"""Ctrl-C, taken up between two steps of a query, so that what was begun is finished."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupts:
    """While it is entered, the first Ctrl-C is only noted; the second breaks in at once."""

    def __init__(self) -> None:
        self.pending = False
        self._before: Any = None
        self._installed = False

    def __enter__(self) -> Interrupts:
        self.pending = False
        # Only the main thread may say what a signal does; elsewhere there is no Ctrl-C either.
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._arrived)
            self._installed = True
        return self

    def __exit__(self, *exc: object) -> None:
        if self._installed:
            signal.signal(signal.SIGINT, self._before)
            self._installed = False

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self.pending:
            raise KeyboardInterrupt
        self.pending = True
