"""The harness itself: it must find what is wrong, and say where."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

import cep.testing
from cep.errors import AssertionFailed, CepError, UsageError
from cep.runtime.batch import Batch, Instants
from cep.runtime.operators.aggregate import GroupAggregate
from cep.runtime.operators.filter import Filter
from cep.runtime.watermarks import Watermarks
from cep.testing.arrange import Event, batches, late, shuffled, watermarks

SECOND = 1_000_000

SCRIPT = """
CREATE STREAM s (k VARCHAR, v INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '5' SECOND);
INSERT INTO s VALUES
  ('a', 1, '2024-01-01 00:00:01'), ('b', 2, '2024-01-01 00:00:04'), ('a', 3, '2024-01-01 00:00:02'),
  ('a', 4, '2024-01-01 00:00:17'), ('b', 5, '2024-01-01 00:00:06'), ('a', 6, '2024-01-01 00:00:15'),
  ('c', 7, '2024-01-01 00:00:29'), ('c', 8, '2024-01-01 00:00:24'), ('a', 9, '2024-01-01 00:00:26');
ASSERT ROWS
SELECT k, window_start, SUM(v)
FROM TUMBLE(TABLE s, DESCRIPTOR(ts), INTERVAL '10' SECOND) WHERE v <> 100 GROUP BY k, window_start
VALUES ('a', '2024-01-01 00:00:00', 4), ('b', '2024-01-01 00:00:00', 2),
       ('a', '2024-01-01 00:00:10', 10), ('c', '2024-01-01 00:00:20', 15),
       ('a', '2024-01-01 00:00:20', 9);
"""


def test_a_script_that_holds() -> None:
    report = cep.testing.check(SCRIPT)
    assert report.compared == len(cep.testing.VARIANTS)
    assert report.skipped == []


def test_a_wrong_row_is_shown_with_its_line() -> None:
    with pytest.raises(AssertionFailed) as failure:
        cep.testing.check(SCRIPT.replace("'2024-01-01 00:00:00', 4)", "'2024-01-01 00:00:00', 5)"))
    text = str(failure.value)
    assert "the ASSERT of line 7 does not hold (asked once)" in text
    assert "- ('a', '2024-01-01 00:00:00', 5)" in text
    assert "+ ('a', '2024-01-01 00:00:00', 4)" in text
    assert failure.value.line == 7


def _fails(*variants: str) -> set[str]:
    """Return the variants that find something wrong."""
    found = set()
    for variant in variants or cep.testing.VARIANTS:
        try:
            cep.testing.check(SCRIPT, only=[variant])
        except CepError:
            found.add(variant)
    return found


def test_lateness_by_batch_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the watermark after a batch instead of before each row, as many do."""
    take = Watermarks.take

    def by_batch(
        self: Watermarks, partition: str, times: Instants, *more: object
    ) -> Instants | None:
        take(self, partition, times)
        marks = np.full_like(times, self.of(partition))
        return marks if bool((times < marks).any()) else None

    monkeypatch.setattr(Watermarks, "take", by_batch)
    assert {"batches of 7", "one batch", "duckdb"} & _fails("batches of 7", "one batch")


def test_state_that_is_not_restored_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GroupAggregate, "restore", lambda self, state: None)
    assert _fails("restarted", "batches of 7") == {"restarted"}


def test_watermarks_that_are_not_restored_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Watermarks, "restore", lambda self, state, now: None)
    assert _fails("restarted", "batches of 7") == {"restarted"}


def test_an_operator_that_sees_only_the_first_row_of_a_batch_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process: Callable[[Filter, int, Batch], Iterable[Batch]] = Filter.process
    monkeypatch.setattr(
        Filter, "process", lambda self, port, batch: process(self, port, batch.slice(0, 1))
    )
    assert {"batches of 7", "one batch"} <= _fails("batches of 1", "batches of 7", "one batch")


# ---------------------------------------------------------------- directives


def test_a_refusal_is_compared_word_by_word() -> None:
    good = "-- error: there is no column called b\n-- hint: the columns here are: a\n"
    place = "-- SELECT b FROM s;\n--        ^\n"
    create = "CREATE STREAM s (a INT);\n"
    cep.testing.check(create + "-- error: there is no column called b\nSELECT b FROM s;")
    head, hint = good.splitlines(keepends=True)
    cep.testing.check(create + head + place + hint + "SELECT b FROM s;")
    with pytest.raises(AssertionFailed, match="refused in other words"):
        cep.testing.check(create + "-- error: no column b\nSELECT b FROM s;")
    with pytest.raises(AssertionFailed, match="expected to be refused"):
        cep.testing.check(create + "-- error: there is no column called a\nSELECT a FROM s;")


def test_a_plan_is_compared_line_by_line() -> None:
    script = (
        "CREATE STREAM s (a INT, b INT);\n"
        "-- plan:\n-- Project a\n--   Scan {}\nEXPLAIN SELECT a FROM s;"
    )
    cep.testing.check(script.format("s (inserts, 1 of 2 columns)").replace("Project a\n--   ", ""))
    with pytest.raises(AssertionFailed, match="the plan is another"):
        cep.testing.check(script.format("s"))
    with pytest.raises(UsageError, match="there is no rule push_filter"):
        cep.testing.check("-- plan after push_filter:\n-- x\nSELECT 1;")


def test_a_script_that_breaks_says_where() -> None:
    with pytest.raises(CepError) as failure:
        cep.testing.check("CREATE STREAM s (a INT);\n\n-- a comment\nINSERT INTO t VALUES (1);")
    assert failure.value.line == 4


def test_a_file_is_named_in_messages(tmp_path: Path) -> None:
    path = tmp_path / "mine.sql"
    path.write_text("ASSERT ROWS SELECT 1 VALUES (2);", encoding="utf-8")
    with pytest.raises(AssertionFailed, match=r"mine\.sql, line 1"):
        cep.testing.check(path)
    with pytest.raises(UsageError, match="there is no script"):
        cep.testing.check(str(tmp_path / "other.sql"))


def test_a_variant_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="did you mean shuffled"):
        cep.testing.check(SCRIPT, only=["shufled"])


def test_parameters_and_the_clock() -> None:
    cep.testing.check(
        """
        CREATE STREAM s (a INT);
        INSERT INTO s VALUES (1), (5), (9);
        ASSERT ROWS SELECT a + :more, :name FROM s WHERE a > :least VALUES (15, 'x'), (19, 'x');
        ASSERT ROWS SELECT a, CAST(now() AS TIMESTAMP(0)) = TIMESTAMP '1970-01-01 00:00:10' FROM s
        VALUES (1, TRUE), (5, TRUE), (9, TRUE);
        """,
        parameters={"more": 10, "name": "x", "least": 2},
        now=10 * SECOND,
    )


def test_order_matters_where_it_is_asked_for() -> None:
    script = (
        "CREATE STREAM s (a INT); INSERT INTO s VALUES (2), (1);\n"
        "ASSERT ROWS SELECT a FROM s {} VALUES (2), (1);"
    )
    cep.testing.check(script.format(""))
    cep.testing.check(script.format("ORDER BY a DESC"))
    with pytest.raises(AssertionFailed, match="in another order"):
        cep.testing.check(script.format("ORDER BY a"))


# ---------------------------------------------------------------- orders of arrival


def _events(chance: random.Random) -> tuple[list[Event], dict[str, int]]:
    delays = {"a": chance.choice((0, 3, 10)), "b": chance.choice((1, 5))}
    events = []
    for n in range(chance.randint(1, 25)):
        stream = chance.choice(("a", "a", "b", "c"))
        time = None if stream == "c" or chance.random() < 0.1 else chance.randint(-5, 20)
        events.append(Event(stream, (n,), time))
    return events, delays


@pytest.mark.parametrize("seed", range(200))
def test_a_shuffle_keeps_what_it_must(seed: int) -> None:
    chance = random.Random(seed)
    events, delays = _events(chance)
    order = shuffled(events, delays, chance)
    assert sorted(order) == list(range(len(events)))
    before, after = late(events, delays), late([events[i] for i in order], delays)
    for position, i in enumerate(order):
        assert after[position] == before[i]
    for stream, delay in delays.items():
        old = [i for i, e in enumerate(events) if e.stream == stream]
        new = [i for i in order if events[i].stream == stream]
        was = dict(zip(old, watermarks([events[i] for i in old], delay), strict=True))
        now = dict(zip(new, watermarks([events[i] for i in new], delay), strict=True))
        for i in old:
            if before[i]:
                assert was[i] == now[i]
    for time in {e.time for e in events if e.time is not None}:
        same = [i for i in order if events[i].time == time]
        assert same == sorted(same)


def test_a_shuffle_moves_rows() -> None:
    events = [Event("a", (n,), n % 7) for n in range(30)]
    orders = {tuple(shuffled(events, {"a": 10}, random.Random(n))) for n in range(20)}
    assert len(orders) > 15


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_batches_lose_nothing(size: int) -> None:
    chance = random.Random(size)
    for _ in range(30):
        events, _ = _events(chance)
        parts = list(batches(events, size))
        flat = [e for part, _ in parts for e in part]
        assert sorted(flat, key=str) == sorted(events, key=str)
        assert all(len({e.stream for e in part}) == 1 for part, _ in parts)
        assert parts[-1][1] == len(events)


def test_the_clock_goes_on_where_a_script_says_so() -> None:
    script = """
        CREATE STREAM s (v INT, at AS PROCTIME());
        INSERT INTO s VALUES (1);

        -- clock: 1970-01-01 00:01:30
        INSERT INTO s VALUES (2);

        ASSERT ROWS
        SELECT v, at FROM s
        VALUES (1, '1970-01-01 00:00:00'), (2, '{}');
    """
    report = cep.testing.check(script.format("1970-01-01 00:01:30"))
    assert {s.variant for s in report.skipped} >= {"shuffled", "asked once", "duckdb"}
    with pytest.raises(cep.AssertionFailed):
        cep.testing.check(script.format("1970-01-01 00:00:00"))
