"""LIKE, ILIKE, SIMILAR TO and regular expressions (RE2's, as Arrow has them).

`%` stands for any text and `_` for any character, line ends included. There is no escape character
unless ESCAPE names one. A pattern is a constant as a rule; otherwise each distinct one is compiled
once for a batch.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.functions.arrow import by_parameters, constant_text
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.types import BOOLEAN, INT, VARCHAR

functions = Functions()

_TEXT = VARCHAR.arrow
_PLAIN = constant_text("")

_GROUPS = re.compile(
    r"""
    \\Q .*? (?: \\E | \Z )                             # a quotation
    | \\ .                                            # an escaped character
    | \[ \^? \]? (?: \[:\^?\w+:\] | \\. | [^\]\\] )* \]  # a set of characters
    | (?P<group> \( (?: \?P?<\w+> | (?!\?) ) )
    """,
    re.DOTALL | re.VERBOSE,
)
"""What can have an opening parenthesis in a regular expression, and those that begin a group."""


def _pieces(pattern: str, escape: str) -> list[tuple[str, bool]]:
    """Split a pattern into characters, and say of each whether it was escaped."""
    if len(escape) > 1:
        raise ValueError(f"the escape '{escape}' is not one character")
    pieces: list[tuple[str, bool]] = []
    characters = iter(pattern)
    for c in characters:
        if c == escape:
            following = next(characters, None)
            if following is None:
                raise ValueError(f"the pattern '{pattern}' ends with its escape character")
            pieces.append((following, True))
        else:
            pieces.append((c, False))
    return pieces


def _like_pattern(pattern: str, escape: str) -> str:
    """Return the pattern as Arrow reads it, whose escape character is the backslash."""
    if not escape and "\\" not in pattern:
        return pattern
    return "".join(
        "\\" + c if escaped or c == "\\" else c for c, escaped in _pieces(pattern, escape)
    )


def _match(text: Operand, pattern: Operand, escape: Operand, ignore_case: bool) -> Operand:
    def kernel(t: Operand, p: str, e: str) -> Operand:
        return pc.match_like(t, _like_pattern(p, e), ignore_case=ignore_case)

    return by_parameters(kernel, [text], [pattern, escape], BOOLEAN.arrow)


@functions.scalar("like", [VARCHAR, VARCHAR, VARCHAR], BOOLEAN, optional=1, can_fail=True)
def like(text: Operand, pattern: Operand, escape: Operand = _PLAIN) -> Operand:
    """Say whether the whole text fits a pattern with % and _."""
    return _match(text, pattern, escape, ignore_case=False)


@functions.scalar("ilike", [VARCHAR, VARCHAR, VARCHAR], BOOLEAN, optional=1, can_fail=True)
def ilike(text: Operand, pattern: Operand, escape: Operand = _PLAIN) -> Operand:
    """Say whether the whole text fits a pattern with % and _, in upper or lower case."""
    return _match(text, pattern, escape, ignore_case=True)


@functions.scalar("similar", [VARCHAR, VARCHAR, VARCHAR], BOOLEAN, optional=1, can_fail=True)
def similar(text: Operand, pattern: Operand, escape: Operand = _PLAIN) -> Operand:
    """Say whether the whole text fits a SIMILAR TO pattern: % _ | * + ? {} () []."""

    def kernel(t: Operand, p: str, e: str) -> Operand:
        return pc.match_substring_regex(t, similar_to_regex(p, e))

    return by_parameters(kernel, [text], [pattern, escape], BOOLEAN.arrow)


def similar_to_regex(pattern: str, escape: str) -> str:
    """Return the regular expression that a SIMILAR TO pattern means."""
    out: list[str] = []
    in_set = False
    for c, escaped in _pieces(pattern, escape):
        if escaped:
            out.append(re.escape(c))
        elif in_set:
            in_set = c != "]"
            out.append("\\\\" if c == "\\" else c)
        elif c == "[":
            in_set = True
            out.append(c)
        elif c == "%":
            out.append(".*")
        elif c == "_":
            out.append(".")
        elif c in "|*+?{}()":
            out.append(c)
        else:
            out.append(re.escape(c))
    return rf"(?s)\A(?:{''.join(out)})\z"


@functions.scalar(["regexp_like", "regexp"], [VARCHAR, VARCHAR], BOOLEAN, can_fail=True)
def regexp_like(text: Operand, pattern: Operand) -> Operand:
    """Say whether a regular expression matches somewhere in the text."""
    return by_parameters(pc.match_substring_regex, [text], [pattern], BOOLEAN.arrow)


@functions.scalar("regexp_count", [VARCHAR, VARCHAR], INT, can_fail=True)
def regexp_count(text: Operand, pattern: Operand) -> Operand:
    """Count the matches of a regular expression that do not overlap."""
    return by_parameters(pc.count_substring_regex, [text], [pattern], INT.arrow)


@functions.scalar("regexp_replace", [VARCHAR, VARCHAR, VARCHAR], VARCHAR, can_fail=True)
def regexp_replace(text: Operand, pattern: Operand, replacement: Operand) -> Operand:
    r"""Replace every match of a regular expression; $1 or \1 is what its first group matched."""

    def kernel(t: Operand, p: str, r: str) -> Operand:
        return pc.replace_substring_regex(t, p, re.sub(r"\$(\d)", r"\\\1", r))

    return by_parameters(kernel, [text], [pattern, replacement], _TEXT)


@functions.scalar(
    ["regexp_extract", "regexp_substr"], [VARCHAR, VARCHAR, INT], VARCHAR, optional=1, can_fail=True
)
def regexp_extract(text: Operand, pattern: Operand, group: Operand | None = None) -> Operand:
    """Return what a regular expression, or a group of it, matched first; NULL without a match."""

    def kernel(t: Operand, p: str, n: int) -> Operand:
        # Asked once more, so that what is wrong is said of the pattern as it was written.
        pc.match_substring_regex(_PLAIN, p)
        return pc.struct_field(pc.extract_regex(t, capturing(p, n)), 0)

    return by_parameters(kernel, [text], [pattern, pa.scalar(0) if group is None else group], _TEXT)


def capturing(pattern: str, group: int) -> str:
    """Return a valid regular expression so that it captures one group alone (0: all of it)."""
    seen = 0

    def renamed(found: re.Match[str]) -> str:
        nonlocal seen
        if found["group"] is None:
            return found[0]
        seen += 1
        return "(?P<found>" if seen == group else "(?:"

    alone = _GROUPS.sub(renamed, pattern)
    if not 0 <= group <= seen:
        raise ValueError(f"there is no group {group}: '{pattern}' has {seen}")
    return f"(?P<found>{alone})" if group == 0 else alone
