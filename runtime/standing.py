"""What each key has in the window that is open, while parts of it come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from cep.runtime.aggregates.accumulator import Valued
from cep.runtime.aggregates.calls import Calls
from cep.runtime.rowerrors import Messages
from cep.runtime.state.chains import Chains
from cep.runtime.state.column import Ids
from cep.runtime.state.slices import Closing, Lists
from cep.runtime.state.stacks import Rows, Stacks


class Standing:
    """Accumulators by the number of the key, from which parts are taken back when they leave.

    For aggregates that keep more of many rows than of one, so that to put every window together
    from its parts, or to copy what parts have in common, would cost as much as its rows. What a
    window costs here are the rows that come and go, and a value for each key. Derived from the
    accumulators of parts, so no snapshot has them.
    """

    def __init__(self, empty: Calls, parts: Calls) -> None:
        self._calls = empty
        which = [i for i, a in enumerate(parts.accumulators) if a.reversible and not a.constant]
        self.accumulators = frozenset(which)
        self._pairs = [(self._calls.accumulators[i], parts.accumulators[i]) for i in which]
        held = [mine for mine, _ in self._pairs]
        self._own = [i for i in range(len(empty.calls)) if self._calls.holder(i) in held]

    def reset(self) -> None:
        """Forget everything and let go of the memory."""
        self._calls.reset()

    @property
    def nbytes(self) -> int:
        """The bytes kept."""
        return sum(mine.nbytes for mine, _ in self._pairs)

    def clear(self, keys: Ids) -> None:
        """Forget keys that no part has any more."""
        for mine, _ in self._pairs:
            mine.clear(keys)

    def keep(self, keys: Ids, capacity: int) -> None:
        """Renumber the keys: all there are become 0, 1, 2 and so on."""
        for mine, _ in self._pairs:
            mine.keep(keys, capacity)

    def values(
        self, closing: Closing, rows: Rows, stacks: Stacks, chains: Chains
    ) -> Mapping[int, Valued]:
        """Return the values of calls for rows of windows, by the positions of the calls."""
        for mine, _ in self._pairs:
            mine.reserve(stacks.keys)
        keys = stacks.keys_of(rows.heads)
        bounds = np.searchsorted(rows.owner, np.arange(rows.first, rows.last + 1))
        found: dict[int, list[Valued]] = {i: [] for i in self._own}
        for window in range(rows.first, rows.last):
            self.come(closing.joins, window, stacks, chains)
            some = keys[slice(*bounds[window - rows.first : window - rows.first + 2])]
            for i in self._own:
                call = self._calls.calls[i]
                kept = self._calls.of(i)
                found[i].append(call.aggregate.value(kept, some, call.result, *call.settings))
            self._go(closing.gone, window, stacks, chains)
        return {i: _joined(values) for i, values in found.items()}

    def come(self, parts: Lists, window: int, stacks: Stacks, chains: Chains) -> None:
        """Add the parts of a window in a list."""
        groups = chains.members(parts.of_window(window), stacks.groups)[0]
        if len(groups):
            keys = stacks.keys_of(groups)
            for mine, theirs in self._pairs:
                mine.reserve(stacks.keys)
                mine.merge(keys, theirs, groups)

    def _go(self, parts: Lists, window: int, stacks: Stacks, chains: Chains) -> None:
        """Take the parts of a window in a list back."""
        groups = chains.members(parts.of_window(window), stacks.groups)[0]
        if len(groups):
            keys = stacks.keys_of(groups)
            for mine, theirs in self._pairs:
                mine.unmerge(keys, theirs, groups)


def _joined(values: Sequence[Valued]) -> Valued:
    """Return values one behind the other."""
    arrays = pa.concat_arrays([array for array, _ in values])
    if all(messages is None for _, messages in values):
        return arrays, None
    every: Messages = np.concatenate([
        np.full(len(array), None, object) if messages is None else messages
        for array, messages in values
    ])  # fmt: skip
    return arrays, every
