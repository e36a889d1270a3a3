# ruff: noqa: E501 - a table has one line for each case
"""Statements that cannot run: what is written -> what is said, and to which words it points.

No clause is accepted and then forgotten: it works, or it is refused with its place.
"""

from __future__ import annotations

import pytest

import cep
from cep.errors import CepError, UnsupportedError

DECLARED = """
CREATE STREAM s (k VARCHAR, v DOUBLE, n INT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND);
CREATE STREAM other (k VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts);
CREATE STREAM plain (k VARCHAR, n INT);
CREATE VIEW big AS SELECT k FROM s;
"""

# Between « and » stands what the caret points to.
REFUSED = [
    # Slips of the pen.
    ("SELECT «UPER»(k) FROM s", "there is no function called uper", "did you mean upper?"),
    ("SELECT «kk» FROM s", "there is no column called kk", "did you mean k?"),
    ("SELECT k FROM «plane»", "there is no stream or view called plane", "did you mean plain?"),
    ("SELECT k FROM s«» SELECT n FROM s", "missing ';' before SELECT", None),
    ("SELECT k FROM s; SELECT «kk» FROM s", "there is no column called kk", "did you mean k?"),
    ("CREATE STREAM z (k «VARCHR»)", "there is no type VARCHR", "did you mean varchar?"),
    ("«SET foo = 1»", "there is no setting foo", "settings are: batch_rows, sketches, time_zone"),
    # What would be dropped without a word.
    ("SELECT «UPPER(k) IGNORE NULLS» FROM s", "upper is not an aggregate, so it takes no IGNORE NULLS", None),
    ("SELECT CAST(k AS «VARCHAR(3)») FROM s", "VARCHAR takes no length", "write VARCHAR: "),
    ("CREATE STREAM z (k «CHAR(3)»)", "CHAR takes no length", "write CHAR: "),
    ("WITH q AS (SELECT 1), «q» AS (SELECT 2) SELECT * FROM q", "there are two WITH queries called q", None),
    ("CREATE VIEW z AS «SELECT k FROM s ON ERROR STOP»", "ON ERROR STOP belongs to the end of the outermost query", None),
    ("SELECT k FROM plain «EMIT AFTER WATERMARK»", "EMIT AFTER WATERMARK needs event time, and plain has none", "declare it with WATERMARK FOR"),
    ("SELECT k FROM s WITH (state_ttl = INTERVAL '1' DAY, «state_ttl = INTERVAL '2' DAY»)", "state_ttl is given twice", None),
    ("INSERT INTO plain («n») VALUES (1, 2)", "1 columns are named, and the query has 2", None),
    ("«CREATE OR REPLACE STREAM IF NOT EXISTS s (z INT)»", "OR REPLACE and IF NOT EXISTS contradict each other", "leave one of them out"),
    # Too large, too long, too deep.
    ("SELECT k FROM s LIMIT «1000000000000000000000000000000»", "LIMIT takes a number of rows, 0 or more", None),
    ("SELECT «1e999»", "1e999 is too large for DOUBLE", "CAST('Infinity' AS DOUBLE)"),
    ("SELECT «INTERVAL '999999999999' DAY»", "the INTERVAL DAY is too long", "write INTERVAL"),
    ("SELECT ARRAY[ROW(1, 'a'), «'x'»]", "cannot cast VARCHAR to ROW<f0 INT, f1 VARCHAR>", None),
    # What is not there yet.
    ("CREATE STREAM z (k INT) WITH («log = 'on'»)", "not supported yet: the option log", None),
    ("SELECT «CURRENT_WATERMARK()» FROM s", "CURRENT_WATERMARK takes the event-time column", "write CURRENT_WATERMARK(ts)"),
    ("SELECT CURRENT_WATERMARK(«1»)", "CURRENT_WATERMARK takes a column, and this is computed", "write CURRENT"),
    ("SELECT k FROM s «LATE ROWS ERROR»", "no part of this query refuses late rows", "a GROUP BY of windows does"),
    ("SELECT k FROM s EMIT STREAM AFTER DELAY «1»", "AFTER DELAY takes a length of time, more than nothing", "write AFTER DELAY INTERVAL"),
    ("SUBSCRIBE TO «s»", "s is a stream, and has no changes", "CREATE MATERIALIZED VIEW"),
    ("CREATE STREAM z (k INT, CHECK («k > 1»))", "not supported yet: CHECK", None),
    ("«CHECKPOINT»", "not supported yet: CHECKPOINT", None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "message", "hint"), REFUSED, ids=[w for w, _, _ in REFUSED])
def test_refused(written: str, message: str, hint: str | None) -> None:
    engine = cep.Engine()
    engine.execute(DECLARED)
    text = written.replace("«", "").replace("»", "")
    start, end = written.index("«"), written.index("»") - 1
    with pytest.raises(CepError) as caught:
        list(engine.script(text, drive=True))
    error = caught.value
    assert error.message == message
    assert error.span is not None
    assert text[error.span.start : error.span.end] == text[start:end]
    assert (error.hint or "").startswith(hint or "")
    assert "^" in str(error)
    assert isinstance(error, UnsupportedError) == message.startswith("not supported yet: ")


@pytest.mark.parametrize("text", ["SELECT '\ud800'", 'SELECT 1 AS "\udcff"', "SELECT 1 -- \ud800"])
def test_half_of_a_character(text: str) -> None:
    with pytest.raises(CepError, match="half of a character") as caught:
        cep.Engine().execute(text)
    assert caught.value.column is not None
    assert str(caught.value).encode()  # it can be printed


def test_what_is_long_and_what_is_deep() -> None:
    engine = cep.Engine()
    terms = " AND ".join(f"{i} = {i}" for i in range(5_000))
    assert engine.execute(f"SELECT 1 WHERE {terms}").fetchone() == (1,)
    columns = ", ".join(f"{i} AS c{i}" for i in range(2_000))
    assert engine.execute(f"SELECT * FROM (SELECT {columns}) q").fetchone() == tuple(range(2_000))
    for opening, closing in (("(", ")"), ("NOT ", ""), ("ABS(", ")"), ("- ", "")):
        with pytest.raises(CepError):
            engine.execute(f"SELECT {opening * 100_000}1{closing * 100_000}")


def test_maps_with_keys_that_python_cannot_hash() -> None:
    row = cep.Engine().execute("SELECT MAP[ARRAY[1, 2], 'a'], MAP[ROW(1, 'x'), 2]").fetchone()
    assert row == ({(1, 2): "a"}, {(1, "x"): 2})


@pytest.mark.parametrize("kind", ["DOUBLE", "REAL"])
def test_a_number_that_is_too_large_for_its_type(kind: str) -> None:
    engine = cep.Engine()
    with pytest.raises(CepError, match="out of range"):
        engine.execute(f"SELECT CAST('-1e999' AS {kind})").fetchall()
    assert engine.execute(f"SELECT CAST('-inf' AS {kind})").fetchall() == [(-float("inf"),)]
    assert engine.execute(f"SELECT TRY_CAST('1e999' AS {kind})").fetchall() == [(None,)]
