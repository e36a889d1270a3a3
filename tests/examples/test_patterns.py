"""The examples of row patterns say what plain Python finds in the same files."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import cep
from cep.results import Row
from cep.scripts import Script, fill, read_script

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"

Line = dict[str, str]


def run(name: str) -> list[list[Row]]:
    """Run an example; return the rows of each of its queries."""
    path = EXAMPLES / f"{name}.sql"
    script = read_script(str(path))
    files = {"flights": path.parent / "data/flights.csv", "ticks": path.parent / "ticks.csv"}
    files |= {n: path.parent / f"{n}.csv" for n in ("orders", "payments")}
    used = {n: str(f) for n, f in files.items() if f"${{{n}:" in script.text}
    (filled,) = fill([Script(script.text, script.origin)], used)
    with cep.Engine() as engine:
        results = engine.script(filled.text, origin=filled.origin, drive=True)
        return [r.fetchall() for r in results if len(r.schema)]


def lines(name: str) -> list[Line]:
    with (EXAMPLES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def by(key: str, found: Iterable[Line], time: str) -> Mapping[str, list[Line]]:
    """Return lines by a column, each list in the order of time."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(found, key=lambda found: found[time]):
        groups[line[key]].append(line)
    return groups


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def bag(rows: Iterable[Iterable[object]]) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in rows), key=str)


def test_cascades() -> None:
    flights = [line for line in lines("flights/data/flights.csv") if line["tailnum"] != "NA"]
    for line in flights:
        scheduled = at(line["time_hour"]) + timedelta(minutes=int(line["minute"]))
        line["scheduled"] = scheduled.isoformat()
    expected = []
    for tailnum, legs in by("tailnum", flights, "scheduled").items():
        delays = [None if f["dep_delay"] == "NA" else int(f["dep_delay"]) for f in legs]
        times = [at(f["scheduled"]) for f in legs]
        i = 0
        while i < len(legs):
            j = i
            if (delays[i] or 0) >= 30:
                while (
                    j + 1 < len(legs)
                    and (delays[j + 1] or -1000) > (delays[j] or 0)
                    and times[j + 1] < times[i] + timedelta(days=1)
                ):
                    j += 1
            if j - i < 2:
                i += 1
                continue
            route = ", ".join(f"{f['origin']}-{f['dest']}" for f in legs[i : j + 1])
            expected.append((tailnum, times[i], j - i + 1, delays[i], delays[j], route))
            i = j + 1
    (rows,) = run("flights/cascades")
    assert bag(rows) == bag(expected)
    assert len(rows) == 10


def robbed(charges: list[Line], i: int) -> tuple[int, int] | None:
    """Return how many small charges begin at `i`, and where the large one is that follows them."""
    amounts = [Decimal(c["amount"]) for c in charges]
    end = at(charges[i]["ts"]) + timedelta(minutes=10)
    inside = [k for k in range(i, len(charges)) if at(charges[k]["ts"]) < end]
    run = next((n for n, k in enumerate(inside) if amounts[k] >= 5), len(inside))
    for n in range(run, 2, -1):
        mean = sum(amounts[i : i + n]) / n
        for k in inside[n:]:
            if amounts[k] > 100 * mean:
                return n, k
    return None


def test_card_testing() -> None:
    expected = []
    for card, charges in by("card", lines("fraud/payments.csv"), "ts").items():
        i = 0
        while i < len(charges):
            found = robbed(charges, i)
            if found is None:
                i += 1
                continue
            n, k = found
            small, large = charges[i : i + n], charges[k]
            total = sum(Decimal(c["amount"]) for c in small)
            shops = len({c["shop"] for c in small})
            taken = Decimal(large["amount"]), large["shop"]
            expected.append((int(card), at(small[0]["ts"]), n, shops, total, *taken))
            i = k + 1
    found_out, watched = run("fraud/card_testing")
    assert bag(found_out) == bag(expected)
    assert sorted(r.card for r in found_out) == [17, 23, 36]
    assert [r.card for r in watched if r.status == "complete"] == [r.card for r in found_out]
    # Ten minutes after the first small charge.
    assert [tuple(r) for r in watched if r.status == "timeout"] == [
        (31, "timeout", datetime(2026, 1, 5, 12, 30), 3),
        (8, "timeout", datetime(2026, 1, 5, 13, 20), 3),
    ]


def v_shape(ticks: list[Line], i: int) -> tuple[int, int] | None:
    """Return where the V that begins at `i` has its lowest and its last tick."""
    prices = [Decimal(t["price"]) for t in ticks]
    end = at(ticks[i]["ts"]) + timedelta(minutes=10)
    last = len([t for t in ticks if at(t["ts"]) < end])
    low = i
    while low + 1 < last and prices[low + 1] < prices[low]:
        low += 1
    if low - i < 2:
        return None
    for k in range(low + 1, last):
        if prices[k] <= prices[k - 1]:
            return None
        if prices[k] >= prices[i]:
            return low, k
    return None


def test_v_shapes() -> None:
    expected, deep = [], 0
    for symbol, ticks in by("symbol", lines("prices/ticks.csv"), "ts").items():
        i = 0
        while i < len(ticks):
            found = v_shape(ticks, i)
            if found is None:
                i += 1
                continue
            low, k = found
            high, least, last = (Decimal(ticks[n]["price"]) for n in (i, low, k))
            expected.append((symbol, at(ticks[i]["ts"]), at(ticks[low]["ts"]), high, least, last))
            deep += (100 * (high - least) / high > Decimal("0.7")) * (k - i + 1)
            i = k
    shapes, every = run("prices/v_shapes")
    assert bag(tuple(row)[:6] for row in shapes) == bag(expected)
    assert len(shapes) == 10
    assert len(every) == deep > 0
    assert {row.part for row in every} == {"top", "down", "up", "recovered"}


def test_unpaid() -> None:
    payments = lines("orders/payments.csv")
    expected = []
    for order in lines("orders/orders.csv"):
        placed = at(order["placed"])
        paid = [
            p
            for p in payments
            if p["id"] == order["id"]
            and Decimal(p["amount"]) >= Decimal(order["total"])
            and placed <= at(p["paid"]) < placed + timedelta(hours=1)
        ]
        if not paid:
            overdue = placed + timedelta(hours=1)
            total = Decimal(order["total"])
            expected.append((int(order["id"]), order["item"], total, placed, overdue))
    unpaid, hours = run("orders/unpaid")
    assert bag(unpaid) == bag(expected)
    assert [row.overdue for row in unpaid] == sorted(row.overdue for row in unpaid)
    assert sum(row.orders for row in hours) == len(expected) == 16
    assert sum(row.total for row in hours) == sum(row[2] for row in expected)
