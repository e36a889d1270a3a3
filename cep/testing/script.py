"""A golden script as steps: each statement with what the comments before it expect of it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path

from cep.errors import CepError, UsageError
from cep.grammar import ast
from cep.grammar.parser import parse_statement, split

_DIRECTIVE = re.compile(r"--\s*(error|clock|plan(?: (?:before|after) \w+)?|not on duckdb):\s?(.*)")


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Plan:
    """`-- plan:` and the lines under it; `moment` is `before` or `after` the rule, or empty."""

    outline: str
    moment: str = ""
    rule: str = ""


@dataclass(frozen=True)
class Step:
    """One statement of a script.

    `text` is the statement without the comments before it, `line` where it stands in the script.
    `statement` is None where the text does not parse, and `refusal` says why. `error` is the
    message that is expected, as `rendered` shows it; `not_on_duckdb` the reason why the answer is
    not compared there; `clock` what the clock shows from here on, in microseconds.
    """

    text: str
    line: int
    statement: ast.Statement | None
    refusal: CepError | None = None
    error: str | None = None
    plans: tuple[Plan, ...] = ()
    not_on_duckdb: str | None = None
    clock: int | None = None


@dataclass(frozen=True)
class Script:
    """A whole script; `origin` is its file, for messages."""

    text: str
    origin: str | None = None
    steps: tuple[Step, ...] = field(default=(), repr=False)


def read(script: str | Path) -> Script:
    """Return a script from its text, or from the file of that name.

    A string is the name of a file if it is one line that ends in `.sql`.
    """
    if isinstance(script, Path) or ("\n" not in script and script.endswith(".sql")):
        path = Path(script)
        if not path.is_file():
            raise UsageError(f"there is no script {path}")
        text, origin = path.read_text(encoding="utf-8"), str(path)
    else:
        text, origin = script, None
    return Script(text, origin, tuple(_steps(text)))


def _steps(text: str) -> list[Step]:
    complete, rest = split(text)
    steps: list[Step] = []
    position = 0
    for piece in (*complete, rest.strip()):
        if not piece:
            continue
        start = text.index(piece, position)
        position = start + len(piece)
        comments, statement = _comments(piece)
        begins = position - len(statement)
        steps.append(_step(statement, text.count("\n", 0, begins) + 1, comments))
    return steps


def _comments(piece: str) -> tuple[list[str], str]:
    """Cut the comment lines off the beginning of a statement."""
    lines = piece.split("\n")
    count = 0
    while count < len(lines) and (not lines[count].strip() or lines[count].startswith("--")):
        count += 1
    return lines[:count], "\n".join(lines[count:])


def _step(text: str, line: int, comments: list[str]) -> Step:
    error: str | None = None
    plans: list[Plan] = []
    reason: str | None = None
    clock: int | None = None
    for kind, body in _directives(comments):
        if kind == "error":
            error = body
        elif kind == "clock":
            moment = dt.datetime.fromisoformat(body.strip()).replace(tzinfo=dt.UTC)
            clock = (moment - _EPOCH) // dt.timedelta(microseconds=1)
        elif kind == "not on duckdb":
            reason = body
        else:
            _, when, rule = (*kind.split(" "), "", "")[:3]
            plans.append(Plan(body, when, rule))
    expected = error, tuple(plans), reason, clock
    try:
        return Step(text, line, parse_statement(text), None, *expected)
    except CepError as refusal:
        return Step(text, line, None, refusal, *expected)


def _directives(comments: list[str]) -> list[tuple[str, str]]:
    """Return the directives among comment lines; the lines under one belong to it."""
    found: list[tuple[str, list[str]]] = []
    inside = False
    for comment in comments:
        match = _DIRECTIVE.fullmatch(comment)
        if match:
            first = [match[2]] if match[2] else []
            found.append((match[1], first))
            inside = True
        elif not comment.startswith("-- "):
            # A blank line, or a bare --, ends what a directive says.
            inside = False
        elif inside:
            found[-1][1].append(comment[3:].rstrip())
    return [(kind, "\n".join(lines)) for kind, lines in found]


def rendered(error: CepError) -> str:
    """Return an error as golden scripts write it: the message, the place with its caret, the hint.

    Line numbers are left out, so that a script can be edited.
    """
    lines = str(error).split("\n")
    shown = []
    for line in lines:
        if re.match(r"\s*--> ", line):
            continue
        gutter = re.match(r"\s*\d* \| ", line)
        shown.append((line[gutter.end() :] if gutter else line).rstrip())
    return "\n".join(shown)


def as_comment(directive: str, body: str) -> str:
    """Return a directive with what it expects, as the comment lines it is written in."""
    lines = body.split("\n")
    head = f"-- {directive}:"
    if directive == "error":
        return "\n".join([f"{head} {lines[0]}", *(f"-- {line}".rstrip() for line in lines[1:])])
    return "\n".join([head, *(f"-- {line}" for line in lines)])
