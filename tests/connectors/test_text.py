"""Values as text, as a person reads them."""

from __future__ import annotations

import decimal

import pyarrow as pa

from cep.runtime.connectors.text import plain_text
from cep.types import Decimal

D = decimal.Decimal


def test_a_decimal_shows_all_its_digits_and_no_exponent() -> None:
    values = [D(0), D("0.0000000001"), D("-1.5"), None]
    column = pa.array(values, pa.decimal128(38, 10))
    assert plain_text(column, Decimal(38, 10)).to_pylist() == [
        "0.0000000000",
        "0.0000000001",
        "-1.5000000000",
        None,
    ]
