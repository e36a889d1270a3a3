# ruff: noqa: E501 - a table has one line for each case
"""Files that are not as they should be: what is in them -> what is read, and what is said.

Every case runs in a program and on the command line. Rows that cannot be read are kept in
`errors.<stream>` with their place, the others are processed, and the command line says so.
"""

from __future__ import annotations

import gzip
import os
import pathlib
import re
import resource
import subprocess
import sys
from dataclasses import dataclass

import pytest

import cep
from cep.errors import CepError

HEAD = b"k,v,ts\n"
A, B, C = (f"{k},{v},2024-01-01 00:00:0{v}\n".encode() for k, v in (("a", 1), ("b", 2), ("c", 3)))
JA, JB, JC = (
    f'{{"k": "{k}", "v": {v}, "ts": "2024-01-01 00:00:0{v}"}}\n'.encode()
    for k, v in (("a", 1), ("b", 2), ("c", 3))
)
COLUMNS = "(k VARCHAR, v DOUBLE, ts TIMESTAMP(3), WATERMARK FOR ts)"


@dataclass(frozen=True)
class Case:
    """A file: its name and content, the keys of the rows that are read, place and error of others.

    `refused` is what is said where the whole file is refused; `*` stands for its path.
    """

    what: str
    name: str
    content: bytes
    read: str = ""
    errors: tuple[tuple[int | None, str], ...] = ()
    refused: str = ""


CASES = [
    Case("all is well", "good.csv", HEAD + A + B, "ab"),
    Case("an empty file", "empty.csv", b""),
    Case("an empty file", "empty.jsonl", b""),
    Case("a header alone", "header.csv", HEAD),
    Case("blank lines", "blank.csv", b"\n" + HEAD + b"\n" + A + b"\n\n" + B, "ab"),
    Case("a byte order mark, and lines as on Windows", "bom.csv", b"\xef\xbb\xbf" + (HEAD + A).replace(b"\n", b"\r\n"), "a"),
    Case("no newline at the end", "end.csv", (HEAD + A + B).rstrip(), "ab"),
    Case("too few fields", "few.csv", HEAD + A + b"b,2\n" + C, "ac", ((3, "2 fields where there should be 3"),)),
    Case("too many fields", "many.csv", HEAD + A + b"b,2,x,y\n" + C, "ac", ((3, "4 fields where there should be 3"),)),
    Case("a quote that is not closed", "quote.csv", HEAD + A + b'"b,2\n' + C, "ac", ((3, "a quoted value begins in this line and is not closed"),)),
    Case("a broken object", "broken.jsonl", JA + b'{"k": "b", "v":\n' + JC, "ac", ((2, "broken JSON: Expecting value at column 16"),)),
    Case("no object", "list.jsonl", JA + b"[1]\nnull\n" + JC, "ac", ((2, "a list where there should be an object"), (3, "null where there should be an object"))),
    Case("one array", "array.jsonl", b"[" + JA + b"]", refused="* is one JSON array, not one object a line"),
    Case("a missing column", "missing.csv", b"k,ts\na,2024-01-01 00:00:01\n", refused="* has no column v; it has k, ts"),
    Case("another delimiter", "semicolon.csv", HEAD.replace(b",", b";") + A.replace(b",", b";"), refused="* has no column k; it has k;v;ts"),
    Case("two columns of one name", "twice.csv", b"k,v,v,ts\na,1,2,2024-01-01 00:00:01\n", refused="* has 2 columns called v"),
    Case("a missing member is NULL", "missing.jsonl", b'{"k": "a", "ts": "2024-01-01 00:00:01"}\n', "a"),
    Case("a missing event time", "notime.jsonl", JA + b'{"k": "b", "v": 2}\n' + JC, "ac", ((None, "the event time ts is NULL"),)),
    Case("values of a wrong type", "type.csv", HEAD + A + b"x,two,2024-01-01 00:00:02\ny,3,yesterday\n" + C, "ac", ((3, "v: 'two' is not a DOUBLE"), (4, "ts: 'yesterday' is not a TIMESTAMP(3)"))),
    Case("values of a wrong type", "type.jsonl", JA + JB.replace(b": 2", b': "2"') + JC.replace(b'"c"', b"7"), "a", ((2, "v: '2' is text, not a DOUBLE"), (3, "k: '7' is a number, not a VARCHAR"))),
    Case("a number that is too large", "huge.csv", HEAD + A + b"b,1e999,2024-01-01 00:00:02\nc,-inf,2024-01-01 00:00:03\n", "ac", ((3, "v: '1e999' is not a DOUBLE: it is out of range"),)),
    Case("a number that is too large", "huge.jsonl", JA + JB.replace(b": 2", b": 1e999") + JC.replace(b": 3", b": " + b"9" * 400), "a", ((2, "v: '1E+999' is not a DOUBLE: it is out of range"), (3, "v: '" + "9" * 60 + "...' is not a DOUBLE: it is out of range"))),
    Case("thousands of digits", "digits.jsonl", JA + JB.replace(b": 2", b": " + b"9" * 6000) + JC, "ac", ((2, "a number with thousands of digits"),)),
    Case("a byte that is not UTF-8", "utf8.csv", HEAD + A + b"\xff" + B + C, "ac", ((3, "k: bytes that are not UTF-8"),)),
    Case("a byte that is not UTF-8", "utf8.jsonl", JA + JB.replace(b'"b"', b'"\xff"') + JC, "ac", ((2, "bytes that are not UTF-8"),)),
    Case("UTF-16", "utf16.csv", (HEAD + A).decode().encode("utf-16"), refused="* is UTF-16"),
    Case("half of a character", "half.jsonl", JA + JB.replace(b'"b"', b'"\\ud800"') + JC, "ac", ((2, "k: '\\ud800' has half of a character"),)),
    Case("a NUL byte is a character", "nul.csv", HEAD + A.replace(b"a", b"\0"), "\0"),
    Case("two headers", "headers.csv", HEAD + A + HEAD + C, "ac", ((3, "the header again, as if files were put one behind the other"),)),
    Case("brackets without end", "deep.jsonl", JA + b'{"k": ' + b"[" * 100_000 + b"\n" + JC, "ac", ((2, "JSON that is nested too deep"),)),
    Case("no gzip", "no.csv.gz", HEAD + A, refused="* is damaged or cut off: zlib inflate failed: incorrect header check"),
    Case("gzip that is cut off", "cut.csv.gz", gzip.compress(HEAD + A * 1000)[:40], refused="* is damaged or cut off: Truncated compressed stream"),
    Case("no Parquet", "no.parquet", HEAD + A, refused="* is damaged or cut off: Parquet magic bytes not found in footer.*"),
    Case("no Parquet", "empty.parquet", b"", refused="* is damaged or cut off: Parquet file size is 0 bytes"),
    Case("no Arrow", "no.arrow", HEAD + A, refused="* is no Arrow file or stream: *"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.name}: {c.what}")
def test_in_a_program(case: Case, tmp_path: pathlib.Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM s {COLUMNS} WITH (connector = 'file', path = '{path}')")
    if case.refused:
        with pytest.raises(CepError) as caught:
            engine.execute("SELECT k, v, ts FROM s").fetchall()
        pattern = re.escape(case.refused).replace(r"\*", ".*")
        assert re.fullmatch(pattern, caught.value.message), caught.value.message
        assert str(path) in caught.value.message
        assert caught.value.hint
        return
    assert "".join(r.k for r in engine.execute("SELECT k, v, ts FROM s")) == case.read
    kept = engine.execute("SELECT error, place, row, weight FROM errors.s").fetchall()
    assert [(r.place, r.error) for r in kept] == [
        (str(path) + (f":{line}" if line else ""), message) for line, message in case.errors
    ]
    assert all(r.row and r.weight == 1 for r in kept)
    assert engine.errors["s"].count == len(case.errors)


def test_columns_are_inferred_beside_half_of_a_character(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_bytes(b'{"k": "\\ud800", "n": 1}\n{"k": "a", "n": 2}\n')
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM s WITH (connector = 'file', path = '{path}')")
    assert engine.execute("SELECT k, n FROM s").fetchall() == [("a", 2)]
    assert engine.errors["s"].count == 1


SAID = [c for c in CASES if c.name in {"few.csv", "type.csv", "missing.csv", "empty.csv"}]


@pytest.mark.parametrize("case", SAID, ids=lambda c: c.name)
def test_on_the_command_line(case: Case, tmp_path: pathlib.Path) -> None:
    path = tmp_path / case.name
    path.write_bytes(case.content)
    script = f"""CREATE STREAM s {COLUMNS} WITH (connector = 'file', path = '{path}');
        SELECT k, v, ts FROM s"""
    ended = _run("-c", script, "--format", "csv")
    if case.refused:
        assert ended.returncode == 1
        assert case.refused.replace("*", str(path)) in ended.stderr
        assert "Traceback" not in ended.stderr
        return
    assert ended.returncode == 0, ended.stderr
    assert "".join(line[1] for line in ended.stdout.splitlines()[1:]) == case.read
    count = len(case.errors)
    if count:
        line, message = case.errors[0]
        assert ended.stderr.startswith(
            f"note: {count} row{'s' if count > 1 else ''} of s could not be read, "
            f"for example {path}:{line}: {message}"
        )
        assert "SELECT * FROM errors.s shows them" in ended.stderr
    else:
        assert ended.stderr == ""


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("gone.csv", "there is no file *", "a relative path is looked for in"),
        (".", "* is a directory", "name its files"),
        ("no/*.csv", "no file matches *", "check the pattern"),
    ],
)
def test_no_file(path: str, message: str, hint: str, tmp_path: pathlib.Path) -> None:
    where = f"{tmp_path}/{path}"
    engine = cep.Engine()
    engine.execute(f"CREATE STREAM s {COLUMNS} WITH (connector = 'file', path = '{where}')")
    with pytest.raises(CepError) as caught:
        engine.execute("SELECT * FROM s").fetchall()
    assert caught.value.message == message.replace("*", where)
    assert (caught.value.hint or "").startswith(hint)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet"])
def test_two_columns_of_one_name_are_not_written(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / name
    sink = f"CREATE SINK w WITH (connector = 'file', path = '{path}')"
    with pytest.raises(CepError, match="two columns are called a"):
        cep.Engine().execute(f"{sink} AS SELECT 1 AS a, 2 AS a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        ended = _run("-c", "SELECT 1", stdout=full.fileno())
    assert ended.returncode == 1
    assert ended.stderr == "error: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (b"SELECT 1\nSELECT 2", "missing ';' before SELECT\n --> *, line 1, column 9"),
        (b"SELECT UPER('a')", "there is no function called uper\n --> *, line 1, column 8"),
        (b"SELECT k FROM (VALUES (1)) t(kk)", "there is no column called k\n --> *, line 1,"),
        (b"SELECT '\xff'", "* is not UTF-8: line 1 has the byte 0xff\nhint: save it as UTF-8"),
    ],
)
def test_a_script(script: bytes, error: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "s.sql"
    path.write_bytes(script)
    ended = _run(str(path))
    assert ended.returncode in {1, 2}
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: " + error.replace("*", str(path)))


@pytest.mark.parametrize("columns", [COLUMNS, ""], ids=["declared", "inferred"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_line_without_end_does_not_eat_the_memory(
    kind: str, columns: str, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / f"long.{kind}"
    begin, end = {"csv": (HEAD + A, b",2,x\n" + C), "jsonl": (JA + b'{"k": "', b'"}\n' + JC)}[kind]
    megabyte = b"x" * 1_000_000
    with path.open("wb") as file:
        file.write(begin)
        for _ in range(200):
            file.write(megabyte)
        file.write(end)
    script = f"""CREATE STREAM s {columns} WITH (connector = 'file', path = '{path}');
        SELECT k FROM s; SELECT error, place, CHAR_LENGTH(row) AS kept FROM errors.s"""
    ended = _run("-c", script, "--format", "csv", data=400)
    path.unlink()
    assert ended.returncode == 0, ended.stderr
    line = 3 if kind == "csv" else 2
    message = "the line is longer than 16,777,216 bytes (the option max_line_bytes)"
    assert ended.stdout.split("\n") == [
        *('"k"', '"a"', '"c"', "", '"error","place","kept"', f'"{message}","{path}:{line}",4096'),
        "",
    ]


def _run(
    *arguments: str, data: int = 0, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run the command line, with so many megabytes for what it allocates where `data` is given."""

    def limit() -> None:
        if data:
            resource.setrlimit(resource.RLIMIT_DATA, (data << 20, data << 20))

    return subprocess.run(
        [sys.executable, "-m", "cep", "run", *arguments],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parents[2])},
        preexec_fn=limit,
    )
