"""A body that only has to be sent: its entity tag, and compressed once somebody wants it so."""

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import TypeAdapter

_WORTH_COMPRESSING_BYTES = 1400
"""What fits into one packet gains nothing."""
_COMPRESSION_LEVEL = 5


@dataclass(slots=True)
class CachedJson:
    """JSON. `etag` is as it goes out: `"..."` for these very bytes, `W/"..."` for what they mean."""

    body: bytes = field(repr=False)
    etag: bytes
    _compressed: bytes | None = field(default=None, repr=False)

    def compressed(self) -> bytes | None:
        """The body in gzip, None where that is not worth it."""
        if len(self.body) < _WORTH_COMPRESSING_BYTES:
            return None
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, _COMPRESSION_LEVEL, mtime=0)
        return self._compressed

    @property
    def etag_compressed(self) -> bytes:
        """Other bytes have another strong tag; a weak one is that of all representations."""
        return self.etag if self.etag.startswith(b"W/") else self.etag[:-1] + b'-gzip"'


T = TypeVar("T")
_OBJECT_BYTES = 600
"""What an entry costs besides its bytes: objects, tags and its places in dictionaries (measured)."""


@dataclass(slots=True)
class EncodedBody(CachedJson, Generic[T]):
    """The JSON of a `T`. `value()` reads it back: kept as objects, it would cost ten times the memory."""

    adapter: TypeAdapter[T] = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, adapter: TypeAdapter[T], value: T) -> "EncodedBody[T]":
        body = adapter.dump_json(value, by_alias=True)
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        return cls(body, f'"{digest}"'.encode(), adapter=adapter)

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return len(self.body) + len(self._compressed or b"") + _OBJECT_BYTES

    def value(self) -> T:
        return self.adapter.validate_json(self.body)
