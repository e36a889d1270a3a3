"""Keep a table current from the change log of a database, and what is computed of it with it.

    python examples/cdc/current.py

`customers.jsonl` holds what Debezium says of a table `customers`: the rows that were there (`r`),
and then each creation, update and deletion. Here it grows while it is read, as a feed would: a
query over the table says what every part changes, and the table can be read at any moment.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cep

LOG = Path(__file__).parent / "customers.jsonl"

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
        cities = engine.query("""
            SELECT city, COUNT(*) AS customers, COUNT(*) FILTER (WHERE tier = 'gold') AS gold
            FROM customers GROUP BY city
        """)
        done = 0
        for part in PARTS:
            with feed.open("a", encoding="utf-8") as file:
                file.writelines(lines[done:part])
            done = part
            print(f"after {part} changes")
            for row in changes(engine, cities):
                print(f"  {row.op} {row.city}: {row.customers} customers, {row.gold} of them gold")
        print("now")
        for row in engine.execute("SELECT * FROM customers ORDER BY id"):
            print(f"  {row.id} {row.name}, {row.city}, {row.tier}")


def changes(engine: cep.Engine, query: cep.Result) -> list[cep.Row]:
    """Return what a query says until nothing more comes."""
    said: list[cep.Row] = []
    quiet = 0

    def enough() -> bool:
        nonlocal quiet
        found = query.fetchall()
        said.extend(found)
        quiet = 0 if found else quiet + 1
        return bool(said) and quiet > 2

    engine.run(until=enough)
    return said


if __name__ == "__main__":
    main()
