"""Functions of JSON as text. Each distinct value of a column is read once.

A path is `$` followed by `.name`, `['name']` or `[index]`, an index from 0; `lax` or `strict` may
stand before it and changes nothing. Where the path leads nowhere the outcome is NULL. Text that is
not JSON is an error of its row, except for IS JSON and JSON_EXISTS.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from cep.runtime.functions.arrow import constant_text, per_distinct
from cep.runtime.functions.casttext import show_nested
from cep.runtime.functions.families import NESTED
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.types import BOOLEAN, INT, VARCHAR

functions = Functions()

_TEXT = VARCHAR.arrow
_ROOT = constant_text("$")
_NOWHERE = object()
_STEP = re.compile(r"\.(\w+)|\.\"([^\"]*)\"|\[(\d+)\]|\['([^']*)'\]|\[\"([^\"]*)\"\]")


@functools.lru_cache(maxsize=256)
def parse_path(path: str) -> tuple[str | int, ...]:
    """Return the names and indexes of a path; raise ValueError where it is none."""
    text = re.sub(r"^\s*(lax|strict)\s+", "", path).strip()
    steps: list[str | int] = []
    position = 1
    while text.startswith("$") and position < len(text):
        found = _STEP.match(text, position)
        if not found:
            break
        name = next((g for g in (found[1], found[2], found[4], found[5]) if g is not None), None)
        steps.append(int(found[3]) if name is None else name)
        position = found.end()
    if not text.startswith("$") or position < len(text):
        raise ValueError(f"cannot read '{path}' as a path, such as $.items[0].name")
    return tuple(steps)


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"cannot read '{text[:60]}' as JSON") from None


def _find(document: Any, path: str) -> Any:
    for step in parse_path(path):
        if isinstance(step, str):
            there = isinstance(document, dict) and step in document
        else:
            there = isinstance(document, list) and step < len(document)
        if not there:
            return _NOWHERE
        document = document[step]
    return document


def _show(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@functions.scalar("json_value", [VARCHAR, VARCHAR], VARCHAR, can_fail=True)
def json_value(document: Operand, path: Operand) -> Operand:
    """Return the text, number or truth value that a path leads to, as text."""

    def one(text: str, p: str) -> str | None:
        found = _find(_load(text), p)
        if found is _NOWHERE or found is None or isinstance(found, dict | list):
            return None
        return found if isinstance(found, str) else _show(found)

    return per_distinct(one, [document, path], _TEXT)


@functions.scalar("json_query", [VARCHAR, VARCHAR], VARCHAR, can_fail=True)
def json_query(document: Operand, path: Operand) -> Operand:
    """Return the object or array that a path leads to, as JSON."""

    def one(text: str, p: str) -> str | None:
        found = _find(_load(text), p)
        return _show(found) if isinstance(found, dict | list) else None

    return per_distinct(one, [document, path], _TEXT)


@functions.scalar("json_exists", [VARCHAR, VARCHAR], BOOLEAN, can_fail=True)
def json_exists(document: Operand, path: Operand) -> Operand:
    """Say whether a path leads anywhere; not, where the text is not JSON."""

    def one(text: str, p: str) -> bool:
        parse_path(p)
        try:
            return _find(_load(text), p) is not _NOWHERE
        except ValueError:
            return False

    return per_distinct(one, [document, path], BOOLEAN.arrow)


@functions.scalar(["is json", "is_json"], [VARCHAR], BOOLEAN)
def is_json(text: Operand) -> Operand:
    """Say whether the text is JSON."""

    def one(t: str) -> bool:
        try:
            _load(t)
        except ValueError:
            return False
        return True

    return per_distinct(one, [text], BOOLEAN.arrow)


@functions.scalar("json_length", [VARCHAR, VARCHAR], INT, optional=1, can_fail=True)
def json_length(document: Operand, path: Operand = _ROOT) -> Operand:
    """Return how many elements or members a path leads to; 1 for a single value."""

    def one(text: str, p: str) -> int | None:
        found = _find(_load(text), p)
        if found is _NOWHERE:
            return None
        return len(found) if isinstance(found, dict | list) else 1

    return per_distinct(one, [document, path], INT.arrow)


_TYPES: dict[type, str] = {dict: "object", list: "array", str: "string"}


@functions.scalar("json_type", [VARCHAR, VARCHAR], VARCHAR, optional=1, can_fail=True)
def json_type(document: Operand, path: Operand = _ROOT) -> Operand:
    """Return what a path leads to: object, array, string, number, boolean or null."""

    def one(text: str, p: str) -> str | None:
        found = _find(_load(text), p)
        if found is _NOWHERE:
            return None
        if found is None or isinstance(found, bool):
            return "null" if found is None else "boolean"
        return _TYPES.get(type(found), "number")

    return per_distinct(one, [document, path], _TEXT)


@functions.scalar("json_quote", [VARCHAR], VARCHAR)
def json_quote(text: Operand) -> Operand:
    """Return the text as a string in JSON."""
    return per_distinct(_show, [text], _TEXT)


@functions.scalar("json_string", [NESTED], VARCHAR)
def json_string(nested: Operand) -> Operand:
    """Return an array, map or row as JSON."""
    return show_nested(nested)
