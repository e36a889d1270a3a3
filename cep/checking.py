"""Reading a script without running it: every error that can be found, and every plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cep import commands, viewing
from cep.engine import Engine
from cep.errors import CepError
from cep.grammar import ast
from cep.grammar.parser import parse, split
from cep.planner.binder.views import materialized
from cep.planner.lowering import lower
from cep.running import Running
from cep.scripts import Script


@dataclass(frozen=True)
class Checked:
    """One statement of a script: its text and line, its tree if it has one, and what is wrong."""

    text: str
    line: int
    statement: ast.Statement | None
    error: CepError | None = None


class Checker:
    """Checks the statements of scripts one after the other, in an engine that runs none of them.

    What they declare is declared, so that later statements can read it.
    """

    def __init__(self) -> None:
        self.engine = Engine()
        self._failed: set[str] = set()

    def check(self, script: Script) -> Iterator[Checked]:
        """Yield each statement with its error, if it has one.

        A statement that only lacks what an earlier one failed to declare is not blamed for it.
        """
        for start, text in _pieces(script.text):
            line = script.text.count("\n", 0, start) + 1
            statement = None
            try:
                # Blanks in place of what was before: its places are those of the whole script.
                before = "".join("\n" if c == "\n" else " " for c in script.text[:start])
                (statement,) = parse(before + text, script.origin).statements
                self._check(statement)
            except CepError as error:
                error.source, error.origin = script.text, script.origin
                if not self._follows(error, script.text):
                    yield Checked(text, line, statement, error)
                    self._fail(statement)
                    continue
                self._fail(statement)
            yield Checked(text, line, statement)

    def plan(self, statement: ast.Statement) -> list[str] | None:
        """Return the plan of a statement that was checked, as lines; None where it has no query."""
        if isinstance(statement, ast.Explain):
            statement = statement.statement
        if not isinstance(getattr(statement, "query", None), ast.Query):
            return None
        explained = ast.Explain(statement, span=statement.span)
        return [row[0] for row in commands.run(self.engine, explained, (), drive=False)]

    def _check(self, statement: ast.Statement) -> None:
        check = _CHECKS.get(type(statement), _run)
        check(self.engine, statement)

    def _fail(self, statement: ast.Statement | None) -> None:
        name = getattr(statement, "name", None)
        if isinstance(name, ast.Name):
            self._failed.add(name.value)

    def _follows(self, error: CepError, text: str) -> bool:
        """Say whether an error is the consequence of an earlier one."""
        return (
            error.span is not None
            and text[error.span.start : error.span.end].strip('"').lower() in self._failed
        )


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield each statement of a text and where it starts."""
    complete, rest = split(text)
    position = 0
    for piece in (*complete, rest.strip()):
        if piece:
            position = text.index(piece, position)
            yield position, piece
            position += len(piece)


def _run(engine: Engine, statement: ast.Statement) -> None:
    """Carry out what changes nothing but the catalog."""
    commands.run(engine, statement, (), drive=False)


def _query(engine: Engine, statement: ast.QueryStatement | ast.StartQuery) -> Running:
    return _planned(engine, statement.query, "")


def _planned(engine: Engine, query: ast.Query, name: str) -> Running:
    plan = engine.plan(query)
    lowered = lower(plan, engine.session)
    return Running(name, "", plan, lowered, engine.session, once=False)


def _start(engine: Engine, statement: ast.StartQuery) -> None:
    # Later statements may read its errors, or stop it.
    name = statement.name.value
    engine.queries[name] = _planned(engine, statement.query, name)


def _view(engine: Engine, statement: ast.CreateView) -> None:
    if not statement.materialized:
        _run(engine, statement)
        return
    name = statement.name.value
    running = _planned(engine, statement.query, name)
    engine.catalog.put(
        materialized(statement, running.plan),
        if_not_exists=statement.if_not_exists,
        or_replace=statement.or_replace,
        span=statement.name.span,
    )
    engine.views.declare(name, running.plan)
    engine.queries[name] = running


def _sink(engine: Engine, statement: ast.CreateSink) -> None:
    if statement.query is not None:
        name = statement.name.value
        engine.queries[name] = _planned(engine, statement.query, name)
    _run(engine, replace(statement, query=None))


def _subscribe(engine: Engine, statement: ast.Subscribe) -> None:
    viewing.rows_of(engine, statement)


def _insert(engine: Engine, statement: ast.Insert) -> None:
    engine.catalog.lookup(statement.target.value, statement.target.span)
    _planned(engine, statement.query, "")


def _assert(engine: Engine, statement: ast.AssertRows) -> None:
    _planned(engine, statement.query, "")


def _explain(engine: Engine, statement: ast.Explain) -> None:
    _run(engine, replace(statement, analyze=False))


_CHECKS: dict[type[ast.Statement], Callable[..., object]] = {
    ast.QueryStatement: _query,
    ast.StartQuery: _start,
    ast.CreateView: _view,
    ast.Subscribe: _subscribe,
    ast.CreateSink: _sink,
    ast.Insert: _insert,
    ast.AssertRows: _assert,
    ast.Explain: _explain,
}
