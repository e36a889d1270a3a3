"""pandas and polars: frames go in, frames come out.

Run it with `python examples/embed/frames.py`; it needs both libraries.
"""

import pandas as pd
import polars as pl

import cep

orders = pd.DataFrame(
    {
        "customer": ["ann", "bob", "ann", "cy"],
        "amount": [20.0, 35.5, 12.25, 80.0],
        "ts": pd.to_datetime(
            [
                "2026-01-01 09:00:05",
                "2026-01-01 09:00:40",
                "2026-01-01 09:01:10",
                "2026-01-01 09:02:30",
            ]
        ),
    }
)

with cep.Engine() as engine:
    engine.execute(
        "CREATE STREAM orders (customer VARCHAR, amount DOUBLE, ts TIMESTAMP, WATERMARK FOR ts)"
    )

    # A result that is corrected as rows come in: `op` is + for a row that is true now and - for one
    # that no longer is.
    totals = engine.query("SELECT customer, SUM(amount) AS total FROM orders GROUP BY customer")
    minutes = engine.query("""
        SELECT window_start AS minute, COUNT(*) AS orders, SUM(amount) AS amount
        FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' MINUTE))
        GROUP BY window_start, window_end
    """)

    engine.insert("orders", orders.head(2))
    print(totals.pandas(), end="\n\n")

    engine.insert("orders", pl.from_pandas(orders.tail(2)))
    print(totals.pandas(), end="\n\n")

    # The last minute is not complete before the program says that no more rows will come.
    engine.finish("orders")
    frame: pl.DataFrame = minutes.polars()
    print(frame)
