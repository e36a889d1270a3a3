"""The prompt: statements typed by a person, answered at once."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.filters import completion_is_selected
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.patch_stdout import patch_stdout

import cep
from cep.console import Console
from cep.engine import Engine
from cep.errors import CepError
from cep.grammar.parser import split
from cep.output import choose
from cep.runtime.connectors.console import PrintConnector, StdoutConnector
from cep.say import complain, confess, say
from cep.scripts import Script, read_script
from cep.words import STYLE, SqlLexer, Words

_HELP = """\
End a statement with ; and press Enter; before that, Enter begins a new line.

  SELECT …;                      answer a query; one over a stream without end runs until Ctrl-C
  CREATE STREAM s WITH (connector = 'file', path = 'events.csv');
  DESCRIBE s;                    show the columns of a stream, and the statement that declares it
  SHOW STREAMS | VIEWS | SINKS | QUERIES | FUNCTIONS | WATERMARKS;
  EXPLAIN SELECT …;              show how a query would be run
  START q AS SELECT …;  STOP q;  let a query run beside the prompt

  \\run FILE   run a script here      \\help   this text      \\quit   leave (or Ctrl-D)

Tab completes. Arrow keys and Ctrl-R look through what was typed before."""

_LEAVE = frozenset(("\\q", "\\quit", "quit", "exit"))
_EXPLAIN = frozenset(("\\h", "\\?", "\\help", "help"))


class _Here(io.TextIOBase):
    """Standard output as it is at the moment of writing: the prompt puts its own in place."""

    def write(self, text: str, /) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()


class _HereBytes(io.BufferedIOBase):
    """The same, for those who write bytes."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        return sys.stdout.write(bytes(data).decode("utf-8", "replace"))

    def flush(self) -> None:
        sys.stdout.flush()


class Repl:
    """One conversation: an engine, and a person who types statements."""

    def __init__(self) -> None:
        self.engine = Engine()
        self.engine.connectors.add(PrintConnector(stream=cast("TextIO", _Here())))
        self.engine.connectors.add(StdoutConnector(stream=cast("BinaryIO", _HereBytes())))
        self._console = Console(
            self.engine, choose("table", None, self.engine.session), messages=True
        )

    def run(self) -> None:
        """Answer until the person leaves."""
        session: PromptSession[str] = PromptSession(
            history=_history(),
            lexer=SqlLexer(),
            completer=Words(self.engine),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            style=STYLE,
            multiline=True,
            key_bindings=_keys(),
            prompt_continuation=lambda width, line, wrapped: " " * (width - 2) + "> ",
        )
        say(f"cep {cep.__version__}. End statements with ;  \\help helps, \\quit leaves.")
        with self.engine:
            while True:
                try:
                    with self.driven():
                        text = session.prompt("cep> ")
                except KeyboardInterrupt:
                    continue  # as in every shell, Ctrl-C throws the line away
                except EOFError:
                    return
                if not self.answer(text):
                    return

    def answer(self, text: str) -> bool:
        """Carry out what was typed; return False where that is to leave."""
        words = text.strip().rstrip(";").split(None, 1)
        first = words[0].lower() if words else ""
        if first in _LEAVE and len(words) == 1:
            return False
        try:
            if first in _EXPLAIN and len(words) == 1:
                say(_HELP)
            elif first == "\\run" and len(words) == 2:
                self._console.run([read_script(words[1].strip())], finish=False)
            elif first == "\\run":
                say("write \\run FILE.sql")
            elif first.startswith("\\"):
                say(f"there is no command {first}; \\help lists what there is")
            elif first:
                self._console.run([Script(text)], finish=False)
        except CepError as error:
            complain(error)
        except KeyboardInterrupt:
            say("interrupted")
        except Exception as error:
            confess(error)
        return True

    @contextmanager
    def driven(self) -> Iterator[None]:
        """Let queries that were started go on while the prompt waits."""
        if not any(q.live for q in self.engine.queries.values()):
            yield
            return
        stop = threading.Event()
        driver = threading.Thread(
            target=self.engine.run, kwargs={"until": stop.is_set}, daemon=True
        )
        # What sinks print meanwhile goes above the prompt.
        with patch_stdout(raw=True):
            driver.start()
            try:
                yield
            finally:
                stop.set()
                driver.join()
        self._console.news()


def complete(text: str) -> bool:
    """Say whether what was typed can be carried out, or more lines belong to it."""
    stripped = text.strip()
    if not stripped or stripped.startswith("\\") or stripped.lower() in _LEAVE | _EXPLAIN:
        return True
    return not split(text)[1].strip()


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter", filter=~completion_is_selected)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if complete(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline(copy_margin=True)

    return keys


def _history() -> History:
    """Return what was typed before, kept in a file where there can be one."""
    path = _history_file()
    if path is None:
        return InMemoryHistory()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def _history_file() -> Path | None:
    if named := os.environ.get("CEP_HISTORY"):
        return Path(named)
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home) / "cep" / "history"
    return Path(os.environ.get("XDG_STATE_HOME") or home / ".local" / "state") / "cep" / "history"
