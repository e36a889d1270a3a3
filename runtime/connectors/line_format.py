"""Formats in which a record is a line: how their decoders are driven over a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from cep.runtime.connectors.format_base import Piece
from cep.runtime.connectors.lines import Block, Splitter, blocks
from cep.runtime.connectors.storage import Input


class Decoder(Protocol):
    """Turns blocks of whole records into pieces."""

    @property
    def splitter(self) -> Splitter:
        """What finds the ends of records."""

    @property
    def begun(self) -> bool:
        """Whether `begin` has seen what it needs."""

    def begin(self, block: Block) -> Block:
        """Look at the beginning of the input and return the block without its header."""

    def count(self, block: Block) -> int:
        """Count the records of a block without reading them."""

    def decode(self, block: Block) -> Piece:
        """Read a block."""


def line_pieces(
    source: Input, decoder: Decoder, max_line: int, skip: int = 0
) -> Iterator[Piece | None]:
    """Read an input from record `skip` on; None says that nothing has come yet."""
    for found in blocks(source, decoder.splitter, max_line):
        if found is None:
            yield None
            continue
        block = found if decoder.begun else decoder.begin(found)
        if skip:
            count = decoder.count(block)
            if count <= skip:
                skip -= count
                continue
        piece = decoder.decode(block)
        if skip:
            piece = piece.slice(skip, piece.records - skip)
            skip = 0
        if piece.records:
            yield piece
