"""A JSON body that is ready to send, with its entity tag. It is compressed on first use."""

import gzip
import hashlib
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import TypeAdapter

_WORTH_COMPRESSING_BYTES = 1400
"""A body that fits into one packet gains nothing from compression."""
_COMPRESSION_LEVEL = 5


@dataclass(slots=True)
class CachedJson:
    """A JSON body. `etag` is the value of the ETag header, either strong (`"..."`) or weak (`W/"..."`)."""

    body: bytes = field(repr=False)
    etag: bytes
    _compressed: bytes | None = field(default=None, repr=False)

    def compressed(self) -> bytes | None:
        """Return the body compressed with gzip, or None if it is too small to gain from it."""
        if len(self.body) < _WORTH_COMPRESSING_BYTES:
            return None
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, _COMPRESSION_LEVEL, mtime=0)
        return self._compressed

    @property
    def etag_compressed(self) -> bytes:
        """The entity tag of the compressed body. A strong tag differs, and a weak tag is the same for both."""
        return self.etag if self.etag.startswith(b"W/") else self.etag[:-1] + b'-gzip"'


T = TypeVar("T")
_OBJECT_BYTES = 600
"""The measured memory of an entry in addition to its body: objects, tags and dictionary slots."""


@dataclass(slots=True)
class EncodedBody(CachedJson, Generic[T]):
    """The JSON of a `T`. `value()` parses it, because keeping objects would take ten times the memory."""

    adapter: TypeAdapter[T] = field(repr=False, kw_only=True)

    @classmethod
    def of(cls, adapter: TypeAdapter[T], value: T) -> "EncodedBody[T]":
        body = adapter.dump_json(value, by_alias=True)
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        return cls(body, f'"{digest}"'.encode(), adapter=adapter)

    @property
    def size(self) -> int:
        """The approximate memory in bytes."""
        return len(self.body) + len(self._compressed or b"") + _OBJECT_BYTES

    def value(self) -> T:
        return self.adapter.validate_json(self.body)
