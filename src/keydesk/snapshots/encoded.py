"""An answer's body as it goes out: JSON, its strong ETag, and compressed once somebody wants it so."""

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
_WORTH_COMPRESSING_BYTES = 1400
"""What fits into one packet gains nothing."""
_COMPRESSION_LEVEL = 5
_OBJECT_BYTES = 600
"""What an entry costs besides its bytes: objects, tags and its places in dictionaries (measured)."""


@dataclass(slots=True)
class Encoded(Generic[T]):
    """The JSON of a `T`. `value()` reads it back: kept as objects, it would cost ten times the memory."""

    adapter: TypeAdapter[T] = field(repr=False)
    body: bytes = field(repr=False)
    etag: bytes
    _compressed: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, adapter: TypeAdapter[T], value: T) -> "Encoded[T]":
        return cls.joined(adapter, adapter.dump_json(value, by_alias=True))

    @classmethod
    def joined(cls, adapter: TypeAdapter[T], body: bytes) -> "Encoded[T]":
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        return cls(adapter, body, f'"{digest}"'.encode())

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.body) + len(self._compressed or b"") + _OBJECT_BYTES

    def value(self) -> T:
        return self.adapter.validate_json(self.body)

    def compressed(self) -> bytes | None:
        """The body in gzip, None where that is not worth it."""
        if len(self.body) < _WORTH_COMPRESSING_BYTES:
            return None
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, _COMPRESSION_LEVEL, mtime=0)
        return self._compressed
