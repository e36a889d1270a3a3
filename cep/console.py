"""Running scripts for a person: rows to an output, and everything else that is to be said."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping

from cep.engine import Engine
from cep.errors import CepError
from cep.interrupts import Interrupts
from cep.notes import Notes
from cep.output import Output
from cep.progress import ProgressBar
from cep.results import Result
from cep.running import Running
from cep.runtime.kernels.compile import on_compile
from cep.say import complain, note, say
from cep.scripts import Script


class Console:
    """Runs statements in an engine; keeps the terminal informed while they run.

    `messages` says whether statements without rows are answered, for instance with what was made.
    """

    def __init__(
        self, engine: Engine, output: Output, *, messages: bool = False, verbose: bool = False
    ) -> None:
        self._engine = engine
        self._output = output
        self._messages = messages
        self._notes = Notes(engine)
        self._compiling = False
        self.interrupts = Interrupts()
        self.progress = ProgressBar()
        self._told = False
        output.before = self.progress.hide
        output.stopped = self._interrupted
        engine.driver.watch = self._watch
        on_compile(self._compile if verbose or sys.stderr.isatty() else None)

    def run(self, scripts: Iterable[Script], *, finish: bool = True) -> bool:
        """Run scripts; return False where Ctrl-C ended them early.

        With `finish`, what they have started and what has not ended goes on until it ends, or
        until Ctrl-C; then no rows can come into a stream any more, and the last windows are said.
        Raises CepError.
        """
        began = time.monotonic()
        before = self._counts()
        rows = 0
        self._output.restart()
        self._told = False
        with self.interrupts:
            try:
                for script in scripts:
                    results = self._engine.script(script.text, origin=script.origin, drive=True)
                    for result in results:
                        rows += self._show(result)
                        if self.interrupts.pending:
                            break
                if finish and not self.interrupts.pending:
                    self._engine.run(until=self._interrupted)
                    if not self.interrupts.pending:
                        self._engine.finish()
                for failure in self._notes.failures():
                    raise failure
            except CepError:
                # What was cut short may well not be what was asserted of it.
                if not self.interrupts.pending:
                    raise
            finally:
                self.progress.hide()
                self._say_notes()
            if self.interrupts.pending:
                say(self._done(before, rows, time.monotonic() - began))
        return not self.interrupts.pending

    def _show(self, result: Result) -> int:
        rows = 0
        if len(result.schema):
            if result.live:
                # It may go on for ever: what it keeps is to be known before.
                for caution in self._notes.cautions():
                    note(caution)
            rows = self._output.write(result)
            if result.live and not self.interrupts.pending:
                self._say_unheard()
        elif result.message and self._messages:
            self.progress.hide()
            say(result.message)
        self.progress.hide()
        self._say_notes()
        return rows

    def news(self) -> None:
        """Say what has happened to queries since the last statement."""
        self._say_notes()
        for failure in self._notes.failures():
            complain(failure)

    def _say_unheard(self) -> None:
        shown = list(self._engine.queries.values())[-1]
        text = self._notes.unheard(shown)
        if text is not None:
            note(text)

    def _say_notes(self) -> None:
        for news in self._notes.news():
            note(news)

    def _watch(self, running: Running) -> None:
        if self._interrupted():
            running.close()
        elif not self._output.showing:
            self.progress.tick(running)

    def _interrupted(self) -> bool:
        """Say whether Ctrl-C was pressed; go on behind the ^C that the terminal shows then."""
        if self.interrupts.pending and not self._told:
            self._told = True
            if self.progress.visible:
                self.progress.hide()
            elif sys.stderr.isatty():
                say("")
        return self.interrupts.pending

    def _compile(self, kernel: str) -> None:
        if not self._compiling:
            self._compiling = True
            self.progress.hide()
            say("compiling kernels (once per installation) …")

    def _done(self, before: Mapping[str, tuple[int, int]], shown: int, seconds: float) -> str:
        """Say what was done until Ctrl-C."""
        read, written = 0, []
        for name, (rows_in, rows_out) in self._counts().items():
            was_in, was_out = before.get(name, (0, 0))
            read += rows_in - was_in
            if rows_out > was_out and not name.startswith(("query_", " ")):
                written.append(f"{rows_out - was_out:,} said by {name}")
        parts = [f"{read:,} rows read", f"{shown:,} shown", *written]
        return f"stopped after {seconds:,.1f} s: {', '.join(parts)}"

    def _counts(self) -> dict[str, tuple[int, int]]:
        """Return how many rows each query has read and said; the one-shot query has no name."""
        counts = {q.name: (q.rows_in, q.rows_out) for q in self._engine.queries.values()}
        last: Running | None = self._engine.last
        if last is not None:
            counts[f" {id(last)}"] = (last.rows_in, last.rows_out)
        return counts
