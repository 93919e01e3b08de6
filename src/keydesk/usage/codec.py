"""Encodes figures and names as bytes with a checksum. Damaged data decodes to None. Pure."""

import zlib
from typing import Generic, TypeVar

import msgspec

from keydesk.usage.figures import DayCells, DayFigures
from keydesk.usage.names import NameLists

T = TypeVar("T")
_VERSION = b"\x01"
"""The version of the format. Days in another version are read from LiteLLM again."""
_HEAD = 5
_encode = msgspec.msgpack.Encoder().encode


class Codec(Generic[T]):
    def __init__(self, shape: type[T]) -> None:
        self._decoder = msgspec.msgpack.Decoder(shape)

    def encode(self, value: T) -> bytes:
        content = _encode(value)
        return _VERSION + zlib.crc32(content).to_bytes(4) + content

    def decode(self, stored: bytes) -> T | None:
        """Return the value, or None for damaged data or another version."""
        content = stored[_HEAD:]
        if stored[:1] != _VERSION or stored[1:_HEAD] != zlib.crc32(content).to_bytes(4):
            return None
        return self._decoder.decode(content)


FIGURES_CODEC = Codec(DayFigures)
CELLS_CODEC = Codec(DayCells)
NAMES_CODEC = Codec(NameLists)
INTERVALS_CODEC = Codec(list[tuple[int, int]])
"""Ordinals of the first and last days."""
