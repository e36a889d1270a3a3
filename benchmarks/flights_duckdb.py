"""What `benchmarks.flights` measures whole `cep run` against: ZIP QUERY OUTPUT, in one process."""

from __future__ import annotations

import sys
import tempfile
import zipfile

import duckdb


def main() -> None:
    packed, query, output = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed) as archive:
        path = archive.extract(archive.namelist()[0], folder)
        with duckdb.connect() as connection:
            connection.execute("SET threads = 1")
            connection.execute(f"COPY ({query.format(path=path)}) TO '{output}' (HEADER)")


if __name__ == "__main__":
    main()
