"""CREATE STREAM is refused where it could not mean anything."""

from __future__ import annotations

import pytest

import cep


@pytest.mark.parametrize("connector", ["stdin"])
def test_columns_must_be_written_where_the_connector_does_not_tell_them(connector: str) -> None:
    with cep.Engine() as engine, pytest.raises(cep.BindError) as error:
        engine.execute(f"CREATE STREAM s WITH (connector = '{connector}')")
    assert error.value.message == f"the stream s has no columns, and {connector} does not tell them"
    assert error.value.hint == "write CREATE STREAM s (id BIGINT, ts TIMESTAMP(3), …)"
    assert error.value.column == 15
