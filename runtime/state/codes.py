"""Values of any SQL type as rows of int64 codes, and back.

Two values are equal in SQL's sense (NaN equals NaN, -0.0 equals 0.0) iff their codes are. Where a
codec is `ordered`, codes also compare as the values do, signed and from the first to the last; NaN
is the greatest DOUBLE. NULL has the codes 0 and is told apart by whoever keeps them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from cep.runtime.state import nested
from cep.runtime.state.strings import Strings
from cep.runtime.state.vectors import Codes, Valid, arrow, valid, view
from cep.types import Array, Bytes, DataType, Decimal, Float, Map, Null, Row, Varchar

_LEAST = -(2**63)
_REST = 2**63 - 1


class Codec(ABC):
    """How the values of one type become codes and come back."""

    width = 1
    """Codes per value."""

    ordered = True
    """Whether codes compare as values do."""

    strings: Strings | None = None
    """What the codes are ids in, where they stand for something outside of them."""

    def __init__(self, kind: DataType) -> None:
        self.type = kind

    @abstractmethod
    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        """Return `width` arrays int64[n]; 0 where the value is NULL (`where` is false)."""

    @abstractmethod
    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        """Return the values; NULL where `where` is false."""

    def acquire(self, codes: Sequence[Codes], where: Valid | None) -> None:
        """Count a reference to what the codes of non-NULL values stand for."""

    def release(self, codes: Sequence[Codes], where: Valid | None) -> None:
        """Give such references back."""

    @property
    def nbytes(self) -> int:
        """Bytes of what the codes stand for."""
        return 0


class _Whole(Codec):
    """Integers, BOOLEAN, DATE, TIME, timestamps and intervals: the number itself."""

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        codes = view(array).astype(np.int64, copy=False)
        return (codes if where is None else np.where(where, codes, 0),)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        return arrow(codes[0], self.type.arrow, where)


class _Floating(Codec):
    """DOUBLE and REAL: the bits of the DOUBLE, those of negative numbers turned round."""

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        codes = float_codes(view(array).astype(np.float64, copy=False))
        return (codes if where is None else np.where(where, codes, 0),)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        return arrow(code_floats(codes[0]), self.type.arrow, where)


def float_codes(values: npt.NDArray[np.float64]) -> Codes:
    """Return codes that compare as the numbers do, -0.0 as 0.0 and NaN as the greatest."""
    bits = (values + 0.0).view(np.int64)  # -0.0 + 0.0 is 0.0
    unequal = values != values  # noqa: PLR0124 - NaN
    if unequal.any():
        bits[unequal] = _QUIET
    return bits ^ ((bits >> 63) & _REST)


def code_floats(codes: Codes) -> npt.NDArray[np.float64]:
    """Return the numbers of such codes."""
    return (codes ^ ((codes >> 63) & _REST)).view(np.float64)


_QUIET = 0x7FF8000000000000


class _Short(Codec):
    """DECIMAL of at most 18 digits: the unscaled number."""

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        low = view(array)[:, 0]
        return (low if where is None else np.where(where, low, 0),)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        limbs = np.empty((len(codes[0]), 2), np.int64)
        limbs[:, 0] = codes[0]
        limbs[:, 1] = codes[0] >> 63
        return arrow(limbs, self.type.arrow, where)


class _Long(Codec):
    """DECIMAL of more digits: the high limb, and the low one with its sign bit turned."""

    width = 2

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        limbs = view(array)
        high, low = limbs[:, 1], limbs[:, 0] ^ _LEAST
        if where is None:
            return high, low
        return np.where(where, high, 0), np.where(where, low, 0)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        limbs = np.empty((len(codes[0]), 2), np.int64)
        limbs[:, 0] = codes[1] ^ _LEAST
        limbs[:, 1] = codes[0]
        return arrow(limbs, self.type.arrow, where)


class _Text(Codec):
    """VARCHAR and BYTES: ids in a store of this codec's own."""

    ordered = False
    strings: Strings

    def __init__(self, kind: DataType) -> None:
        super().__init__(kind)
        self.strings = Strings()

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        return (self.strings.intern(array, where),)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        return self.strings.values(codes[0], self.type.arrow, where)

    def acquire(self, codes: Sequence[Codes], where: Valid | None) -> None:
        self.strings.acquire(codes[0] if where is None else codes[0][where])

    def release(self, codes: Sequence[Codes], where: Valid | None) -> None:
        self.strings.release(codes[0] if where is None else codes[0][where])

    @property
    def nbytes(self) -> int:
        return self.strings.nbytes


class _Nested(_Text):
    """ARRAY, MAP and ROW: ids of the bytes that stand for the value."""

    def encode(self, array: pa.Array, where: Valid | None) -> tuple[Codes, ...]:
        made = pa.array(nested.to_bytes(self.type, array, _fixed_bytes), pa.binary())
        if where is not None:
            made = pc.if_else(arrow(where, pa.bool_()), made, pa.scalar(None, pa.binary()))
        return (self.strings.intern(made, where),)

    def decode(self, codes: Sequence[Codes], where: Valid | None) -> pa.Array:
        values = self.strings.values(codes[0], pa.binary(), where)
        return nested.from_bytes(self.type, values.to_pylist(), _fixed_values)


def _fixed_bytes(kind: DataType, array: pa.Array, where: Valid | None) -> list[bytes]:
    """Return the codes of values of fixed width as bytes."""
    codes = np.stack(codec(kind).encode(array, where), axis=1)
    data, width = codes.tobytes(), 8 * codes.shape[1]
    return [data[i : i + width] for i in range(0, len(data), width)]


def _fixed_values(kind: DataType, values: list[bytes]) -> pa.Array:
    """Return the values of such bytes."""
    one = codec(kind)
    codes = np.frombuffer(b"".join(values), np.int64).reshape(-1, one.width)
    return one.decode([np.ascontiguousarray(codes[:, i]) for i in range(one.width)], None)


def codec(kind: DataType) -> Codec:
    """Return a new codec for a type; one that interns owns what its codes stand for."""
    match kind:
        case Varchar() | Bytes():
            return _Text(kind)
        case Array() | Map() | Row():
            return _Nested(kind)
        case Float():
            return _Floating(kind)
        case Decimal():
            return _Short(kind) if kind.precision <= 18 else _Long(kind)
        case Null():
            raise TypeError("a bare NULL is of no type that can be kept")
    return _Whole(kind)


def encode(codecs: Sequence[Codec], arrays: Sequence[pa.Array]) -> list[Codes]:
    """Encode columns one after the other; of the NULLs nothing is said."""
    return [c for k, a in zip(codecs, arrays, strict=True) for c in k.encode(a, valid(a))]
