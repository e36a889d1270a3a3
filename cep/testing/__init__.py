"""Golden scripts: SQL in, rows out, run in every way that may not change the answer.

A golden script is plain SQL. It declares streams, inserts events in their order of arrival, and
says what queries answer over all events inserted so far:

    -- visits.sql
    CREATE STREAM visits (
      page VARCHAR, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
    INSERT INTO visits VALUES ('home', '2026-01-01 00:00:02'), ('home', '2026-01-01 00:00:01');

    ASSERT ROWS
    SELECT page, COUNT(*) FROM visits GROUP BY page
    VALUES ('home', 2);

    -- error: there is no column called pgae
    -- SELECT pgae FROM visits
    --        ^^^^
    -- hint: did you mean page?
    SELECT pgae FROM visits;

`check("visits.sql")` then runs every query once over finished tables, and as a continuous query
with the events in batches of 1, 7, 1000 and in one; in other orders of arrival that stay within the
lateness the WATERMARK declares; with the query thrown away and restored from its snapshot at random
points; and, where DuckDB is installed and can express it, on DuckDB. The rows must be the same each
time, and so must the rows in error and the late ones. Where the query has an ORDER BY, so must the
order. In a test of your own:

    import cep.testing


    def test_visits():
        cep.testing.check("visits.sql")

Comments before a statement say what else is expected of it:

- `-- error: message`, alone or with the lines that show the place and the hint: the statement is
  refused in these words;
- `-- plan:` and the lines of a plan: its outline after all rules; `-- plan before rule:` and
  `-- plan after rule:` look at the plan when one rule of the optimizer is applied;
- `-- clock: 1970-01-01 00:00:10`: the engine's clock, which stands at 1970-01-01 00:00:00 at first,
  goes on to there before the statement;
- `-- not on duckdb: reason`: where DuckDB means something else by the same query.
"""

from cep.testing.checking import Report, Skipped, check
from cep.testing.variants import NAMES as VARIANTS

__all__ = ["VARIANTS", "Report", "Skipped", "check"]
