"""Functions of text. Lengths and positions count characters (code points), from 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrays import array_join
from cep.runtime.functions.arrow import (
    build,
    by_parameters,
    call,
    column,
    columns,
    constant_text,
    is_constant,
    length,
    like,
    missing,
    numbers,
    per_distinct,
    refuse,
    valid,
)
from cep.runtime.functions.nested import make_array
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.types import BOOLEAN, BYTES, INT, VARCHAR, Array

functions = Functions()

_TEXT = VARCHAR.arrow
_NOTHING = constant_text("")
_SPACE = constant_text(" ")
_LONGEST = 1 << 27
"""The most bytes that one call may write into a column, so that a slip cannot eat all memory."""


@functions.scalar("upper", [VARCHAR], VARCHAR)
def upper(text: Operand) -> Operand:
    """Return the text in upper case."""
    return call("utf8_upper", text)


@functions.scalar("lower", [VARCHAR], VARCHAR)
def lower(text: Operand) -> Operand:
    """Return the text in lower case."""
    return call("utf8_lower", text)


@functions.scalar("initcap", [VARCHAR], VARCHAR)
def initcap(text: Operand) -> Operand:
    """Return the text with each word's first letter in upper case and the others in lower."""
    return call("utf8_title", text)


@functions.scalar(["char_length", "character_length", "length"], [VARCHAR], INT)
def char_length(text: Operand) -> Operand:
    """Return the number of characters."""
    return call("utf8_length", text)


@functions.scalar(["octet_length"], [VARCHAR], INT)
@functions.scalar(["octet_length", "length"], [BYTES], INT)
def octet_length(text: Operand) -> Operand:
    """Return the number of bytes; of text, in UTF-8."""
    return call("binary_length", text)


@functions.scalar("bit_length", [VARCHAR], INT)
@functions.scalar("bit_length", [BYTES], INT)
def bit_length(text: Operand) -> Operand:
    """Return the number of bits; of text, in UTF-8."""
    return call("multiply", octet_length(text), pa.scalar(8, pa.int32()))


@functions.scalar("||", [VARCHAR, VARCHAR], VARCHAR)
def join_two(a: Operand, b: Operand) -> Operand:
    """Return the two texts as one."""
    return call("binary_join_element_wise", a, b, _NOTHING)


@functions.scalar("||", [BYTES, BYTES], BYTES)
def join_bytes(a: Operand, b: Operand) -> Operand:
    """Return the two strings of bytes as one."""
    return call("binary_join_element_wise", a, b, pa.scalar(b""))


@functions.scalar("concat", [VARCHAR], VARCHAR, variadic=1)
def concat(*texts: Operand) -> Operand:
    """Return all texts as one; NULL where one of them is NULL."""
    return call("binary_join_element_wise", *texts, _NOTHING)


@functions.scalar("concat_ws", [VARCHAR, VARCHAR], VARCHAR, variadic=1)
def concat_ws(separator: Operand, *texts: Operand) -> Operand:
    """Return the texts that are not NULL as one, with a separator between them."""
    return array_join(make_array(*texts), separator)


@functions.scalar(["substring", "substr"], [VARCHAR, INT, INT], VARCHAR, optional=1, can_fail=True)
def substring(text: Operand, start: Operand, size: Operand | None = None) -> Operand:
    """Return the part of a text from a position, of so many characters or to the end.

    As in the standard, characters before the first count towards the length and are not there:
    SUBSTRING('abc' FROM -1 FOR 3) is 'a'.
    """
    if size is None:
        return by_parameters(
            lambda t, i: pc.utf8_slice_codeunits(t, max(i, 1) - 1), [text], [start], _TEXT
        )

    def kernel(t: Operand, i: int, n: int) -> Operand:
        if n < 0:
            raise ValueError(f"the length of a substring cannot be {n}")
        first = max(i, 1) - 1
        return pc.utf8_slice_codeunits(t, first, max(i - 1 + n, first))

    return by_parameters(kernel, [text], [start, size], _TEXT)


@functions.scalar("left", [VARCHAR, INT], VARCHAR)
def left(text: Operand, count: Operand) -> Operand:
    """Return the first characters; with a negative count all but so many of the last."""
    return by_parameters(lambda t, n: pc.utf8_slice_codeunits(t, 0, n), [text], [count], _TEXT)


@functions.scalar("right", [VARCHAR, INT], VARCHAR)
def right(text: Operand, count: Operand) -> Operand:
    """Return the last characters; with a negative count all but so many of the first."""

    def kernel(t: Operand, n: int) -> Operand:
        return pc.utf8_slice_codeunits(t, 0, 0) if n == 0 else pc.utf8_slice_codeunits(t, -n)

    return by_parameters(kernel, [text], [count], _TEXT)


@functions.scalar(["trim", "btrim"], [VARCHAR, VARCHAR], VARCHAR, optional=1)
def trim(text: Operand, characters: Operand = _SPACE) -> Operand:
    """Return the text without the spaces (or given characters) at both ends."""
    return by_parameters(pc.utf8_trim, [text], [characters], _TEXT)


@functions.scalar("ltrim", [VARCHAR, VARCHAR], VARCHAR, optional=1)
def ltrim(text: Operand, characters: Operand = _SPACE) -> Operand:
    """Return the text without the spaces (or given characters) at its start."""
    return by_parameters(pc.utf8_ltrim, [text], [characters], _TEXT)


@functions.scalar("rtrim", [VARCHAR, VARCHAR], VARCHAR, optional=1)
def rtrim(text: Operand, characters: Operand = _SPACE) -> Operand:
    """Return the text without the spaces (or given characters) at its end."""
    return by_parameters(pc.utf8_rtrim, [text], [characters], _TEXT)


@functions.scalar("lpad", [VARCHAR, INT, VARCHAR], VARCHAR, optional=1, can_fail=True)
def lpad(text: Operand, size: Operand, fill: Operand = _SPACE) -> Operand:
    """Fill the text up at its start, or cut it at its end, to so many characters."""
    return by_parameters(_padding(at_start=True), [text], [size, fill], _TEXT)


@functions.scalar("rpad", [VARCHAR, INT, VARCHAR], VARCHAR, optional=1, can_fail=True)
def rpad(text: Operand, size: Operand, fill: Operand = _SPACE) -> Operand:
    """Fill the text up at its end, or cut it there, to so many characters."""
    return by_parameters(_padding(at_start=False), [text], [size, fill], _TEXT)


def _padding(at_start: bool) -> Callable[[Operand, int, str], Operand]:
    def kernel(text: Operand, size: int, fill: str) -> Operand:
        size = max(size, 0)
        if size * length(text) > _LONGEST:
            raise ValueError(f"a text of {size} characters is too long")
        cut = pc.utf8_slice_codeunits(text, 0, size)
        lacking = call("subtract", pa.scalar(size, pa.int32()), call("utf8_length", cut))
        filling = per_distinct(
            lambda n: (fill * (n // len(fill) + 1))[:n] if fill else "", [lacking], _TEXT
        )
        return join_two(filling, cut) if at_start else join_two(cut, filling)

    return kernel


@functions.scalar("repeat", [VARCHAR, INT], VARCHAR, can_fail=True)
def repeat(text: Operand, count: Operand) -> Operand:
    """Return the text so many times in a row."""
    times = call("max_element_wise", count, pa.scalar(0, pa.int32()), options=_KEEP_NULLS)
    size = numbers(octet_length(text)).astype(np.int64) * numbers(times)
    where = valid(text, count)
    refuse(size > _LONGEST // 64, where, "the repeated text is too long", [text, count])
    repeated = call("binary_repeat", text, times)
    if isinstance(repeated, pa.Array) and repeated.buffers()[2] is None:
        # Where nothing is written Arrow leaves the buffer out, which its own validation refuses.
        return call("if_else", repeated.is_valid(), _NOTHING, pa.scalar(None, _TEXT))
    return repeated


_KEEP_NULLS = pc.ElementWiseAggregateOptions(skip_nulls=False)


@functions.scalar("replace", [VARCHAR, VARCHAR, VARCHAR], VARCHAR)
def replace(text: Operand, part: Operand, replacement: Operand) -> Operand:
    """Return the text with every occurrence of a part replaced."""

    def kernel(t: Operand, p: str, r: str) -> Operand:
        return pc.replace_substring(t, p, r) if p else t  # Arrow looks for '' without end

    return by_parameters(kernel, [text], [part, replacement], _TEXT)


@functions.scalar("reverse", [VARCHAR], VARCHAR)
def reverse(text: Operand) -> Operand:
    """Return the characters in the opposite order."""
    return call("utf8_reverse", text)


@functions.scalar("position", [VARCHAR, VARCHAR], INT)
def position(part: Operand, text: Operand) -> Operand:
    """Return where a part first occurs in a text, counted from 1; 0 where it does not."""
    if not is_constant(part):
        return per_distinct(lambda p, t: t.find(p) + 1, [part, text], INT.arrow)
    return by_parameters(_find, [text], [part], INT.arrow)


def _find(text: Operand, part: str) -> Operand:
    (array,) = columns(text)
    at = pc.find_substring(array, part).fill_null(-1).to_numpy(zero_copy_only=False)
    if not pc.all(pc.string_is_ascii(array)).as_py() and len(array):
        # Arrow counts bytes: count those that begin a character.
        data = np.frombuffer(array.buffers()[2], np.uint8)
        begins = np.concatenate([[0], np.cumsum((data & 0xC0) != 0x80)])
        first = np.frombuffer(array.buffers()[1], np.int32)[array.offset :][: len(array)]
        at = np.where(at >= 0, begins[first + np.maximum(at, 0)] - begins[first], -1)
    return build(at + 1, valid(text), INT.arrow, [text])


@functions.scalar(["strpos", "instr"], [VARCHAR, VARCHAR], INT)
def strpos(text: Operand, part: Operand) -> Operand:
    """Return where a part first occurs in a text, counted from 1; 0 where it does not."""
    return position(part, text)


@functions.scalar("locate", [VARCHAR, VARCHAR, INT], INT, optional=1)
def locate(part: Operand, text: Operand, start: Operand | None = None) -> Operand:
    """Return where a part first occurs in a text at or after a position; 0 where it does not."""
    if start is None:
        return position(part, text)
    return per_distinct(
        lambda p, t, i: t.find(p, i - 1) + 1 if i > 0 else 0, [part, text, start], INT.arrow
    )


@functions.scalar("overlay", [VARCHAR, VARCHAR, INT, INT], VARCHAR, optional=1, can_fail=True)
def overlay(
    text: Operand, replacement: Operand, start: Operand, size: Operand | None = None
) -> Operand:
    """Return the text with the part from a position on replaced, as many characters or so many."""

    def kernel(t: Operand, r: str, i: int, n: int) -> Operand:
        if i < 1 or n < 0:
            raise ValueError(f"OVERLAY cannot replace {n} characters from {i}")
        return pc.utf8_replace_slice(t, i - 1, i - 1 + n, r)

    size = char_length(replacement) if size is None else size
    return by_parameters(kernel, [text], [replacement, start, size], _TEXT)


@functions.scalar("split", [VARCHAR, VARCHAR], Array(VARCHAR), can_fail=True)
def split(text: Operand, separator: Operand) -> Operand:
    """Return the parts of a text between separators, as an array."""
    return by_parameters(_split, [text], [separator], Array(VARCHAR).arrow)


def _split(text: Operand, separator: str) -> Operand:
    if not separator:
        raise ValueError("the separator is empty")
    return pc.split_pattern(text, separator)


@functions.scalar("split_part", [VARCHAR, VARCHAR, INT], VARCHAR, can_fail=True)
def split_part(text: Operand, separator: Operand, index: Operand) -> Operand:
    """Return one part of a text between separators, from 1 or (negative) from the end; else ''."""

    def part(t: Operand, s: str, i: int) -> Operand:
        if i == 0:
            raise ValueError("parts are counted from 1")
        found = _part(t, s, i - 1 if i > 0 else i)
        return call("if_else", pc.is_valid(t), pc.fill_null(found, ""), found)

    return by_parameters(part, [text], [separator, index], _TEXT)


@functions.scalar("split_index", [VARCHAR, VARCHAR, INT], VARCHAR, can_fail=True)
def split_index(text: Operand, separator: Operand, index: Operand) -> Operand:
    """Return one part of a text between separators, counted from 0; NULL where there is none."""

    def part(t: Operand, s: str, i: int) -> Operand:
        found = _part(t, s, max(i, 0))
        return found if i >= 0 else missing([t], _TEXT)

    return by_parameters(part, [text], [separator, index], _TEXT)


def _part(text: Operand, separator: str, index: int) -> Operand:
    """Return a part, counted from 0 or (negative) from the end; NULL where there is none."""
    if not separator:
        raise ValueError("the separator is empty")
    # What lies behind the part that is wanted need not be split.
    most = index + 1 if index >= 0 else None
    texts = column(text, length(text))
    parts = pc.split_pattern(texts, separator, max_splits=most)
    offsets = numbers(parts.offsets).astype(np.int64)
    begins, ends = offsets[:-1], offsets[1:]
    at = begins + index if index >= 0 else ends + index
    there = (begins <= at) & (at < ends) & ~numbers(parts.is_null())
    return like(parts.values.take(pa.array(at, mask=~there)), text)


@functions.scalar(["starts_with", "startswith"], [VARCHAR, VARCHAR], BOOLEAN)
def starts_with(text: Operand, part: Operand) -> Operand:
    """Say whether the text starts with a part."""
    if not is_constant(part):
        return per_distinct(str.startswith, [text, part], BOOLEAN.arrow)
    return by_parameters(pc.starts_with, [text], [part], BOOLEAN.arrow)


@functions.scalar(["ends_with", "endswith"], [VARCHAR, VARCHAR], BOOLEAN)
def ends_with(text: Operand, part: Operand) -> Operand:
    """Say whether the text ends with a part."""
    if not is_constant(part):
        return per_distinct(str.endswith, [text, part], BOOLEAN.arrow)
    return by_parameters(pc.ends_with, [text], [part], BOOLEAN.arrow)


@functions.scalar("contains", [VARCHAR, VARCHAR], BOOLEAN)
def contains(text: Operand, part: Operand) -> Operand:
    """Say whether a part occurs in the text."""
    if not is_constant(part):
        return per_distinct(lambda t, p: p in t, [text, part], BOOLEAN.arrow)
    return by_parameters(pc.match_substring, [text], [part], BOOLEAN.arrow)


@functions.scalar("ascii", [VARCHAR], INT)
def ascii_(text: Operand) -> Operand:
    """Return the code point of the first character; 0 of the empty text."""
    first = pc.utf8_slice_codeunits(text, 0, 1)
    return per_distinct(lambda c: ord(c) if c else 0, [first], INT.arrow)


@functions.scalar("chr", [INT], VARCHAR, can_fail=True)
def chr_(code: Operand) -> Operand:
    """Return the character of a code point."""

    def one(n: int) -> str:
        if not 0 <= n < 0x110000 or 0xD800 <= n < 0xE000:
            raise ValueError(f"{n} is not the code point of a character")
        return chr(n)

    return per_distinct(one, [code], _TEXT)


@functions.scalar("translate", [VARCHAR, VARCHAR, VARCHAR], VARCHAR)
def translate(text: Operand, characters: Operand, replacements: Operand) -> Operand:
    """Replace each of some characters by its counterpart, or by nothing where there is none."""

    def one(t: str, old: str, new: str) -> str:
        table: dict[int, str | None] = {}
        for i, c in enumerate(old):
            table.setdefault(ord(c), new[i] if i < len(new) else None)
        return t.translate(table)

    return per_distinct(one, [text, characters, replacements], _TEXT)


@functions.scalar("levenshtein", [VARCHAR, VARCHAR], INT)
def levenshtein(a: Operand, b: Operand) -> Operand:
    """Return the least number of characters to insert, delete or change to get from a to b."""
    return per_distinct(_edits, [a, b], INT.arrow)


def _edits(a: str, b: str) -> int:
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]
