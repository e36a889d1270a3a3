"""Digests, encodings and identifiers: what only Python's library computes, once per value."""

from __future__ import annotations

import base64
import binascii
import codecs
import hashlib
import urllib.parse
import uuid
import zlib
from collections.abc import Callable

import pyarrow as pa

from cep.runtime.functions.arrow import per_distinct
from cep.runtime.functions.registry import Functions
from cep.runtime.rowerrors import Operand
from cep.runtime.session import Session
from cep.types import BIGINT, BYTES, VARCHAR

functions = Functions()

_TEXT = VARCHAR.arrow
_CHARSETS = {
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "utf-8": "utf-8",
    "utf-16be": "utf-16-be",
    "utf-16le": "utf-16-le",
    "utf-16": "utf-16",
}


def _as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _declare_digest(name: str) -> None:
    def kernel(value: Operand) -> Operand:
        return per_distinct(
            lambda v: hashlib.new(name, _as_bytes(v), usedforsecurity=False).hexdigest(),
            [value],
            _TEXT,
        )

    kernel.__doc__ = f"Return the {name.upper()} digest in hexadecimal digits."
    functions.scalar(name, [VARCHAR], VARCHAR)(kernel)
    functions.scalar(name, [BYTES], VARCHAR)(kernel)


for _name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
    _declare_digest(_name)


@functions.scalar("crc32", [VARCHAR], BIGINT)
@functions.scalar("crc32", [BYTES], BIGINT)
def crc32(value: Operand) -> Operand:
    """Return the CRC-32 checksum."""
    return per_distinct(lambda v: zlib.crc32(_as_bytes(v)), [value], BIGINT.arrow)


@functions.scalar("to_base64", [VARCHAR], VARCHAR)
@functions.scalar("to_base64", [BYTES], VARCHAR)
def to_base64(value: Operand) -> Operand:
    """Return the bytes (of text, in UTF-8) in Base64."""
    return per_distinct(lambda v: base64.b64encode(_as_bytes(v)).decode(), [value], _TEXT)


@functions.scalar("from_base64", [VARCHAR], VARCHAR, can_fail=True)
def from_base64(value: Operand) -> Operand:
    """Return the text (UTF-8) that was written in Base64."""

    def one(v: str) -> str:
        try:
            return base64.b64decode(v, validate=True).decode()
        except (binascii.Error, ValueError):
            raise ValueError(f"cannot read '{v[:60]}' as Base64 of text in UTF-8") from None

    return per_distinct(one, [value], _TEXT)


def _charset(name: str) -> str:
    try:
        return _CHARSETS[name.lower()]
    except KeyError:
        raise ValueError(f"there is no character set '{name}'") from None


@functions.scalar("encode", [VARCHAR, VARCHAR], BYTES, can_fail=True)
def encode(text: Operand, charset: Operand) -> Operand:
    """Return the text as bytes in a character set: UTF-8, UTF-16, US-ASCII, ISO-8859-1."""

    def one(t: str, name: str) -> bytes:
        try:
            return codecs.encode(t, _charset(name))
        except UnicodeEncodeError:
            raise ValueError(f"'{t[:60]}' cannot be written in {name}") from None

    return per_distinct(one, [text, charset], BYTES.arrow)


@functions.scalar("decode", [BYTES, VARCHAR], VARCHAR, can_fail=True)
def decode(data: Operand, charset: Operand) -> Operand:
    """Return bytes in a character set as text."""

    def one(d: bytes, name: str) -> str:
        try:
            return codecs.decode(d, _charset(name))
        except UnicodeDecodeError:
            raise ValueError(f"X'{d[:30].hex().upper()}' is not text in {name}") from None

    return per_distinct(one, [data, charset], _TEXT)


@functions.scalar("hex", [BIGINT], VARCHAR)
def hex_number(number: Operand) -> Operand:
    """Return an integer in hexadecimal digits; a negative one as its 64 bits."""
    return per_distinct(lambda n: f"{n & 0xFFFFFFFFFFFFFFFF:X}", [number], _TEXT)


@functions.scalar("hex", [VARCHAR], VARCHAR)
@functions.scalar("hex", [BYTES], VARCHAR)
def hex_bytes(value: Operand) -> Operand:
    """Return bytes (of text, in UTF-8) in hexadecimal digits."""
    return per_distinct(lambda v: _as_bytes(v).hex().upper(), [value], _TEXT)


@functions.scalar("unhex", [VARCHAR], BYTES, can_fail=True)
def unhex(digits: Operand) -> Operand:
    """Return the bytes that hexadecimal digits stand for."""

    def one(d: str) -> bytes:
        try:
            return binascii.unhexlify(d)
        except ValueError:
            raise ValueError(f"cannot read '{d[:60]}' as hexadecimal digits") from None

    return per_distinct(one, [digits], BYTES.arrow)


@functions.scalar("url_encode", [VARCHAR], VARCHAR)
def url_encode(text: Operand) -> Operand:
    """Return the text as it can stand in the query of a URL."""
    return per_distinct(urllib.parse.quote_plus, [text], _TEXT)


@functions.scalar("url_decode", [VARCHAR], VARCHAR, can_fail=True)
def url_decode(text: Operand) -> Operand:
    """Return the text that stood in the query of a URL."""

    def one(t: str) -> str:
        try:
            return urllib.parse.unquote_plus(t, errors="strict")
        except UnicodeDecodeError:
            raise ValueError(f"'{t[:60]}' is not text in UTF-8, encoded for a URL") from None

    return per_distinct(one, [text], _TEXT)


_URL_PARTS: dict[str, Callable[[urllib.parse.SplitResult], str | None]] = {
    "PROTOCOL": lambda u: u.scheme,
    "HOST": lambda u: u.hostname,
    "PATH": lambda u: u.path,
    "QUERY": lambda u: u.query,
    "REF": lambda u: u.fragment,
    "AUTHORITY": lambda u: u.netloc,
    "USERINFO": lambda u: u.netloc.rpartition("@")[0],
    "FILE": lambda u: u.path + (f"?{u.query}" if u.query else ""),
}


@functions.scalar("parse_url", [VARCHAR, VARCHAR, VARCHAR], VARCHAR, optional=1, can_fail=True)
def parse_url(url: Operand, part: Operand, key: Operand | None = None) -> Operand:
    """Return a part of a URL: HOST, PATH, QUERY (or one key of it), REF, PROTOCOL or AUTHORITY."""

    def one(u: str, name: str, wanted: str | None = None) -> str | None:
        if name not in _URL_PARTS:
            raise ValueError(f"a URL has no {name}: write one of {', '.join(_URL_PARTS)}")
        try:
            split = urllib.parse.urlsplit(u)
        except ValueError:
            return None
        if wanted is None:
            return _URL_PARTS[name](split) or None
        if name != "QUERY":
            return None
        return dict(reversed(urllib.parse.parse_qsl(split.query, True))).get(wanted)

    return per_distinct(one, [url, part] if key is None else [url, part, key], _TEXT)


@functions.scalar("uuid", [], VARCHAR, deterministic=False, session=True, rows=True)
def uuid4(session: Session, rows: int) -> Operand:
    """Return a new random UUID for each row."""
    drawn = session.random.bytes(16 * rows)
    made = (str(uuid.UUID(bytes=drawn[i : i + 16], version=4)) for i in range(0, 16 * rows, 16))
    return pa.array(made, _TEXT)
