"""The parser's stack: shifts, reductions and the place in the text of each.

Lark's own loop does the same; this one knows the span of everything, filtered keywords and
parentheses too, without looking through the children of each node, and passes at once over rules
that only hand on their one child. Most reductions of an expression are of that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lark import Token, Tree
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf

Value = Tree[Token] | Token


class ParseStack:
    """The states that were passed and what was read in each of them."""

    def __init__(self, configuration: ParseConf[Any]) -> None:
        self.states: list[Any] = [configuration.start_state]
        self._values: list[Any] = []
        self._starts: list[int | None] = []  # None for what is empty
        self._ends: list[int | None] = []
        self._rows = configuration.states
        self._callbacks: Mapping[Any, Callable[[list[Any]], Any]] = configuration.callbacks
        self._end_state = configuration.end_state

    @property
    def value(self) -> Value:
        """What the whole text was read as, once `$END` was taken."""
        return self._values[-1]

    def take(self, token: Token) -> bool:
        """Take a token in; return False where it cannot come next."""
        rows, states, values = self._rows, self.states, self._values
        terminal = token.type
        while True:
            entry = rows[states[-1]].get(terminal)
            if entry is None:
                return False
            action, target = entry
            if action is Shift:
                states.append(target)
                values.append(token)
                self._starts.append(token.start_pos)
                self._ends.append(token.end_pos)
                return True
            if hands_on(target):
                states.pop()
            else:
                self._reduce(target)
            states.append(rows[states[-1]][target.origin.name][1])
            if terminal == "$END" and states[-1] == self._end_state:
                return True

    def _reduce(self, rule: Rule) -> None:
        size = len(rule.expansion)
        children: list[Any] = []
        start = end = None
        if size:
            children = self._values[-size:]
            start = next((place for place in self._starts[-size:] if place is not None), None)
            end = next((place for place in self._ends[: -size - 1 : -1] if place is not None), None)
            del self.states[-size:], self._values[-size:]
            del self._starts[-size:], self._ends[-size:]
        value = self._callbacks[rule](children)
        if start is not None and isinstance(value, Tree) and value.meta.empty:
            value.meta.empty = False
            value.meta.start_pos = start
            assert end is not None
            value.meta.end_pos = end
        self._values.append(value)
        self._starts.append(start)
        self._ends.append(end)


def hands_on(rule: Rule) -> bool:
    """Say whether a rule only hands its one child on."""
    known: bool | None = _HANDS_ON.get(rule)
    if known is None:
        options = rule.options
        known = _HANDS_ON[rule] = (
            len(rule.expansion) == 1
            and bool(options.expand1)
            and not rule.alias
            and not any(options.empty_indices)
            and not rule.expansion[0].name.startswith("_")
            and not getattr(rule.expansion[0], "filter_out", False)
        )
    return known


_HANDS_ON: dict[Rule, bool] = {}
