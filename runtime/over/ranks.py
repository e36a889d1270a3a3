"""Where a row stands in its partition: ROW_NUMBER, RANK and the like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from cep.runtime.over.calls import OverCall
from cep.runtime.over.frames import Peers, Said, Track
from cep.runtime.state.sequences import Sequences
from cep.runtime.state.vectors import Codes, arrow


class Ranks:
    """What there is to rank rows by; `peers` are there if a call asks for them."""

    def __init__(self, sequences: Sequences, peers: Peers | None) -> None:
        self._sequences = sequences
        self._peers = peers

    def values(self, call: OverCall, track: Track, said: Said) -> pa.Array:
        """Return the values of a call for rows that are said."""
        return arrow(_RANKS[call.name](self, call, track, said), call.result.arrow)

    def _number(self, said: Said) -> Codes:
        number: Codes = self._sequences.number.data[said.positions]
        return number

    def _many(self, said: Said) -> Codes:
        many: Codes = self._sequences.many.data[said.owners]
        return many

    def _begin(self, said: Said) -> Codes:
        assert self._peers is not None
        begin: Codes = self._peers.begin.data[said.positions]
        return begin

    def _row_number(self, call: OverCall, track: Track, said: Said) -> Codes:
        return self._number(said) + 1

    def _rank(self, call: OverCall, track: Track, said: Said) -> Codes:
        return self._begin(said) + 1

    def _dense_rank(self, call: OverCall, track: Track, said: Said) -> Codes:
        assert self._peers is not None
        peers: Codes = self._peers.keys.data[said.positions]
        return peers + 1

    def _percent_rank(self, call: OverCall, track: Track, said: Said) -> np.ndarray:
        return self._begin(said) / np.maximum(self._many(said) - 1, 1)

    def _cume_dist(self, call: OverCall, track: Track, said: Said) -> np.ndarray:
        return track.sizes / self._many(said)

    def _ntile(self, call: OverCall, track: Track, said: Said) -> Codes:
        number, many = self._number(said), self._many(said)
        size, more = many // call.number, many % call.number
        # The first ones have a row more.
        larger = more * (size + 1)
        behind = more + (number - larger) // np.maximum(size, 1)
        return np.where(number < larger, number // (size + 1), behind) + 1


_RANKS: dict[str, Callable[..., np.ndarray]] = {
    "row_number": Ranks._row_number,
    "rank": Ranks._rank,
    "dense_rank": Ranks._dense_rank,
    "percent_rank": Ranks._percent_rank,
    "cume_dist": Ranks._cume_dist,
    "ntile": Ranks._ntile,
}

RANKS = frozenset(_RANKS)
"""The names of these functions."""
