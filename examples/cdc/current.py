"""Keep a table current from the change log of a database, and a view that joins it with it.

    python examples/cdc/current.py

`customers.jsonl` holds what Debezium says of a table `customers`: the rows that were there (`r`),
and then each creation, update and deletion. Here it grows while it is read, as a feed would. A
materialized view joins the table with orders: what every part of the log corrects in it is said,
and both can be read at any moment.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cep

LOG = Path(__file__).parent / "customers.jsonl"
ORDERS = Path(__file__).parent / "orders.csv"

PARTS = (4, 6, 10)
"""How many lines of the log have come by then."""


def main() -> None:
    lines = LOG.read_text(encoding="utf-8").splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder, cep.Engine() as engine:
        feed = Path(folder) / "customers.jsonl"
        feed.touch()
        engine.execute(f"""
            CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR, city VARCHAR, tier VARCHAR)
            WITH (connector = 'file', path = '{feed}', format = 'debezium-json', follow = 'true')
        """)
        engine.execute(f"""
            CREATE TABLE orders (id INT PRIMARY KEY, customer INT, amount INT)
            WITH (connector = 'file', path = '{ORDERS}');

            CREATE MATERIALIZED VIEW spent AS
            SELECT c.city, COUNT(DISTINCT c.id) AS customers, SUM(o.amount) AS amount
            FROM orders AS o JOIN customers AS c ON o.customer = c.id
            GROUP BY c.city
        """)
        cities = engine.subscribe("spent")
        done = 0
        for part in PARTS:
            with feed.open("a", encoding="utf-8") as file:
                file.writelines(lines[done:part])
            done = part
            print(f"after {part} changes")
            for row in changes(engine, cities):
                print(f"  {row.op} {row.city}: {row.amount} spent, by {row.customers}")
        print("now")
        for row in engine.execute("SELECT * FROM customers ORDER BY id"):
            print(f"  {row.id} {row.name}, {row.city}, {row.tier}")
        for row in engine.execute("SELECT * FROM spent ORDER BY city"):
            print(f"  {row.city}: {row.amount}")


def changes(engine: cep.Engine, view: cep.Result) -> list[cep.Row]:
    """Return what becomes of the view until nothing more comes."""
    said: list[cep.Row] = []
    quiet = 0

    def enough() -> bool:
        nonlocal quiet
        found = view.fetchall()
        said.extend(found)
        quiet = 0 if found else quiet + 1
        return bool(said) and quiet > 2

    engine.run(until=enough)
    return said


if __name__ == "__main__":
    main()
