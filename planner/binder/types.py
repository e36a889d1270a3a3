"""Written types become types."""

from __future__ import annotations

from cep import types
from cep.errors import BindError, did_you_mean
from cep.grammar import ast
from cep.types import DataType, Field

_PLAIN: dict[str, DataType] = {
    "BOOLEAN": types.BOOLEAN,
    "BOOL": types.BOOLEAN,
    "TINYINT": types.TINYINT,
    "SMALLINT": types.SMALLINT,
    "INT": types.INT,
    "INTEGER": types.INT,
    "BIGINT": types.BIGINT,
    "REAL": types.REAL,
    "FLOAT": types.REAL,
    "DOUBLE": types.DOUBLE,
    "DOUBLE PRECISION": types.DOUBLE,
    "VARCHAR": types.VARCHAR,
    "STRING": types.VARCHAR,
    "TEXT": types.VARCHAR,
    "CHAR": types.VARCHAR,
    "BYTES": types.BYTES,
    "VARBINARY": types.BYTES,
    "BINARY": types.BYTES,
    "DATE": types.DATE,
}

_KNOWN = (
    *_PLAIN,
    "DECIMAL",
    "TIME",
    "TIMESTAMP",
    "TIMESTAMP_LTZ",
    "ARRAY",
    "MAP",
    "ROW",
    "INTERVAL",
)


def bind_type(written: ast.TypeName) -> DataType:
    """Return the type a written one means; raise BindError where there is none."""
    name = " ".join(written.name.upper().split())
    if name in _PLAIN and written.parameters:
        raise BindError(
            f"{written.name} takes no length",
            span=written.span,
            hint=f"write {written.name}: nothing would be cut or padded",
        )
    if name in _PLAIN:
        return _PLAIN[name]
    if name in ("DECIMAL", "NUMERIC", "DEC"):
        return _decimal(written)
    if name in ("TIME", "TIME WITHOUT TIME ZONE"):
        return types.Time(_precision(written, 0))
    if name in ("TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE", "DATETIME"):
        return types.Timestamp(_precision(written, 6))
    if name in (
        "TIMESTAMP_LTZ",
        "TIMESTAMP WITH LOCAL TIME ZONE",
        "TIMESTAMPTZ",
        "TIMESTAMP WITH TIME ZONE",
    ):
        return types.TimestampLtz(_precision(written, 6))
    if name.startswith("INTERVAL"):
        words = name.split()
        months = len(words) > 1 and words[1] in ("YEAR", "MONTH")
        return types.MONTH_INTERVAL if months else types.DAY_INTERVAL
    arguments = tuple(bind_type(a) for a in written.arguments)
    if name == "ARRAY" and len(arguments) == 1:
        return types.Array(arguments[0])
    if name == "MAP" and len(arguments) == 2:
        return types.Map(*arguments)
    if name == "ROW" and arguments:
        return types.Row(
            tuple(Field(n.value, t) for n, t in zip(written.fields, arguments, strict=True))
        )
    raise BindError(
        f"there is no type {written.name}",
        span=written.span,
        hint=did_you_mean(name, [k.lower() for k in _KNOWN])
        or "types are BOOLEAN, INT, BIGINT, DOUBLE, DECIMAL(p, s), VARCHAR, DATE, TIMESTAMP(p), …",
    )


def _decimal(written: ast.TypeName) -> DataType:
    precision, scale = (*written.parameters, *((10, 0)[len(written.parameters) :]))[:2]
    if not 1 <= precision <= types.MAX_PRECISION or not 0 <= scale <= precision:
        raise BindError(
            f"DECIMAL({precision}, {scale}) does not exist",
            span=written.span,
            hint="write DECIMAL(p, s) with 1 <= p <= 38 and 0 <= s <= p",
        )
    return types.Decimal(precision, scale)


def _precision(written: ast.TypeName, default: int) -> int:
    precision = written.parameters[0] if written.parameters else default
    if not 0 <= precision <= 6:
        raise BindError(
            f"{written.name}({precision}) does not exist: times are kept in microseconds",
            span=written.span,
            hint=f"write {written.name}(6) or fewer digits",
        )
    return precision
