"""JSON values, parsed one by one, as columns of declared types; others are named.

This is the careful way, for the records of a block in which something is wrong, and it settles what
JSON value is what SQL value: a number is read exactly (DECIMAL may also be in quotes), text is
never made of a number nor a number of text, and a missing member is NULL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal as Number
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from cep.runtime.connectors.convert import TimeFormat, a, from_text
from cep.runtime.rowerrors import Messages, failed
from cep.types import (
    Array,
    Boolean,
    DataType,
    Decimal,
    Float,
    Integer,
    Map,
    Row,
    Timestamp,
    TimestampLtz,
    Varchar,
)

_KINDS = {
    bool: "a truth value",
    int: "a number",
    Number: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
_ODD_FLOATS = frozenset({"nan", "inf", "-inf", "infinity", "-infinity"})


def parse_object(line: bytes) -> dict[str, Any]:
    """Parse one record; raises ValueError with a message for people."""
    try:
        value = json.loads(line.decode("utf-8").rstrip(), parse_float=Number)
    except UnicodeDecodeError as error:
        raise ValueError("bytes that are not UTF-8") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"broken JSON: {error.msg} at column {error.colno}") from error
    except ValueError as error:  # Python bounds the time that reading a number can take
        raise ValueError("a number with thousands of digits") from error
    except RecursionError as error:
        raise ValueError("JSON that is nested too deep") from error
    if not isinstance(value, dict):
        raise ValueError(f"{kind(value)} where there should be an object")
    return value


def kind(value: object) -> str:
    """Say what a JSON value is."""
    return "null" if value is None else _KINDS[type(value)]


def find_key(name: str, keys: Iterable[str]) -> str:
    """Return the spelling of a member: exactly so, else ignoring case, else as it was asked for."""
    folded: dict[str, str] = {}
    for key in keys:
        if key == name:
            return name
        folded.setdefault(key.lower(), key)
    return folded.get(name.lower(), name)


def build(values: Sequence[Any], t: DataType, form: TimeFormat) -> tuple[pa.Array, Messages | None]:
    """Make a column of parsed values; a value that is none of the type has a message."""
    if isinstance(t, Row):
        return _rows(values, t, form)
    if isinstance(t, Array | Map):
        return _lists(values, t, form)
    epoch = form.epoch > 0 and isinstance(t, Timestamp | TimestampLtz)
    texts: list[str | None] = []
    messages = np.full(len(values), None, dtype=object)
    for i, value in enumerate(values):
        text = None if value is None else _text(value, t, epoch)
        if text is None and value is not None:
            messages[i] = f"{_shown(value)} is {kind(value)}, not {a(t)}"
            if isinstance(value, str) and isinstance(t, Varchar):
                messages[i] = f"{_shown(value)} has half of a character"
            if type(value) in {int, Number} and isinstance(t, Float):
                messages[i] = f"{_shown(value)} is not {a(t)}: it is out of range"
        texts.append(text)
    column, wrong = from_text(pa.array(texts, pa.string()), t, form)
    if wrong is not None:
        messages[failed(wrong)] = wrong[failed(wrong)]
    return column, messages if failed(messages).any() else None


def _shown(value: object) -> str:
    text = str(value) if isinstance(value, str | Number) else json.dumps(value, default=str)
    text = text.encode("utf-8", "backslashreplace").decode()
    return f"'{text[:60]}...'" if len(text) > 60 else f"'{text}'"


def _text(value: object, t: DataType, epoch: bool) -> str | None:
    """Return the text of a scalar of the right kind, else None."""
    if isinstance(t, Boolean):
        return str(value).lower() if isinstance(value, bool) else None
    if isinstance(value, bool | list | dict):
        return None
    if isinstance(t, Integer) or epoch:
        return str(value) if isinstance(value, int) else None
    if isinstance(t, Float | Decimal):
        odd = isinstance(t, Float) and str(value).lower() in _ODD_FLOATS
        if isinstance(value, str) and not (odd or isinstance(t, Decimal)):
            return None
        if isinstance(t, Float) and not odd and abs(float(str(value))) == float("inf"):
            return None
        return str(value)
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def _rows(values: Sequence[Any], t: Row, form: TimeFormat) -> tuple[pa.Array, Messages | None]:
    messages = np.full(len(values), None, dtype=object)
    for i, value in enumerate(values):
        if value is not None and not isinstance(value, dict):
            messages[i] = f"{_shown(value)} is {kind(value)}, not {a(t)}"
    objects = [v if isinstance(v, dict) else None for v in values]
    columns = []
    for f in t.fields:
        spelled = find_key(f.name, chain.from_iterable(o for o in objects if o))
        members = [None if o is None else o.get(spelled) for o in objects]
        column, wrong = build(members, f.type, form)
        columns.append(column)
        if wrong is not None:
            new = failed(wrong) & ~failed(messages)
            messages[new] = [f"{f.name}: {m}" for m in wrong[new]]
    null = pa.array([o is None for o in objects], pa.bool_())
    array = pa.StructArray.from_arrays(columns, fields=list(t.arrow), mask=null)
    return array, messages if failed(messages).any() else None


def _lists(
    values: Sequence[Any], t: Array | Map, form: TimeFormat
) -> tuple[pa.Array, Messages | None]:
    wanted = list if isinstance(t, Array) else dict
    messages = np.full(len(values), None, dtype=object)
    offsets: list[int | None] = []
    flat: list[Any] = []
    parents: list[int] = []
    for i, value in enumerate(values):
        if not isinstance(value, wanted):
            if value is not None:
                messages[i] = f"{_shown(value)} is {kind(value)}, not {a(t)}"
            offsets.append(None)
            continue
        offsets.append(len(flat))
        flat.extend(value.items() if isinstance(value, dict) else value)
        parents.extend([i] * len(value))
    ends = pa.array([*offsets, len(flat)], pa.int32())
    if isinstance(t, Map):
        keys, wrong = build([k for k, _ in flat], t.key, form)
        items, more = build([v for _, v in flat], t.value, form)
        _blame(messages, parents, wrong)
        _blame(messages, parents, more)
        array = pa.MapArray.from_arrays(ends, keys, items)
    else:
        elements, wrong = build(flat, t.element, form)
        _blame(messages, parents, wrong)
        array = pa.ListArray.from_arrays(ends, elements)
    return array.cast(t.arrow), messages if failed(messages).any() else None


def _blame(messages: Messages, parents: Sequence[int], wrong: Messages | None) -> None:
    """Give the message of a bad element to the row it belongs to."""
    if wrong is not None:
        for at in np.flatnonzero(failed(wrong)).tolist():
            if messages[parents[at]] is None:
                messages[parents[at]] = wrong[at]
