"""How long it takes to begin: `import cep`, and `cep run` over a file of ten rows.

`import cep` includes the access to `cep.Engine`, which is imported when it is asked for; `cep run`
the start and the end of the interpreter. `the first` is the run after an install, with nothing in
the caches of the grammar and the kernels. Processor time, which other programs do not lengthen,
and beside it the time on the wall, in processes pinned to one core.
"""

from __future__ import annotations

import csv
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import process, report
from benchmarks.options import Options

SCRIPT = """
CREATE STREAM readings (k VARCHAR, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)
WITH (connector = 'file', path = '{path}');
SELECT k, window_start, COUNT(*) AS n, SUM(v) AS total
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND))
WHERE v > 2
GROUP BY k, window_start, window_end;
"""

EXPECTED = {("a", "3", 18.0), ("b", "4", 24.0)}
"""Key, count and sum of each group."""

IMPORT = """
import time
wall, processor = time.perf_counter(), time.process_time()
import cep
cep.Engine
print(time.perf_counter() - wall, time.process_time() - processor)
"""


def run(options: Options) -> Iterator[report.Line]:
    times = 1 if options.smoke else 5
    imports = [process.command(["-c", IMPORT]).output.split() for _ in range(times + 1)][1:]
    yield _line("import cep", [process.Timed(float(w), float(p), "") for w, p in imports], 0.35)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        command = ["-m", "cep", "run", str(_script(Path(folder))), "--format", "csv"]
        yield _run("cep run over 10 rows", command, times, 1.0)
        empty = {"XDG_CACHE_HOME": f"{folder}/cache", "NUMBA_CACHE_DIR": f"{folder}/numba"}
        yield _run("the first cep run", command, 0, 5.0, empty)


def _script(folder: Path) -> Path:
    rows = "".join(f"{'ab'[i % 2]},{i},2026-01-01 00:00:0{i}.000\n" for i in range(10))
    (folder / "readings.csv").write_text(f"k,v,ts\n{rows}", encoding="utf-8")
    script = folder / "readings.sql"
    script.write_text(SCRIPT.format(path=folder / "readings.csv"), encoding="utf-8")
    return script


def _run(
    what: str, command: list[str], times: int, limit: float, extra: dict[str, str] | None = None
) -> report.Line:
    """Run a command once, and so many times more that alone count."""
    runs = [process.command(command, extra) for _ in range(times + 1)][min(times, 1) :]
    wrong = next((r.output for r in runs if _groups(r.output) != EXPECTED), None)
    return _line(what, runs, limit, "right" if wrong is None else repr(wrong), wrong is not None)


def _groups(output: str) -> set[tuple[str, str, float]]:
    rows = list(csv.reader(output.splitlines()))[1:]
    return {(r[0], r[2], float(r[3])) for r in rows}


def _line(
    what: str, runs: Sequence[process.Timed], limit: float, answer: str = "", wrong: bool = False
) -> report.Line:
    wall = statistics.median(r.seconds for r in runs)
    busy = statistics.median(r.processor for r in runs)
    return report.Line(
        "start",
        what,
        ours=f"{report.seconds(busy)} (wall {report.seconds(wall)})",
        bar=report.bar(f"< {limit} s", busy < limit),
        answer=answer,
        wrong=wrong,
    )
